"""Reads the smartwatch recordings that seglearn publishes (arXiv:1802.01489)."""

from __future__ import annotations

import numpy as np

from sensorsmith.data.pickled import load_pickled_npy
from sensorsmith.data.records import DataSet, Recording
from sensorsmith.data.source import Source

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


WATCH = Source(
    name="seglearn-watch",
    title="10 people doing 7 shoulder exercises on either side, a smartwatch on the wrist, 50 Hz",
    licence="BSD-3-Clause",
    citation="D. M. Burns et al., Shoulder Physiotherapy Exercise Recognition: Machine Learning the Inertial "
    "Signals from a Smartwatch, arXiv:1802.01489",
    distribution="seglearn",
    version="1.2.5",
    wheel="seglearn-1.2.5-py3-none-any.whl",
    wheel_bytes=11320941,
    wheel_hash="ec6b952c85c9627050102854b372d85951563d3b990df677d7c55547e87413dd",
    member="seglearn/data/watch_dataset.npy",
    member_bytes=18118091,
    member_hash="eb122f23cdf06ef6bd6c6c5312958ec5cf9d038e2e6d457b8081662c75a42537",
    read=read_watch,
)
