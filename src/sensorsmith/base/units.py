"""The one unit system: quantities are text with a unit at the edge (`"4 s"`, `"64 KiB"`) and SI floats inside."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from sensorsmith.base.errors import UserError


@dataclass(frozen=True)
class Dimension:
    """A physical dimension with the units accepted for it.

    Attributes:
        name: as it is called in messages.
        base: the unit of the float kept inside.
        units: factor from each accepted unit to the base unit.
    """

    name: str
    base: str
    units: dict[str, float]


_SI = {"n": 1e-9, "u": 1e-6, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
_YEAR = 365.25 * 86400.0


def _prefixed(unit: str, prefixes: str) -> dict[str, float]:
    """`unit` under each one-letter SI prefix in `prefixes`; a dot stands for no prefix."""
    return {("" if p == "." else p) + unit: _SI["" if p == "." else p] for p in prefixes}


_MINUTES_TO_YEARS = {
    "min": 60.0,
    "h": 3600.0,
    "day": 86400.0,
    "days": 86400.0,
    "year": _YEAR,
    "years": _YEAR,
}

DIMENSIONS: dict[str, Dimension] = {
    d.name: d
    for d in (
        Dimension("time", "s", _prefixed("s", "nuµm.") | _MINUTES_TO_YEARS),
        Dimension("frequency", "Hz", _prefixed("Hz", "m.kMG")),
        Dimension("memory", "B", {"B": 1.0, "KiB": 1024.0, "MiB": 1048576.0, "kB": 1e3, "MB": 1e6}),
        Dimension("energy", "J", _prefixed("J", "nuµm.kMG") | {"Wh": 3600.0, "kWh": 3.6e6, "mWh": 3.6}),
        Dimension("power", "W", _prefixed("W", "nuµm.k")),
        Dimension("voltage", "V", _prefixed("V", "m.")),
        Dimension("current", "A", _prefixed("A", "nuµm.")),
        Dimension("mass", "kg", {"kg": 1.0, "g": 1e-3, "mg": 1e-6, "t": 1e3}),
        Dimension("carbon", "kg CO2e", {"kg CO2e": 1.0, "g CO2e": 1e-3, "t CO2e": 1e3}),
        Dimension("length", "m", {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "km": 1e3}),
        Dimension("area", "m2", {"m2": 1.0, "cm2": 1e-4, "mm2": 1e-6}),
        Dimension("acceleration", "m/s2", {"m/s2": 1.0, "g": 9.80665, "mg": 9.80665e-3}),
        Dimension("angle", "rad", {"rad": 1.0, "deg": math.pi / 180.0}),
        Dimension("angular rate", "rad/s", {"rad/s": 1.0, "dps": math.pi / 180.0, "mdps": math.pi / 180e3}),
        Dimension("information rate", "bit/s", {"bit/s": 1.0, "kbit/s": 1e3, "Mbit/s": 1e6}),
        Dimension("ratio", "1", {"%": 0.01, "": 1.0}),
    )
}

_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*")


def parse(text: object, dimension: str) -> float:
    """Read a quantity such as `"250 ms"` into the base unit of its dimension.

    A bare number is accepted for ratios only: elsewhere its unit would have to be guessed.

    Raises:
        UserError: not a finite number with one of the dimension's units.
    """
    dim = DIMENSIONS[dimension]
    known = ", ".join(u for u in dim.units if u and "µ" not in u)
    example = f'write for example "{3 if dimension != "ratio" else 0.9} {dim.base if dim.base != "1" else ""}'.rstrip()
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        if dimension != "ratio":
            raise UserError(f"{text} has no unit, and a {dim.name} needs one of {known}", todo=f'{example}"')
        text = repr(text)
    match = _QUANTITY.fullmatch(text) if isinstance(text, str) and len(text) <= 64 else None
    if match is None:
        raise UserError(f"{str(text)[:40]!r} is not a {dim.name}", todo=f'{example}"')
    number, unit = match.groups()
    if unit not in dim.units:
        raise UserError(f"{unit!r} is not a unit of {dim.name}", todo=f"use one of {known}")
    value = float(number) * dim.units[unit]
    if not math.isfinite(value):
        raise UserError(f"{text!r} is not a finite {dim.name}", todo=f'{example}"')
    return value


def convert(value: float, source: str, target: str) -> float:
    """Convert between two units of one dimension.

    Raises:
        UserError: no dimension has both units.
    """
    for dim in DIMENSIONS.values():
        if source in dim.units and target in dim.units:
            return value * (dim.units[source] / dim.units[target])
    raise UserError(f"{source!r} cannot be converted to {target!r}")
