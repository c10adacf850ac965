from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sensorsmith.base.records import Quantity, resolve_pointer
from sensorsmith.data import Windows, save_windows
from sensorsmith.dsp import feature_block, load_features
from sensorsmith.dsp.stage import make_features
from sensorsmith.spec import Declarations
from sensorsmith.spec.stage import Work, read_record
from sensorsmith.spec.types import Sensor


def test_from_windows_to_features(sensor: Callable[..., Sensor], tmp_path: Path) -> None:
    raw = np.random.default_rng(1).integers(-9999, 9999, (3, 48, 6)).astype(np.int16)
    text, number = np.array(["a"] * 3), np.zeros(3, np.int16)
    windows = Windows(raw, number, text, text, number.astype(np.int32), np.array(["train"] * 3))
    save_windows(windows, tmp_path / "windows" / "windows.npz")
    out = tmp_path / "features"
    mine = sensor(decimate=4)
    make_features(Work(mine, Declarations(), tmp_path, {"windows": tmp_path / "windows"}, out))
    assert (load_features(out) == feature_block(mine).transform(raw)).all()
    size = read_record(out).values["bytes_per_window"]
    assert isinstance(size, Quantity)
    (proof,) = size.evidence
    held = resolve_pointer(json.loads((out / proof.file).read_text(encoding="utf-8")), proof.pointer)
    assert size.typ == held == 12 * 6
