"""The sampling clock of a board, as its firmware counts it."""

from __future__ import annotations

from sensorsmith.interface import sample_rate
from sensorsmith.spec.types import Sensor


def period(sensor: Sensor, samples: int) -> str:
    """The time of so many samples as a `struct ss_period`: whole microseconds, and the rest in 1/SS_RATE_NUMERATOR."""
    rate = sample_rate(sensor)
    us, rest = divmod(1_000_000 * samples * rate.denominator, rate.numerator)
    return f"{{{us}u, {rest}u}}"
