"""Configuration fields that are written with a unit."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from sensorsmith.base.errors import UserError
from sensorsmith.base.units import DIMENSIONS, parse
from sensorsmith.spec.mistakes import Told, quoted

_NUMBER = r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"


def _read(value: object, dimension: str, example: str, above_zero: bool) -> float:
    if value is None or isinstance(value, bool | list | dict):
        raise Told(f"a {dimension} is needed, but it is {quoted(value)}", f'write for example "{example}"')
    try:
        number = parse(value, dimension)
    except UserError as error:
        raise Told(error.what, error.todo) from None
    if dimension == "ratio" and not 0 <= number <= 1:
        raise Told(f"{quoted(value)} is not a share between 0 and 1", 'write for example "20 %" or 0.2')
    if number < 0 or (above_zero and number == 0):
        least = "more than zero" if above_zero else "zero or more"
        raise Told(f"{quoted(value)} is not {least}", f'write for example "{example}"')
    return number


def _schema(dimension: str) -> dict[str, Any]:
    """What an editor can check while the user types: a number and one of the units."""
    units = "|".join(re.escape(unit) for unit in DIMENSIONS[dimension].units)
    text = {"type": "string", "pattern": rf"^\s*{_NUMBER}\s*({units})\s*$"}
    return {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, text]} if dimension == "ratio" else text


def _field(dimension: str, example: str, *, above_zero: bool = True) -> Any:
    """A float in the base unit of its dimension."""
    reader = BeforeValidator(lambda value: _read(value, dimension, example, above_zero))
    return Annotated[float, reader, WithJsonSchema(_schema(dimension)), Field(examples=[example])]


def _written(dimension: str, example: str, *, above_zero: bool = True) -> Any:
    """A quantity that is checked and kept as it was written, for those who need its exact decimals."""

    def check(text: str) -> str:
        _read(text, dimension, example, above_zero)
        return text

    return Annotated[str, AfterValidator(check), WithJsonSchema(_schema(dimension)), Field(examples=[example])]


Time = _field("time", "4 s")
Frequency = _field("frequency", "50 Hz")
Memory = _field("memory", "64 KiB")
Energy = _field("energy", "2 mJ")
Power = _field("power", "1 mW")
Carbon = _field("carbon", "3 kg CO2e", above_zero=False)
Mass = _field("mass", "12 g")
Length = _field("length", "600 km", above_zero=False)
Area = _field("area", "8 cm2", above_zero=False)
InformationRate = _field("information rate", "8 bit/s")
Angle = _field("angle", "15 deg", above_zero=False)
Ratio = _field("ratio", "20 %", above_zero=False)

WrittenAcceleration = _written("acceleration", "4 g")
WrittenAngularRate = _written("angular rate", "8 rad/s")
