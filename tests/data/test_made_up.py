from __future__ import annotations

import numpy as np
import pytest
from tests import glimpse, tiny

from sensorsmith.data import load_source, make_windows, sample_range
from sensorsmith.data.made_up import made_window, make_up
from sensorsmith.spec.types import ModelFile, Sensor

_MODEL = ModelFile(file="m.tflite", labels=["a", "b", "c"])
MOTION = tiny.SENSOR.model_copy(update={"data": None, "model": _MODEL})
CAMERA = glimpse.SENSOR.model_copy(update={"model": _MODEL})


@pytest.mark.parametrize("sensor", [MOTION, CAMERA], ids=["motion", "camera"])
def test_a_sensor_without_recordings_gets_some(sensor: Sensor, tmp_path) -> None:
    dataset = load_source(sensor, tmp_path)
    assert (dataset.name, dataset.labels, {r.label for r in dataset.recordings}) == ("made up", ("a", "b", "c"), {""})
    windows = make_windows(dataset, sensor)
    low, high = sample_range(sensor)
    assert len(windows) == len(dataset.recordings) == 10
    assert low < windows.raw.min() and windows.raw.max() < high
    assert set(windows.label.tolist()) == {-1}
    assert set(windows.split.tolist()) == {"unseen"}
    again = make_windows(make_up(sensor), sensor)
    assert np.array_equal(windows.raw, again.raw)


@pytest.mark.parametrize("limits", [(-32768, 32767), (0, 255)])
def test_they_fill_the_range_and_never_reach_its_ends(limits: tuple[int, int]) -> None:
    random = np.random.default_rng(0)
    found = np.stack([made_window(random, (40, 3), kind, limits) for kind in range(200)])
    low, high = limits
    assert (found.min(), found.max()) == (low + 1, high - 1)
    assert all(np.ptp(window, axis=0).max() == 0 for window in found[4::5]), "every fifth is constant"
