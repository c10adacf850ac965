"""Stage `footprint`."""

from __future__ import annotations

from sensorsmith.base.records import Absent, Quantity
from sensorsmith.footprint.assess import assess
from sensorsmith.footprint.use import EnergyUse
from sensorsmith.spec.stage import Work, read_record


def assess_footprint(work: Work) -> None:
    """Life-cycle carbon of the sensor, from its bill of materials and the energy that a window takes.

    Raises:
        SpecError: an unknown material, unit or country.
    """
    energy, rest = _energy(work)
    use = EnergyUse.of(work.sensor, energy, rest)
    work.record("footprint", assess(work.sensor, use).write(work.out))


def _energy(work: Work) -> tuple[Quantity | Absent, Quantity | Absent]:
    """Energy per window and power of the rest: as measured, or as modelled and declared.

    A mean power that was measured without telling windows apart has both in it.
    """
    readings = read_record(work.inputs["readings"]).values
    energy, power = readings["measured_energy_j"], readings["measured_power_w"]
    if isinstance(energy, Quantity):
        return energy, _rest_power(work)
    if isinstance(power, Quantity):
        return Absent(reason="not_applicable", why="it is part of the mean power that was measured"), power
    modelled = read_record(work.inputs["measure"]).values["modelled_energy_j"]
    assert isinstance(modelled, Quantity | Absent)
    return modelled, _rest_power(work)


def _rest_power(work: Work) -> Quantity | Absent:
    power = work.sensor.deployment.rest_power
    if power is None:
        return Absent(reason="not_provided", why="deployment.rest_power is not given")
    version = work.sensor.identity.version
    return Quantity(typ=power, unit="W", method="declared", by="sensor.yaml", on=f"version {version}")
