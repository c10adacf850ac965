"""A data set as a folder.

manifest.jsonl        one line per recording: all there is to it except the samples
recordings/<id>.npy   its samples, float32 (n, C)
dataset.json          name, labels, licence, citation, source hash, and the health report
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sensorsmith.base.arrays import npy_bytes
from sensorsmith.base.errors import DataError
from sensorsmith.base.files import write_bytes, write_json, write_text
from sensorsmith.base.hashing import canonical_json
from sensorsmith.data.records import DataSet, Recording

_AGAIN = "run `sensorsmith make`"


def save_dataset(dataset: DataSet, folder: Path, health: Mapping[str, Any]) -> None:
    """Write a data set; equal sets give equal bytes."""
    lines = []
    for recording in dataset.recordings:
        write_bytes(folder / "recordings" / f"{recording.id}.npy", npy_bytes(recording.samples.astype("<f4")))
        line = {
            "id": recording.id,
            "label": recording.label,
            "attributes": dict(recording.attributes),
            "rate_hz": recording.rate_hz,
            "channels": list(recording.channels),
            "units": list(recording.units),
            "length": len(recording.samples),
            "source": recording.source,
        }
        lines.append(canonical_json(line) + "\n")
    write_text(folder / "manifest.jsonl", "".join(lines))
    about = {
        "name": dataset.name,
        "labels": list(dataset.labels),
        "licence": dataset.licence,
        "citation": dataset.citation,
        "source_hash": dataset.source_hash,
        "health": dict(health),
    }
    write_json(folder / "dataset.json", about)


def load_dataset(folder: Path) -> DataSet:
    """Read what `save_dataset` wrote.

    Raises:
        DataError: a file is missing, cannot be read, or holds other samples than were written.
    """
    try:
        about = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
        lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
        recordings = tuple(_recording(folder, json.loads(line)) for line in lines)
        return DataSet(
            name=about["name"],
            labels=tuple(about["labels"]),
            recordings=recordings,
            licence=about["licence"],
            citation=about["citation"],
            source_hash=about["source_hash"],
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise DataError("not a readable data set", where=str(folder), todo=_AGAIN) from error


def _recording(folder: Path, line: dict[str, Any]) -> Recording:
    recording = Recording(
        label=line["label"],
        attributes=line["attributes"],
        rate_hz=line["rate_hz"],
        channels=tuple(line["channels"]),
        units=tuple(line["units"]),
        samples=np.load(folder / "recordings" / f"{line['id']}.npy", allow_pickle=False),
        source=line["source"],
    )
    if recording.id != line["id"]:
        raise DataError("its samples are not those that were stored", where=f"recording {line['id']}", todo=_AGAIN)
    return recording
