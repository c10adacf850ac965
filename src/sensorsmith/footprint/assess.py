"""From the description of a sensor and the electricity it draws to its footprint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorsmith.base.errors import SpecError
from sensorsmith.base.records import Condition
from sensorsmith.base.units import DIMENSIONS
from sensorsmith.footprint.factors import GRID, Factor, load_factors, load_sources, tidy
from sensorsmith.footprint.parts import parts
from sensorsmith.footprint.report import Footprint, Line, NotProvided, Spread
from sensorsmith.footprint.use import EnergyUse, use
from sensorsmith.spec.types import Deployment, Sensor

_YEAR = DIMENSIONS["time"].units["year"]
_KWH = DIMENSIONS["energy"].units["kWh"]
_TONNE_KILOMETRE = 1e6  # kg m


def assess(sensor: Sensor, energy: EnergyUse, factors: Mapping[str, Factor] | None = None) -> Footprint:
    """Life-cycle carbon of one sensor: parts + transport + training / units + use + end of life.

    Each line is an amount times a factor: low amount times low factor, and likewise typical and high. The structure
    and most factors follow Pirson and Bol 2021 and the TinyML-Footprint table; see factors.toml and published.toml.

    Args:
        sensor: its bill of materials and deployment are read.
        energy: what it draws in use.
        factors: by id; those of this package unless given.

    Raises:
        SpecError: an unknown material, an amount that does not fit it, or a country without a factor.
        DataError: an energy or a power of the wrong kind.
    """
    known = load_factors() if factors is None else factors
    deployment = sensor.deployment
    grid = _grid(deployment.country, known)
    supply = grid if deployment.supply == "grid" else known[deployment.supply]
    in_use, energy_wh = use(energy, deployment.lifetime, supply)
    terms = (
        *parts(sensor, known),
        *_transport(deployment, known),
        _training(deployment, grid),
        *in_use,
        _end_of_life(),
    )
    lines = tuple(term for term in terms if isinstance(term, Line))
    return Footprint(
        conditions=_conditions(deployment),
        lines=lines,
        not_provided=tuple(term for term in terms if isinstance(term, NotProvided)),
        energy_wh=energy_wh,
        factors=tuple(known[name] for name in sorted({line.factor for line in lines if line.factor})),
        sources=tuple(load_sources()[name] for name in sorted({line.source for line in lines})),
    )


def _grid(country: str, factors: Mapping[str, Factor]) -> Factor:
    """Electricity of a country. One that is missing, or has the 0 of tables with gaps, is never replaced by another."""
    grid = factors.get(GRID + country)
    if grid is None or grid.value == 0:
        named = sorted(name.removeprefix(GRID) for name, f in factors.items() if name.startswith(GRID) and f.value > 0)
        raise SpecError(
            f"no carbon intensity of electricity is known for {country}",
            where="deployment.country",
            todo=f"use one of {', '.join(named)}",
        )
    return grid


def _transport(deployment: Deployment, factors: Mapping[str, Factor]) -> Iterator[Line | NotProvided]:
    for mode, distance in (("truck", deployment.truck), ("plane", deployment.plane)):
        name = f"transport by {mode}"
        if distance is None:
            yield NotProvided(name=name, block="transport", why=f"deployment.{mode} is not given")
        else:
            amount = tidy(deployment.mass * distance / _TONNE_KILOMETRE)
            yield Line.of(name, "transport", factors[mode], Spread.exactly(amount))


def _training(deployment: Deployment, grid: Factor) -> Line | NotProvided:
    if deployment.training_energy is None:
        return NotProvided(name="training", block="training", why="deployment.training_energy is not given")
    amount = tidy(deployment.training_energy / _KWH / deployment.units)
    note = f"shared by all units made: {deployment.units}"
    return Line.of("training", "training", grid, Spread.exactly(amount), note)


def _end_of_life() -> Line:
    return Line(
        name="end of life",
        block="end_of_life",
        amount=None,
        unit="",
        factor="",
        low=0.0,
        typ=0.0,
        high=0.0,
        tier=5,
        source="tinyml-footprint",
        note="set to 0, as in the published table: less than 1 % in the reports of a watch and of a microcontroller",
    )


def _conditions(deployment: Deployment) -> tuple[Condition, ...]:
    return (
        Condition(name="country", value=deployment.country),
        Condition(name="supply", value=deployment.supply),
        Condition(name="lifetime", value=tidy(deployment.lifetime / _YEAR), unit="years"),
        Condition(name="duty cycle", value=deployment.duty_cycle),
        Condition(name="units made", value=deployment.units),
    )
