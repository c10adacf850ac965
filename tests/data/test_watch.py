from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from sensorsmith.data import SOURCES, find, hash_source, health, load_source, make_windows
from sensorsmith.spec.types import Sensor


def test_the_watch_recordings(watch: Sensor, tmp_path: Path) -> None:
    source = SOURCES["seglearn-watch"]
    if find(source) is None:
        pytest.skip("seglearn-watch is not on this machine")
    dataset = load_source(watch, tmp_path)
    assert dataset.labels == ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
    assert dataset.source_hash == hash_source(watch, tmp_path) == source.member_hash
    # Ten people did each of seven exercises once on either side.
    done = Counter((r.label, r.attributes["person"], r.attributes["side"]) for r in dataset.recordings)
    assert (len(done), set(done.values())) == (140, {1})
    assert {r.channels for r in dataset.recordings} == {("ax", "ay", "az", "wx", "wy", "wz")}
    # A slow arm shows gravity and little else: a median length near 1 g says that the unit is right.
    length = np.linalg.norm(np.concatenate([r.samples[:, :3] for r in dataset.recordings]), axis=1)
    assert np.median(length) == pytest.approx(1, abs=0.1)
    report = health(dataset, watch)
    assert report["findings"] == []
    windows = make_windows(dataset, watch)
    assert windows.raw.shape == (4397, 200, 6)
    assert Counter(windows.split.tolist()) == {"train": 2501, "validation": 496, "unseen": 1400}
