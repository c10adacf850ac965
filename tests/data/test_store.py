from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensorsmith.base.arrays import npy_bytes
from sensorsmith.base.errors import DataError
from sensorsmith.data import DataSet, load_dataset, save_dataset


@pytest.fixture
def stored(tmp_path: Path, dataset: Callable[..., DataSet]) -> Path:
    save_dataset(dataset(), tmp_path / "stored", {"findings": []})
    return tmp_path / "stored"


def test_what_is_stored_is_loaded(stored: Path, dataset: Callable[..., DataSet]) -> None:
    before, after = dataset(), load_dataset(stored)
    for field in ("name", "labels", "licence", "citation", "source_hash"):
        assert getattr(before, field) == getattr(after, field)
    for old, new in zip(before.recordings, after.recordings, strict=True):
        assert (old.id, old.source, old.attributes) == (new.id, new.source, new.attributes)
        assert new.samples.dtype == np.float32
        assert (old.samples == new.samples).all()


def test_equal_sets_give_equal_bytes(stored: Path, tmp_path: Path, dataset: Callable[..., DataSet]) -> None:
    save_dataset(dataset(), tmp_path / "again", {"findings": []})
    files = sorted(p.relative_to(stored) for p in stored.rglob("*") if p.is_file())
    assert len(files) == 2 + 6
    assert all((stored / f).read_bytes() == (tmp_path / "again" / f).read_bytes() for f in files)


def test_the_health_report_is_kept(stored: Path) -> None:
    assert json.loads((stored / "dataset.json").read_text())["health"] == {"findings": []}


def test_changed_samples_are_refused(stored: Path) -> None:
    file = sorted((stored / "recordings").iterdir())[0]
    file.write_bytes(npy_bytes(np.load(file) + np.float32(1)))
    with pytest.raises(DataError) as caught:
        load_dataset(stored)
    message = "its samples are not those that were stored; run `sensorsmith make`"
    assert str(caught.value) == f"recording {file.stem}: {message}"


@pytest.mark.parametrize("damage", ["missing", "manifest", "pickle"])
def test_an_unreadable_folder_is_refused(stored: Path, damage: str) -> None:
    if damage == "missing":
        (stored / "dataset.json").unlink()
    elif damage == "manifest":
        (stored / "manifest.jsonl").write_text("{\n")
    else:
        np.save(sorted((stored / "recordings").iterdir())[0], np.array({}), allow_pickle=True)
    with pytest.raises(DataError) as caught:
        load_dataset(stored)
    assert str(caught.value) == f"{stored}: not a readable data set; run `sensorsmith make`"
