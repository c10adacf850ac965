"""How much a sensor can tell its host at most, in bits per second."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from sensorsmith.base.errors import RequirementFailed
from sensorsmith.interface.registers import REGISTERS
from sensorsmith.spec.types import Sensor


@dataclass(frozen=True)
class BudgetLine:
    """What one register adds: log2(`levels`) bits for each window."""

    register: str
    levels: int
    bits: float


@dataclass(frozen=True)
class Budget:
    """An upper bound of what the host learns about the signal.

    Attributes:
        lines: the registers whose value depends on the signal.
        windows_per_second: how often they change.
        bits_per_second: the bound.
        allowed: `outputs.budget` of the sensor, in bit/s.
        counted: what is counted and what is not, in one paragraph for the datasheet.
    """

    lines: tuple[BudgetLine, ...]
    windows_per_second: float
    bits_per_second: float
    allowed: float
    counted: str


COUNTED = (
    "Counted for each window: CLASS with one level per class, CONF with 2^CONF_BITS levels, and in STATUS whether the "
    "signal reached an end of the range. Not counted: identity, MODEL_ID, DOC_ID, FW_ID, COUNT, PERIOD_DS and the "
    "texts, which are constant; settings and commands, which the host wrote itself; SEQ, TIME_MS and the rest of "
    "STATUS, which depend on the sampling clock and on the host's own reads, as do faults and the times at which "
    "registers change; no class, which THRESH, DEBOUNCE and SMOOTHING make of classes and confidences before it; "
    "EVENTS, TALLIES and the check sums, which repeat what CLASS and CONF told."
)


def information_budget(sensor: Sensor, classes: int) -> Budget:
    """Bound the information rate of the declared outputs: (1/hop) * sum of log2(levels) over CLASS, CONF and the range.

    The result of a window replaces that of the one before, and a host that reads more often reads the same again,
    so the rate of windows bounds the rate of results. Levels are counted as if all were equally likely.

    Args:
        classes: number of classes of the model.
    """
    levels = {"class": classes, "confidence": 2**sensor.outputs.confidence_bits, "range": 2}
    lines = tuple(
        BudgetLine(r.name, levels[r.carries], log2(levels[r.carries])) for r in REGISTERS if r.carries in levels
    )
    rate = 1 / sensor.cut.hop
    return Budget(lines, rate, rate * sum(line.bits for line in lines), sensor.outputs.budget, COUNTED)


def check_budget(sensor: Sensor, classes: int) -> Budget:
    """Return the budget of a sensor that keeps to it.

    Raises:
        RequirementFailed: the sensor could tell its host more than `outputs.budget`; the message says by how much.
    """
    budget = information_budget(sensor, classes)
    if budget.bits_per_second > budget.allowed * (1 + 1e-9):
        over = budget.bits_per_second - budget.allowed
        parts = " + ".join(f"{line.register} {line.bits:.2f}" for line in budget.lines)
        raise RequirementFailed(
            f"the sensor could tell its host {budget.bits_per_second:.2f} bit/s, {over:.2f} bit/s more than its budget "
            f"of {budget.allowed:g} bit/s ({parts} bit per window, {budget.windows_per_second:g} windows per second)",
            where="outputs.budget",
            todo="lower outputs.confidence_bits, lengthen window.hop, or raise the budget",
        )
    return budget
