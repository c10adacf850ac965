"""From `data.source` of sensor.yaml to recordings."""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

from sensorsmith.base.errors import DataError
from sensorsmith.base.hashing import hash_bytes
from sensorsmith.data.folder import hash_folder, read_folder
from sensorsmith.data.made_up import make_up
from sensorsmith.data.records import DataSet
from sensorsmith.data.sources import SOURCES, load_named
from sensorsmith.spec.types import ModelFile, Sensor


def load_source(sensor: Sensor, project: Path) -> DataSet:
    """The data set that a sensor names: one of `SOURCES`, or a folder relative to `project`; made up if it names none.

    Its labels are in the order of the model's outputs.

    Raises:
        DataError: there is neither, or it cannot be read, or it has a label that the model does not know.
    """
    if sensor.data is None:
        return make_up(sensor)
    name = sensor.data.source
    dataset = load_named(SOURCES[name]) if name in SOURCES else read_folder(_folder(name, project), sensor)
    labels = sensor.model.labels if isinstance(sensor.model, ModelFile) else None
    if labels is None:
        return dataset
    if strange := [label for label in dataset.labels if label not in labels]:
        raise DataError(
            f"the recordings have the label {strange[0]!r}, which is not among the model's",
            where="sensor.yaml: model.labels",
            todo=f"rename their folder to one of {', '.join(labels)}",
        )
    return replace(dataset, labels=tuple(labels))


def hash_source(sensor: Sensor, project: Path) -> str:
    """SHA-256 of what `load_source` would read, without making recordings of it.

    Raises:
        DataError: there is nothing to read.
    """
    if sensor.data is None:
        return hash_bytes(b"made up")
    name = sensor.data.source
    return SOURCES[name].member_hash if name in SOURCES else hash_folder(_folder(name, project), sensor)


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
