"""From `data.source` of sensor.yaml to recordings."""

from __future__ import annotations

import difflib
from pathlib import Path

from sensorsmith.base.errors import DataError
from sensorsmith.data.folder import hash_folder, read_folder
from sensorsmith.data.records import DataSet
from sensorsmith.data.sources import SOURCES, load_named
from sensorsmith.spec.types import Sensor


def load_source(sensor: Sensor, project: Path) -> DataSet:
    """The data set that a sensor names: one of `SOURCES`, else a folder relative to `project`.

    Raises:
        DataError: there is neither, or it cannot be read.
    """
    name = sensor.data.source
    return load_named(SOURCES[name]) if name in SOURCES else read_folder(_folder(name, project), sensor)


def hash_source(sensor: Sensor, project: Path) -> str:
    """SHA-256 of what `load_source` would read, without making recordings of it.

    Raises:
        DataError: there is nothing to read.
    """
    name = sensor.data.source
    return SOURCES[name].member_hash if name in SOURCES else hash_folder(_folder(name, project))


def _folder(name: str, project: Path) -> Path:
    folder = project / name
    if not folder.is_dir():
        near = difflib.get_close_matches(name, SOURCES, 1)
        raise DataError(
            f"there is neither a data set nor a folder called {name!r}",
            where="sensor.yaml: data.source",
            todo=f"did you mean {near[0]!r}?" if near else f"name a folder, or one of {', '.join(SOURCES)}",
        )
    return folder
