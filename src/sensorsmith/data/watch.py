"""Reads the smartwatch recordings that seglearn publishes (arXiv:1802.01489)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sensorsmith.data.pickled import load_pickled_npy
from sensorsmith.data.records import DataSet, Recording

if TYPE_CHECKING:
    from sensorsmith.data.sources import Source

_UNITS = {"a": "g", "w": "rad/s"}  # by the first letter of the channel: acceleration, angular rate
_SIDES = ("left", "right")


def read_watch(source: Source, data: bytes) -> DataSet:
    """One recording per series: 50 Hz, `ax ay az` in g, `wx wy wz` in rad/s; attributes `person` and `side`."""
    content = load_pickled_npy(data, source.name)
    channels = tuple(content["X_labels"])
    labels = tuple(content["y_labels"])
    recordings = tuple(
        Recording(
            label=labels[int(label)],
            attributes={"person": f"p{int(person):02d}", "side": _SIDES[int(side)]},
            rate_hz=50.0,
            channels=channels,
            units=tuple(_UNITS[name[0]] for name in channels),
            samples=series.astype(np.float32),
            source=f"{source.name}: series {number}",
        )
        for number, (series, label, person, side) in enumerate(
            zip(content["X"], content["y"], content["subject"], content["side"], strict=True)
        )
    )
    return DataSet(source.name, labels, recordings, source.licence, source.citation, source.member_hash)
