"""Configuration fields that are written with a unit and kept as SI floats."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from sensorsmith.base.errors import UserError
from sensorsmith.base.units import parse


def _field(dimension: str, example: str) -> Any:
    def read(value: object) -> float:
        try:
            return parse(value, dimension)
        except UserError as error:
            raise ValueError(str(error)) from error

    kinds = ["string", "number"] if dimension == "ratio" else "string"
    return Annotated[
        float,
        BeforeValidator(read),
        WithJsonSchema({"type": kinds, "description": f"a {dimension} with its unit", "examples": [example]}),
    ]


Time = _field("time", "4 s")
Frequency = _field("frequency", "50 Hz")
Memory = _field("memory", "64 KiB")
Energy = _field("energy", "2 mJ")
Power = _field("power", "1 mW")
Carbon = _field("carbon", "3 kg CO2e")
Mass = _field("mass", "12 g")
Length = _field("length", "600 km")
Area = _field("area", "8 cm2")
InformationRate = _field("information rate", "8 bit/s")
Ratio = _field("ratio", "80 %")
