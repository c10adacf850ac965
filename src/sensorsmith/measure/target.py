"""What one window costs on the emulated board: counted instructions, and time and energy modelled from them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ToolFailed
from sensorsmith.boards import BoardSpec
from sensorsmith.emulate import Board


def profile(board: Board, spec: BoardSpec, window: npt.NDArray[np.int16], limits: tuple[int, int]) -> dict[str, Any]:
    """Count the instructions of a window, and model its time and energy on the real board.

    cycles = instructions x cycles per instruction; time = cycles / clock; energy = cycles x energy per cycle. The
    factors and their sources are in board.toml.

    Args:
        window: int16 (T, C).
        limits: smallest and largest count of the transducer.

    Raises:
        ToolFailed: another window took another number of instructions, so that time would tell about the signal.
    """
    functions = board.profile(window)
    stack = board.stack_used()
    low, high = limits
    extreme = np.where(np.arange(window.size) % 2, high, low).astype(np.int16).reshape(window.shape)
    if board.profile(extreme) != functions:
        raise ToolFailed("the number of instructions depends on the signal", where=spec.title)
    instructions = functions["ss_window"]
    return {
        "functions": functions,
        "instructions_per_window": instructions,
        "time_s": model_time(spec, instructions),
        "energy_j": model_energy(spec, instructions),
        "stack_bytes": stack,
    }


def model_time(spec: BoardSpec, instructions: int) -> dict[str, float]:
    """Seconds for a number of instructions, as min, typ, max over the range of cycles per instruction."""
    cycles = spec.cycles_per_instruction
    parts = {"min": cycles.min, "typ": cycles.typ, "max": cycles.max}
    return {name: instructions * factor / clock_of(spec) for name, factor in parts.items() if factor is not None}


def model_energy(spec: BoardSpec, instructions: int) -> dict[str, float] | None:
    """Joules for a number of instructions; None where no energy per cycle has been published for the board."""
    cycles, energy = spec.cycles_per_instruction, energy_per_cycle(spec)
    if energy is None:
        return None
    low, typ, high = energy
    return {
        "min": instructions * (cycles.min or cycles.typ or 0.0) * low,
        "typ": instructions * (cycles.typ or cycles.max or 0.0) * typ,
        "max": instructions * (cycles.max or cycles.typ or 0.0) * high,
    }


def clock_of(spec: BoardSpec) -> float:
    """Hertz for which the board's figures are given."""
    return spec.clock.typ or spec.clock.max or 0.0


def energy_per_cycle(spec: BoardSpec) -> tuple[float, float, float] | None:
    """Joules, as min, typ, max; None where nothing has been published for the board.

    `typ` is the middle of the published range where no typical value is given.
    """
    energy = spec.energy_per_cycle
    if energy is None:
        return None
    low, high = energy.min or energy.typ or 0.0, energy.max or energy.typ or 0.0
    return low, energy.typ or (low + high) / 2, high
