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
    energy = read_record(work.inputs["measure"]).values["modelled_energy_j"]
    assert isinstance(energy, Quantity | Absent)
    use = EnergyUse.of(work.sensor, energy, _rest_power(work))
    work.record("footprint", assess(work.sensor, use).write(work.out))


def _rest_power(work: Work) -> Quantity | Absent:
    power = work.sensor.deployment.rest_power
    if power is None:
        return Absent(reason="not_provided", why="deployment.rest_power is not given")
    version = work.sensor.identity.version
    return Quantity(typ=power, unit="W", method="declared", by="sensor.yaml", on=f"version {version}")
