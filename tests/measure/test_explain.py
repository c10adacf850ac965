from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.chain import Finished, copy_folders

from sensorsmith.base.arrays import read_npz, write_npz
from sensorsmith.base.files import write_bytes
from sensorsmith.boards import load_board
from sensorsmith.firmware import ModelFacts, build
from sensorsmith.graph import read_tflite, write_tflite
from sensorsmith.measure.explain import compare, explain, first_difference

pytestmark = pytest.mark.xdist_group("chain")


@pytest.mark.parametrize("index", [0, 7, 1234, 4396])
def test_an_intact_sensor_has_no_difference(finished: Finished, index: int) -> None:
    steps = explain(finished.project.sensor, finished.folders, index)
    assert [step.stage for step in steps] == [
        "samples of the window",
        "features stored",
        "features in C on this machine",
        "features in C on the emulated board",
        "model in C on this machine",
        "model in C on the emulated board",
        "result registers of the emulated board",
    ]
    assert all(step.equal for step in steps)
    assert first_difference(steps) is None


def culprit(finished: Finished, folders: dict[str, Path]) -> str:
    step = first_difference(explain(finished.project.sensor, folders, 5))
    return step.stage if step else ""


def break_c(folder: Path, file: str, pattern: str, replacement: str) -> None:
    """Change one place of the emitted C."""
    source = next(folder.rglob(file))
    text, count = re.subn(pattern, replacement, source.read_text(encoding="utf-8"), count=1)
    assert count == 1
    source.write_text(text, encoding="utf-8")


def rebuild(finished: Finished, folders: dict[str, Path]) -> None:
    """Firmware from the C that is in the compile folder."""
    sources = {file.name: file.read_text(encoding="utf-8") for file in sorted((folders["compile"] / "c").iterdir())}
    sensor = finished.project.sensor
    image = build(sensor, load_board(sensor.board), sources, ModelFacts(bytes(32), tuple("abcdefg"), 0))
    write_bytes(folders["firmware"] / "sensor.elf", image.elf)


def test_broken_recordings_are_named(finished: Finished, tmp_path: Path) -> None:
    folders = copy_folders(finished, tmp_path, "windows")
    arrays = read_npz(folders["windows"] / "windows.npz")
    arrays["raw"][5, 100, 2] += 1
    write_npz(folders["windows"] / "windows.npz", arrays)
    assert culprit(finished, folders) == "samples of the window"


def test_broken_stored_features_are_named(finished: Finished, tmp_path: Path) -> None:
    folders = copy_folders(finished, tmp_path, "features")
    x = read_npz(folders["features"] / "features.npz")["x"]
    x[5, 3, 1] ^= 1
    write_npz(folders["features"] / "features.npz", {"x": x})
    assert culprit(finished, folders) == "features stored"


def test_broken_features_in_c_are_named(finished: Finished, tmp_path: Path) -> None:
    folders = copy_folders(finished, tmp_path, "compile")
    break_c(folders["compile"], "*_features.c", r"(\d+), (\d+)\);", r"\1, 5);")
    assert culprit(finished, folders) == "features in C on this machine"


def test_features_broken_only_on_the_board_are_named(finished: Finished, tmp_path: Path) -> None:
    folders = copy_folders(finished, tmp_path, "compile", "firmware")
    source = next((folders["compile"] / "c").glob("*_features.c"))
    intact = source.read_text(encoding="utf-8")
    break_c(folders["compile"], "*_features.c", r"(\d+), (\d+)\);", r"\1, 5);")
    rebuild(finished, folders)
    source.write_text(intact, encoding="utf-8")
    assert culprit(finished, folders) == "features in C on the emulated board"


def test_a_broken_model_in_c_is_named(finished: Finished, tmp_path: Path) -> None:
    folders = copy_folders(finished, tmp_path, "compile")
    name = finished.project.sensor.identity.c_name
    first = r"(_layer_07\w*_stream\[\d+\] SS_FLASH = \{[^\n]*\n\s*)-?\d+"
    break_c(folders["compile"], f"{name}.c", first, r"\g<1>1000000000")
    assert culprit(finished, folders) == "model in C on this machine"


def test_a_board_with_another_model_is_named(finished: Finished, tmp_path: Path) -> None:
    folders = copy_folders(finished, tmp_path, "model", "compile")
    graph = read_tflite((folders["model"] / "model.tflite").read_bytes())
    last = max(i for i, t in enumerate(graph.tensors) if t.data is not None and t.dtype == "int8")
    rolled = replace(graph.tensors[last], data=np.roll(np.asarray(graph.tensors[last].data), 1, axis=0))
    tensors = (*graph.tensors[:last], rolled, *graph.tensors[last + 1 :])
    write_bytes(folders["model"] / "model.tflite", write_tflite(replace(graph, tensors=tensors)))
    assert culprit(finished, folders) == "model in C on this machine"


def test_a_difference_says_how_many_and_where() -> None:
    step = compare("a", "b", np.array([1, 2, 3, 4]), np.array([1, 0, 3, 0]))
    assert step.difference == "2 differ, first at 1: 2 instead of 0"
    assert compare("a", "b", np.zeros(3), np.zeros(4)).difference == "3 elements instead of 4"
