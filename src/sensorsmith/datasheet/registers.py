"""What the datasheet says of the register map: its blocks, the registers of the result, and the settings."""

from __future__ import annotations

from collections.abc import Iterable

from sensorsmith.datasheet.types import Table
from sensorsmith.interface import BLOCKS, SETTINGS, block, settings_at_power_on
from sensorsmith.spec import Sensor

_COLUMNS = ("address", "name", "access", "bytes", "meaning", "privacy")


def blocks() -> Table:
    """The whole map, a line for each block."""
    return _derived(_COLUMNS, ((b.start, b.name, b.access, b.size, b.meaning, _tags(b.privacy)) for b in BLOCKS))


def results() -> Table:
    """The registers that a host reads most."""
    rows = ((r.address, r.name, r.access, r.size, r.meaning, _tags(r.privacy)) for r in block("RESULT").registers)
    return _derived(_COLUMNS, rows)


def settings(sensor: Sensor) -> Table:
    """What a host may set, within which limits, and what it is at power on."""
    values = settings_at_power_on(sensor)
    rows = ((r.address, r.name, values[r.name], *(r.limits or ())) for r in SETTINGS)
    return _derived(("address", "name", "at power on", "least", "most"), rows)


def _derived(columns: tuple[str, ...], rows: Iterable[tuple[str | int, ...]]) -> Table:
    return Table(columns=columns, rows=tuple(rows), method="derived")


def _tags(privacy: Iterable[str]) -> str:
    return ", ".join(sorted(privacy))
