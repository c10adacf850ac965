"""Emission factors: what one unit of a material, a part, freight or electricity costs, with where that is from."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Self

from pydantic import Field, model_validator

from sensorsmith.base.records import Record
from sensorsmith.base.units import DIMENSIONS, parse

GRID_SPREAD = (0.69, 1.16)
"""Low and high of grid electricity as shares of its value: 5th and 95th percentile, over 212 countries, of the ratio
of two public tables (those of ecologits 0.11.3 and codecarbon 3.3.2)."""

GRID = "grid_"
"""Names of electricity factors begin so; the country's code follows."""
PIECE = "piece"
_NOT_BUILT_IN = ("kWh", "tkm")


class Factor(Record):
    """An emission factor.

    Attributes:
        value, low, high: kg CO2e per `per`. low and high are published or fitted, not a confidence interval.
        unit: `kg CO2e/` and what it is counted by.
        scope: what it includes.
        source: id of the source; year and licence are the source's.
        tier: quality of the data from 1 (measured by the maker) to 5 (a lump or an assumption); see factors.toml.
        basis: how the three numbers were found.
        usable_energy: J in one piece, for primary cells.
    """

    id: str
    name: str
    value: float = Field(ge=0)
    low: float = Field(ge=0)
    high: float = Field(ge=0)
    unit: str = Field(pattern=r"^kg CO2e/\w+$")
    scope: str
    source: str
    year: int
    licence: str
    tier: int = Field(ge=1, le=5)
    basis: str
    usable_energy: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.id}: low, value and high are out of order")
        if self.per not in (PIECE, *_NOT_BUILT_IN) and not self.dimension:
            raise ValueError(f"{self.id}: {self.per} is no unit of area or mass")
        return self

    @property
    def per(self) -> str:
        """The unit of the amount, such as `mm2`, `g`, `piece`, `kWh`, `tkm`."""
        return self.unit.removeprefix("kg CO2e/")

    @property
    def dimension(self) -> str:
        """Dimension of the amount, area or mass; empty where it is not written with a unit."""
        return next((name for name in ("area", "mass") if self.per in DIMENSIONS[name].units), "")

    @property
    def is_material(self) -> bool:
        """Whether a line of a bill of materials can have it."""
        return self.per not in _NOT_BUILT_IN


class Source(Record):
    """A publication or data set that factors were read from."""

    id: str
    title: str
    year: int
    licence: str


@cache
def load_sources() -> Mapping[str, Source]:
    """The sources of all factors, by id."""
    sources = {name: Source(id=name, **entry) for name, entry in _read("factors.toml")["sources"].items()}
    return MappingProxyType(sources)


@cache
def load_factors() -> Mapping[str, Factor]:
    """All factors by id: those of factors.toml, and the electricity of grid.csv as `grid_<country>`."""
    sources = load_sources()
    factors = {name: _factor(name, entry, sources) for name, entry in _read("factors.toml")["factors"].items()}
    rows = csv.DictReader(files(__package__).joinpath("grid.csv").read_text(encoding="utf-8").splitlines())
    factors |= {GRID + row["country"]: _electricity(row, sources) for row in rows}
    return MappingProxyType(factors)


def _factor(name: str, entry: dict[str, Any], sources: Mapping[str, Source]) -> Factor:
    source = sources[entry["source"]]
    energy = parse(entry["usable_energy"], "energy") if "usable_energy" in entry else None
    return Factor(**entry | {"id": name, "year": source.year, "licence": source.licence, "usable_energy": energy})


def _electricity(row: dict[str, str], sources: Mapping[str, Source]) -> Factor:
    value = float(row["g_per_kwh"]) / 1000
    low, high = (tidy(value * share) for share in GRID_SPREAD)
    world = row["country"] == "world"
    return Factor(
        id=GRID + row["country"],
        name="Electricity, world average" if world else f"Electricity, {row['country']}",
        value=value,
        low=low,
        high=high,
        unit="kg CO2e/kWh",
        scope="generation, average of the year" + ("" if world else ", life cycle"),
        source=row["source"],
        year=int(row["year"]),
        licence=sources[row["source"]].licence,
        tier=2,
        basis=f"value as published; low and high {GRID_SPREAD[0]} and {GRID_SPREAD[1]} of it, as two tables differ",
    )


def tidy(value: float) -> float:
    """Twelve digits: drops the noise that conversion between decimal units leaves in a float."""
    return float(f"{value:.12g}")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
