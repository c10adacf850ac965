"""The published table that this model is checked against."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from sensorsmith.base.records import Record


class PublishedUse(Record):
    """Assumptions of the published use stage: continuous power, lifetime, and the intensity of electricity."""

    power: str
    lifetime: str
    kg_per_kwh: float


class Published(Record):
    """Footprints of five small devices, in kg CO2e.

    Attributes:
        source: id of the source.
        columns: the devices.
        total: printed total of each device.
        lines: by block, one number per device.
        use: what the use stage assumes.
        levels: by block and hardware specification level, the lower, typical and upper amount of each factor.
    """

    source: str
    unit: str
    columns: tuple[str, ...]
    total: tuple[float, ...]
    lines: dict[str, tuple[float, ...]]
    use: PublishedUse
    levels: dict[str, dict[str, tuple[float, float, float]]]


@cache
def load_published() -> Published:
    """The table "Footprint of TinyML Systems" with the parts behind it."""
    text = files(__package__).joinpath("published.toml").read_text(encoding="utf-8")
    return Published.model_validate(tomllib.loads(text))
