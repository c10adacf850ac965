"""The chain on real recordings: every form of features and model gives the same bytes."""

from __future__ import annotations

import ctypes
import json
import re
from pathlib import Path

import numpy as np
import pytest
from tests.chain import Finished, copy_folders
from tests.graph.oracle import AVAILABLE, Oracle

from sensorsmith.base.errors import ToolFailed
from sensorsmith.base.files import write_bytes
from sensorsmith.base.hostcc import build_shared, load
from sensorsmith.base.records import Quantity
from sensorsmith.boards import load_board
from sensorsmith.data import load_windows
from sensorsmith.dsp import HostFeatures, feature_block
from sensorsmith.emulate import open_board
from sensorsmith.firmware import ModelFacts, build
from sensorsmith.graph import interpret, interpret_batch, read_tflite
from sensorsmith.measure.explain import explain
from sensorsmith.measure.inside import inside
from sensorsmith.measure.stage import measure_sensor
from sensorsmith.spec.stage import Work

pytestmark = pytest.mark.xdist_group("chain")

WINDOWS = 400


def test_numpy_c_on_the_host_and_c_on_the_emulated_m4_agree_on_every_byte(
    finished: Finished, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sensor, folders = finished.project.sensor, finished.folders
    name = sensor.identity.c_name
    raw = load_windows(folders["windows"] / "windows.npz").raw
    raw = raw[np.linspace(0, len(raw) - 1, WINDOWS).astype(int)]
    block = feature_block(sensor)
    features = block.transform(raw)
    graph = read_tflite((folders["model"] / "model.tflite").read_bytes())
    scores = interpret_batch(graph, features.reshape(-1, *graph.tensors[graph.inputs[0]].shape[1:])).reshape(
        WINDOWS, -1
    )

    assert np.array_equal(HostFeatures(block).transform(raw), features)

    sources = {file.name: file.read_text(encoding="utf-8") for file in (folders["compile"] / "c").iterdir()}
    library = load(build_shared(sources, tmp_path_factory.mktemp("host")))
    infer = getattr(library, f"{name}_infer")
    for x, expected in zip(features, scores, strict=True):
        y = np.empty(scores.shape[1], np.int8)
        infer(ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data))
        assert np.array_equal(y, expected)

    compiled = json.loads((folders["compile"] / "compile.json").read_text())
    elf = (folders["firmware"] / "sensor.elf").read_bytes()
    with open_board(load_board(sensor.board), elf, block.window) as board:
        for window, x, expected in zip(raw, features, scores, strict=True):
            on_board = inside(board, name, compiled, window, (features[0].size, scores.shape[1]))
            assert np.array_equal(on_board[0], x.ravel())
            assert np.array_equal(on_board[1], expected)


@pytest.mark.skipif(not AVAILABLE, reason="the tflite-micro wheel is not installed (it exists for Linux only)")
def test_tflite_micro_agrees_on_every_tensor_of_real_windows(finished: Finished) -> None:
    folders = finished.folders
    content = (folders["model"] / "model.tflite").read_bytes()
    graph = read_tflite(content)
    raw = load_windows(folders["windows"] / "windows.npz").raw[::40]
    shape = graph.tensors[graph.inputs[0]].shape
    inputs = [x.reshape(shape) for x in feature_block(finished.project.sensor).transform(raw)]
    with Oracle() as oracle:
        results = oracle.run(graph, inputs, content)
    assert len(results) > 100
    for x, tensors in zip(inputs, results, strict=True):
        ours = interpret(graph, x)
        assert len(tensors) > 8
        for index, expected in tensors.items():
            assert np.array_equal(ours[index], expected), graph.tensors[index].name


def test_the_figures_of_the_demo(finished: Finished) -> None:
    found = finished.outcome.values["measure"]
    numbers = {
        name: value.typ for name, value in found.items() if isinstance(value, Quantity) and value.typ is not None
    }
    assert numbers["accuracy_device"] == numbers["accuracy_int8"] >= 0.8
    assert numbers["disagreements"] == 0
    assert 0.5 < numbers["accuracy_worst_person"] <= numbers["accuracy_device"]
    assert numbers["ram_total_bytes"] < 16 * 1024
    assert numbers["stack_bytes"] > 0
    assert numbers["instructions_per_window"] > 304_000  # more than one for each multiply-accumulate
    accuracy = found["accuracy_device"]
    assert isinstance(accuracy, Quantity)
    assert accuracy.method == "emulated"
    assert accuracy.tool is not None
    assert accuracy.tool.name == "unicorn"
    assert accuracy.interval is not None
    assert accuracy.interval.groups == 3
    assert accuracy.note == "insufficient data: 3 groups, at least 5 are needed"


def test_modelled_time_follows_from_the_instructions(finished: Finished) -> None:
    found = finished.outcome.values["measure"]
    instructions, time = found["instructions_per_window"], found["modelled_time_s"]
    assert isinstance(instructions, Quantity)
    assert isinstance(time, Quantity)
    assert instructions.typ is not None
    assert time.typ == pytest.approx(instructions.typ * 1.25 / 120e6)
    assert time.method == "computed"


def test_one_wrong_byte_of_the_features_fails_the_build(finished: Finished, tmp_path: Path) -> None:
    folders = copy_folders(finished, tmp_path, "compile", "firmware")
    source = next((folders["compile"] / "c").glob("*_features.c"))
    text = source.read_text(encoding="utf-8")
    source.write_text(text[: text.rindex("}")] + "    out[7] ^= 1;\n}\n", encoding="utf-8")
    sensor = finished.project.sensor
    sensor = sensor.model_copy(update={"outputs": sensor.outputs.model_copy(update={"confidence_bits": 0})})
    sources = {file.name: file.read_text(encoding="utf-8") for file in sorted((folders["compile"] / "c").iterdir())}
    image = build(sensor, load_board(sensor.board), sources, ModelFacts(bytes(32), tuple("abcdefg"), 0))
    write_bytes(folders["firmware"] / "sensor.elf", image.elf)
    out = tmp_path / "measure"
    out.mkdir()
    with pytest.raises(ToolFailed) as caught:
        measure_sensor(Work(sensor, finished.project.declarations, tmp_path, folders, out))
    message = re.fullmatch(
        r"the device and the interpreter disagree on (\d+) of 1400 windows; "
        r"run sensorsmith explain --window (\d+) to see the stage",
        str(caught.value),
    )
    assert message
    assert int(message[1]) >= 24
    steps = explain(sensor, folders, int(message[2]))
    assert [step.stage for step in steps if not step.equal][:2] == [
        "features in C on this machine",
        "features in C on the emulated board",
    ]
