"""The training record: what a model was made from, so that a figure can be trusted long after the training."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Mapping
from typing import Any

from sensorsmith.data import DataSet, group_of, split_groups
from sensorsmith.spec.types import Sensor


def training_record(sensor: Sensor, dataset: DataSet, parameters: int, graph_hash: str) -> dict[str, Any]:
    """All that a training run depended on, in JSON values.

    Args:
        parameters: trained numbers of the network.
        graph_hash: SHA-256 of the float model.
    """
    return {
        "network": sensor.model.model_dump(mode="json"),
        "training": sensor.training.model_dump(mode="json"),
        "features": sensor.features.model_dump(mode="json"),
        "transducer": sensor.transducer.model_dump(mode="json"),
        "window": sensor.window.model_dump(mode="json"),
        "labels": list(dataset.labels),
        "data": {
            "name": dataset.name,
            "licence": dataset.licence,
            "citation": dataset.citation,
            "source_sha256": dataset.source_hash,
            "group": sensor.data.group,
            "groups": groups_by_split(dataset, sensor),
        },
        "parameters": parameters,
        "float_sha256": graph_hash,
        "versions": versions(),
    }


def groups_by_split(dataset: DataSet, sensor: Sensor) -> dict[str, list[str]]:
    """Who was trained on, and who was not."""
    splits = split_groups(dataset, sensor)
    present = sorted({group_of(recording, sensor) for recording in dataset.recordings})
    return {side: [g for g in present if splits[g] == side] for side in ("train", "validation", "unseen")}


def versions() -> Mapping[str, str]:
    """Versions of what decides the bytes of a trained model."""
    names = ("keras", os.environ.get("KERAS_BACKEND", "jax"), "numpy")
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
