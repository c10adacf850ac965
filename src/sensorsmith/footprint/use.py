"""The use stage: the electricity that a sensor draws, from the grid or from primary cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sensorsmith.base.errors import DataError, UserError
from sensorsmith.base.records import Absent, Quantity
from sensorsmith.base.units import convert
from sensorsmith.footprint.factors import Factor
from sensorsmith.footprint.report import Line, NotProvided, Spread
from sensorsmith.spec.types import Sensor

_JOULES_PER_WH = 3600.0
_JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class EnergyUse:
    """What the sensor draws, as other stages found it. What is absent is left out of the sum, which says so.

    Attributes:
        energy_per_inference: an energy, from a window of samples to a result.
        inferences_per_second: mean over the whole lifetime, pauses included.
        rest_power: mean of all else over the whole lifetime: transducer, regulator, sleep.
    """

    energy_per_inference: Quantity | Absent
    inferences_per_second: float
    rest_power: Quantity | Absent

    @classmethod
    def of(cls, sensor: Sensor, energy_per_inference: Quantity | Absent, rest_power: Quantity | Absent) -> Self:
        """The use of a sensor that infers once per hop of its window during the duty cycle of its deployment."""
        return cls(energy_per_inference, sensor.deployment.duty_cycle / sensor.cut.hop, rest_power)


def use(energy: EnergyUse, lifetime: float, source: Factor) -> tuple[list[Line | NotProvided], Spread | None]:
    """The two lines of the use stage, and the electricity over the lifetime in Wh; None when both are absent.

    Args:
        energy: what is drawn.
        lifetime: in s.
        source: electricity by the kWh, or primary cells by the piece. A fraction of a cell is the mean of many sensors.

    Raises:
        DataError: an energy or a power with another unit, without a typical value, or negative; a negative rate.
    """
    if energy.inferences_per_second < 0:
        raise DataError("the number of inferences per second is negative", todo="give zero or more")
    terms: list[Line | NotProvided] = []
    total: Spread | None = None
    for name, found, unit, times in (
        ("energy per inference", energy.energy_per_inference, "J", energy.inferences_per_second * lifetime),
        ("rest power", energy.rest_power, "W", lifetime),
    ):
        if isinstance(found, Absent):
            terms.append(NotProvided(name=name, block="use", why=found.why or found.reason.replace("_", " ")))
            continue
        each, remark = _read(found, unit, name)
        joules = each * times
        amount = joules * (1 / (source.usable_energy or _JOULES_PER_KWH))
        terms.append(Line.of(name, "use", source, amount, remark))
        total = joules * (1 / _JOULES_PER_WH) + (total or Spread.exactly(0.0))
    return terms, total


def _read(quantity: Quantity, unit: str, what: str) -> tuple[Spread, str]:
    """A quantity in `unit`, and a remark on how it was found and which of its ends is missing."""
    if quantity.typ is None:
        raise DataError(f"{what} has no typical value", todo="give typ, or say that it is absent")
    ends = (quantity.min, quantity.typ, quantity.max)
    try:
        low, typ, high = (convert(quantity.typ if end is None else end, quantity.unit, unit) for end in ends)
    except UserError as error:
        raise DataError(f"{what} is in {quantity.unit}", todo=f"give it in {unit}") from error
    if low < 0:
        raise DataError(f"{what} is negative", todo="give zero or more")
    missing = [name for name, end in (("smallest", quantity.min), ("largest", quantity.max)) if end is None]
    remark = f"{what} is {quantity.method}" + (f"; no {' or '.join(missing)} value known" if missing else "")
    return Spread(low=low, typ=typ, high=high), remark
