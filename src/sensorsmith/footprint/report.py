"""The footprint of one sensor: its lines, what is missing, and their sum."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from pydantic import model_validator

from sensorsmith import __version__
from sensorsmith.base.files import write_json
from sensorsmith.base.records import Absent, Condition, Quantity, Record, Tool, Value, evidence
from sensorsmith.footprint.factors import Factor, Source

FILE = "footprint.json"
BOUNDARY = (
    "cradle to grave of one sensor: materials and parts, freight, its share of the training, electricity in use, end "
    "of life; without gateways, networks, servers and repair"
)
SUM_LABEL = "sums of the low, of the typical and of the high values of all lines; not an interval"


class Spread(Record):
    """A typical value between a low and a high one, none negative."""

    low: float
    typ: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not 0 <= self.low <= self.typ <= self.high:
            raise ValueError("low, typ and high are out of order or negative")
        return self

    @classmethod
    def exactly(cls, value: float) -> Self:
        return cls(low=value, typ=value, high=value)

    def __mul__(self, scale: float) -> Self:
        return type(self)(low=self.low * scale, typ=self.typ * scale, high=self.high * scale)

    def __add__(self, other: Self) -> Self:
        return type(self)(low=self.low + other.low, typ=self.typ + other.typ, high=self.high + other.high)


class Line(Record):
    """One term of the sum.

    Attributes:
        block: functional block of the bill of materials, or `transport`, `training`, `use`, `end_of_life`.
        amount: how much, in `unit`, all pieces together; None where the line is a published zero.
        factor: id of the emission factor; empty where there is none.
        low, typ, high: kg CO2e.
        tier: quality of the factor, from 1 (measured by the maker) to 5 (a lump or an assumption).
        source: id of the source.
    """

    name: str
    block: str
    amount: Spread | None
    unit: str
    factor: str
    low: float
    typ: float
    high: float
    tier: int
    source: str
    note: str = ""

    @classmethod
    def of(cls, name: str, block: str, factor: Factor, amount: Spread, note: str = "") -> Self:
        """Amount times factor: low with low, typical with value, high with high."""
        return cls(
            name=name,
            block=block,
            amount=amount,
            unit=factor.per,
            factor=factor.id,
            low=amount.low * factor.low,
            typ=amount.typ * factor.value,
            high=amount.high * factor.high,
            tier=factor.tier,
            source=factor.source,
            note=note,
        )


class NotProvided(Record):
    """A term that is missing in the sum, because what it needs was not said."""

    name: str
    block: str
    why: str


class Footprint(Record):
    """Life-cycle carbon of one sensor in kg CO2e.

    Attributes:
        conditions: what it holds for.
        lines: the terms of the sum.
        not_provided: terms that are missing in it.
        energy_wh: electricity in use over the lifetime, of the lines that are there; None when no use is known.
        factors, sources: those of the lines, sorted by id.
    """

    conditions: tuple[Condition, ...]
    lines: tuple[Line, ...]
    not_provided: tuple[NotProvided, ...]
    energy_wh: Spread | None
    factors: tuple[Factor, ...]
    sources: tuple[Source, ...]

    @property
    def total(self) -> Spread:
        """Sum of the low, of the typical and of the high values of all lines, kg CO2e: not an interval."""
        return total(self.lines)

    @property
    def blocks(self) -> dict[str, Spread]:
        """The same sums by block, in the order of the life cycle."""
        names = dict.fromkeys(line.block for line in self.lines)
        return {name: total(line for line in self.lines if line.block == name) for name in names}

    def as_json(self) -> dict[str, Any]:
        """The content of footprint.json: the same for the same input, without clock or path."""
        return {
            "unit": "kg CO2e",
            "functional_unit": "one sensor over its lifetime",
            "boundary": BOUNDARY,
            "conditions": [condition.model_dump() for condition in self.conditions],
            "total": {
                "sum_of_low": self.total.low,
                "sum_of_typ": self.total.typ,
                "sum_of_high": self.total.high,
                "label": SUM_LABEL,
                "excludes": [gap.name for gap in self.not_provided],
            },
            "blocks": {name: spread.model_dump() for name, spread in self.blocks.items()},
            "lines": [line.model_dump() for line in self.lines],
            "not_provided": [gap.model_dump() for gap in self.not_provided],
            "energy_wh": self.energy_wh.model_dump() if self.energy_wh else None,
            "factors": {factor.id: factor.model_dump(exclude={"id"}) for factor in self.factors},
            "sources": {source.id: source.model_dump(exclude={"id"}) for source in self.sources},
        }

    def write(self, folder: Path) -> dict[str, Value]:
        """Write footprint.json into `folder` and return its values for the stage's record.

        Returns:
            `total_kg`, `energy_wh` and `<block>_kg` for each block. A block of which nothing is known is absent.

        Raises:
            StorageError: the disk is full or the folder forbidden.
        """
        write_json(folder / FILE, self.as_json())
        values: dict[str, Value] = {"total_kg": self._sums(self.total, folder, "/total", self.not_provided)}
        blocks = self.blocks
        for block in dict.fromkeys((*blocks, *(gap.block for gap in self.not_provided))):
            gaps = [gap for gap in self.not_provided if gap.block == block]
            if block in blocks:
                values[f"{block}_kg"] = self._sums(blocks[block], folder, f"/blocks/{block}", gaps)
            else:
                values[f"{block}_kg"] = _absent(gaps)
        unknown = [gap for gap in self.not_provided if gap.block == "use"]
        values["energy_wh"] = (
            self._quantity(self.energy_wh, "Wh", folder, "/energy_wh", _excludes(unknown))
            if self.energy_wh
            else _absent(unknown)
        )
        return values

    def _sums(self, kg: Spread, folder: Path, pointer: str, gaps: Iterable[NotProvided]) -> Quantity:
        excludes = _excludes(gaps)
        note = f"min, typ and max are the {SUM_LABEL}{'; ' if excludes else ''}{excludes}"
        return self._quantity(kg, "kg CO2e", folder, pointer, note)

    def _quantity(self, spread: Spread, unit: str, folder: Path, pointer: str, note: str) -> Quantity:
        return Quantity(
            unit=unit,
            min=spread.low,
            typ=spread.typ,
            max=spread.high,
            conditions=self.conditions,
            method="computed",
            evidence=(evidence(folder / FILE, pointer),),
            tool=Tool(name="sensorsmith", version=__version__),
            note=note,
        )


def total(lines: Iterable[Line]) -> Spread:
    """Sum of the low, of the typical and of the high values; exactly rounded, so the order of the lines is free."""
    kept = list(lines)
    return Spread(
        low=math.fsum(line.low for line in kept),
        typ=math.fsum(line.typ for line in kept),
        high=math.fsum(line.high for line in kept),
    )


def _excludes(gaps: Iterable[NotProvided]) -> str:
    names = ", ".join(gap.name for gap in gaps)
    return f"excludes, as not provided: {names}" if names else ""


def _absent(gaps: Iterable[NotProvided]) -> Absent:
    return Absent(reason="not_provided", why="; ".join(f"{gap.name}: {gap.why}" for gap in gaps))
