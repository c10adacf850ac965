"""What the verbs about a model file have in common."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])

# Those of compiler/kernels.py, without importing what computes.
TARGETS = (
    *("host", "cortex-m0plus", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"),
    *("riscv32", "avr", "wasm"),
)


def model_argument(function: _F) -> _F:
    """The .tflite file that a verb takes."""
    return click.argument("model", type=click.Path(path_type=Path))(function)


def ram_budget_option(function: _F) -> _F:
    """What the arena of a model may take."""
    text = "Bytes that the arena may have; where it has more, the first layers run in strips of rows."
    return click.option("--ram-budget", type=click.IntRange(min=1), metavar="BYTES", help=text)(function)


def size_text(count: int) -> str:
    """Bytes for people: `812 B`, `24.4 KiB`."""
    return f"{count} B" if count < 1024 else f"{count / 1024:.1f} KiB"


_PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"))


def amount_text(number: float, unit: str) -> str:
    """A number for people: `1,234,567`, or in three digits with its unit, `19.1 ms`."""
    if not unit:
        return f"{number:,.0f}"
    factor, prefix = next((p for p in _PREFIXES if abs(number) >= p[0]), _PREFIXES[-1])
    return f"{number / factor:.3g} {prefix}{unit}"
