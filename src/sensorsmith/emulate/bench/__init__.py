"""Emulators that run a model on a bench: all inputs in, all outputs out, and what was executed meanwhile."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from typing import Literal

from sensorsmith.base.errors import BoardError, MissingTool
from sensorsmith.base.hostcc import find_compiler
from sensorsmith.emulate.bench.qemu import MACHINES, run_qemu
from sensorsmith.emulate.bench.simavr import run_simavr
from sensorsmith.emulate.bench.trace import Counts, Int8, Trace, check_inputs
from sensorsmith.emulate.bench.unicorn import run_unicorn
from sensorsmith.emulate.bench.wasmtime import run_wasmtime
from sensorsmith.emulate.machine import CORES
from sensorsmith.firmware import Bench

Emulator = Literal["qemu", "unicorn", "simavr", "wasmtime"]

__all__ = ["Counts", "Emulator", "Int8", "Trace", "emulators", "run_bench"]

_RUN: dict[Emulator, Callable[[Bench, Int8, float, bool], Trace]] = {
    "qemu": run_qemu,
    "unicorn": run_unicorn,
    "simavr": run_simavr,
    "wasmtime": run_wasmtime,
}
_TARGETS: dict[Emulator, frozenset[str]] = {
    "qemu": frozenset(MACHINES),
    "unicorn": frozenset(CORES),
    "simavr": frozenset({"avr"}),
    "wasmtime": frozenset({"wasm"}),
}


def emulators(target: str) -> list[Emulator]:
    """Those that run a target, the quickest first."""
    return [name for name, targets in _TARGETS.items() if target in targets]


def run_bench(
    bench: Bench, inputs: Int8, emulator: Emulator | None = None, *, limit: float = 120.0, count: bool = True
) -> Trace:
    """Run a model on each input, on an emulator in a process of its own.

    Args:
        inputs: int8 (N, ...), where (1, ...) is the model's input shape.
        emulator: by default QEMU where the target and the machine have it and can build its plugin, else the
            target's other one.
        limit: seconds of wall-clock time for all inputs.
        count: whether to count instructions.

    Raises:
        BoardError: the emulator has no such processor.
        DataError: the inputs have another type or shape, or are too many.
        EmulatorError: the model crashed or took longer than the limit.
        MissingTool: the emulator is not installed.
    """
    check_inputs(bench, inputs)
    known = emulators(bench.target)
    if emulator is not None and emulator not in known:
        raise BoardError(f"{emulator} does not emulate {bench.target}", todo=f"use {' or '.join(known)}")
    return _RUN[emulator or _first(bench.target, known)](bench, inputs, limit, count)


def _first(target: str, known: list[Emulator]) -> Emulator:
    return known[1] if len(known) > 1 and not _can_count_on_qemu(target) else known[0]


def _can_count_on_qemu(target: str) -> bool:
    """Whether QEMU and a compiler for its plugin are here; on other systems than Linux plugins are another matter."""
    try:
        find_compiler()
    except MissingTool:
        return False
    return sys.platform == "linux" and shutil.which(MACHINES[target][0]) is not None
