"""Emulators that run a model on a bench: all inputs in, all outputs out, and what was executed meanwhile."""

from __future__ import annotations

from typing import Literal

from sensorsmith.emulate.bench.qemu import run_qemu
from sensorsmith.emulate.bench.trace import Counts, Int8, Trace, check_inputs
from sensorsmith.emulate.bench.unicorn import run_unicorn
from sensorsmith.firmware import Bench

Emulator = Literal["qemu", "unicorn"]

__all__ = ["Counts", "Emulator", "Trace", "run_bench"]


def run_bench(bench: Bench, inputs: Int8, emulator: Emulator | None, *, limit: float, count: bool) -> Trace:
    """Run a model on each input.

    Args:
        inputs: int8 (N, ...), where (1, ...) is the model's input shape.
        emulator: by default the first that the target and the machine have.
        limit: seconds of wall-clock time for all inputs.
        count: whether to count instructions.

    Raises:
        BoardError: the emulator has no such processor.
        DataError: the inputs have another type or shape.
        EmulatorError: the model crashed or took longer than the limit.
        MissingTool: the emulator is not installed.
    """
    check_inputs(bench, inputs)
    return {"qemu": run_qemu, "unicorn": run_unicorn}[emulator or "qemu"](bench, inputs, limit, count)
