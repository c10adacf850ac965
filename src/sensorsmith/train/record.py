"""The training record: what a model was made from, so that a figure can be trusted long after the training."""

from __future__ import annotations

import os
from typing import Any

from sensorsmith.data import DataSet, group_of, split_groups
from sensorsmith.spec.stage import tool_versions
from sensorsmith.spec.types import Sensor
from sensorsmith.train.framework import BACKEND


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
        "window": sensor.cut.model_dump(mode="json"),
        "labels": list(dataset.labels),
        "data": {
            "name": dataset.name,
            "licence": dataset.licence,
            "citation": dataset.citation,
            "source_sha256": dataset.source_hash,
            "group": sensor.group,
            "groups": groups_by_split(dataset, sensor),
        },
        "parameters": parameters,
        "float_sha256": graph_hash,
        "versions": framework_versions(),
    }


def groups_by_split(dataset: DataSet, sensor: Sensor) -> dict[str, list[str]]:
    """Who was trained on, and who was not."""
    splits = split_groups(dataset, sensor)
    present = sorted({group_of(recording, sensor) for recording in dataset.recordings})
    return {side: [g for g in present if splits[g] == side] for side in ("train", "validation", "unseen")}


_BACKENDS = {"jax": ("jax", "jaxlib"), "tensorflow": ("tensorflow-cpu", "tensorflow"), "torch": ("torch",)}


def framework_versions() -> dict[str, str]:
    """Versions of what decides the bytes of a trained model."""
    backend = os.environ.get("KERAS_BACKEND", BACKEND)
    found = tool_versions("keras", *_BACKENDS.get(backend, (backend,)), "numpy")
    return {"backend": backend} | {name: version for name, version in found.items() if version != "not installed"}
