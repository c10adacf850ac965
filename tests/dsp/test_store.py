from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.dsp import feature_block, load_features, save_features
from sensorsmith.spec.types import Sensor


def test_features_are_saved_whole_and_alike(sensor: Callable[..., Sensor], tmp_path: Path) -> None:
    block = feature_block(sensor(decimate=2))
    x = block.transform(np.random.default_rng(1).integers(-9999, 9999, (3, 48, 6)).astype(np.int16))
    a, b = (save_features(tmp_path / name, block, x) for name in "ab")
    assert (tmp_path / "a" / "features.npz").read_bytes() == (tmp_path / "b" / "features.npz").read_bytes()
    assert json.loads((tmp_path / "a" / "features.json").read_text()) == a == b
    assert a == {"scale": 1 / 128, "zero_point": 0, "shape": [24, 6], "bytes_per_window": x[0].nbytes}
    back = load_features(tmp_path / "a")
    assert back.dtype == np.int8
    assert (back == x).all()


def test_a_folder_without_features_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_features(tmp_path)
    assert str(caught.value) == f"{tmp_path}: not a readable file of features; run `sensorsmith make`"
