"""Which variant of a kernel runs on a target. The folder runtime/kernels is the table: a variant is there or not."""

from __future__ import annotations

from sensorsmith.base.errors import BoardError
from sensorsmith.compiler.headers import exists

# Variants by target, the most particular first; `ref` runs everywhere.
VARIANTS: dict[str, tuple[str, ...]] = {
    "host": ("ref",),
    "cortex-m0plus": ("armv6m", "ref"),
    "cortex-m4": ("armv7em", "ref"),
    "cortex-m7": ("armv7em", "ref"),
    "cortex-m33": ("armv7em", "ref"),
    "cortex-m55": ("mve", "armv7em", "ref"),
    "riscv32": ("rv32", "ref"),
    "avr": ("avr", "ref"),
    "wasm": ("wasm", "ref"),
}


def choose_variant(kernel: str, target: str) -> str:
    """The best variant of a kernel that is there for a target.

    Raises:
        BoardError: there is no such target.
    """
    if target not in VARIANTS:
        raise BoardError(f"there is no target {target!r}", todo=f"use one of {', '.join(VARIANTS)}")
    return next(variant for variant in VARIANTS[target] if exists(header_name(kernel, variant)))


def header_name(kernel: str, variant: str) -> str:
    """The kernel's file in a folder of emitted C."""
    return f"ss_{kernel}_{variant}.h"
