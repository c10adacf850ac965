from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.data import DataSet, Recording

Make = Callable[..., Recording]


def test_the_id_stands_for_content_and_not_for_the_source(recording: Make) -> None:
    one = recording()
    assert one.id == recording(source="elsewhere.csv").id
    assert len(one.id) == 16
    others = [
        recording(label="wave", samples=one.samples),
        recording(attributes={"person": "ben"}),
        recording(rate_hz=51.0),
        recording(units=("m/s2", "rad/s")),
        recording(samples=one.samples + np.float32(1)),
    ]
    assert len({one.id} | {other.id for other in others}) == 6


def test_equal_signals_have_equal_content(recording: Make) -> None:
    one = recording()
    assert one.content == recording(label="wave", samples=np.asfortranarray(one.samples)).content


def test_duration(recording: Make) -> None:
    assert recording(length=25).seconds == 0.5


def test_the_same_recording_twice_is_refused(recording: Make, dataset: Callable[..., DataSet]) -> None:
    with pytest.raises(DataError) as caught:
        dataset(recording(), recording(source="still/copy.csv"))
    assert str(caught.value) == "still/copy.csv: the same recording as still/person-anna_1.csv; remove one of the two"
