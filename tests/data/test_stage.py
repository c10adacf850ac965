from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensorsmith.base.records import Quantity, Statement, resolve_pointer
from sensorsmith.data import load_windows
from sensorsmith.data.stage import cut_windows, import_data
from sensorsmith.spec import Declarations
from sensorsmith.spec.stage import Work, read_record
from sensorsmith.spec.types import Sensor


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two labels by three people, 25 samples each."""
    for seed, (label, person) in enumerate((x, p) for x in ("still", "wave") for p in ("anna", "ben", "cleo")):
        samples = np.random.default_rng(seed).normal(size=(25, 2))
        file = tmp_path / "recordings" / label / f"person-{person}_1.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("ax,wz\n" + "".join(f"{a:.4f},{w:.4f}\n" for a, w in samples))
    return tmp_path


def test_from_files_to_windows(sensor: Callable[..., Sensor], project: Path) -> None:
    data, windows = project / "out" / "data", project / "out" / "windows"
    import_data(Work(sensor(), Declarations(), project, {}, data))
    cut_windows(Work(sensor(), Declarations(), project, {"data": data}, windows))
    about = json.loads((data / "dataset.json").read_text())
    assert about["labels"] == ["still", "wave"]
    values = read_record(windows).values
    kept = load_windows(windows / "windows.npz").split
    for side, number in (("train", 16), ("validation", 0), ("unseen", 8)):
        assert getattr(values[side], "typ", None) == number == (kept == side).sum()
    assert getattr(read_record(data).values["recordings"], "typ", None) == about["health"]["total"]["recordings"] == 6


def test_evidence_holds_the_value_that_it_proves(sensor: Callable[..., Sensor], project: Path) -> None:
    data, windows = project / "out" / "data", project / "out" / "windows"
    import_data(Work(sensor(), Declarations(), project, {}, data))
    cut_windows(Work(sensor(), Declarations(), project, {"data": data}, windows))
    for folder in (data, windows):
        for name, value in read_record(folder).values.items():
            assert isinstance(value, (Quantity, Statement))
            (proof,) = value.evidence
            held = resolve_pointer(json.loads((folder / proof.file).read_text(encoding="utf-8")), proof.pointer)
            said = value.typ if isinstance(value, Quantity) else value.text
            assert said == (", ".join(held) if isinstance(held, list) else held), name
