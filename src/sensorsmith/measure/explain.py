"""Replays one window through every form of every stage, and names the first whose bytes differ."""

from __future__ import annotations

import ctypes
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base.hostcc import build_shared, load
from sensorsmith.boards import load_board
from sensorsmith.data import Windows, load_dataset, load_windows, make_windows
from sensorsmith.dsp import feature_block, load_features
from sensorsmith.emulate import open_board
from sensorsmith.graph import interpret, read_tflite
from sensorsmith.interface import decode_result
from sensorsmith.measure.inside import inside
from sensorsmith.measure.result import expected_result, told, window_by_window
from sensorsmith.spec.types import Sensor

Bytes = npt.NDArray[Any]


@dataclass(frozen=True)
class Step:
    """One comparison.

    Attributes:
        stage: what was computed, and where.
        reference: what it must equal.
        elements: how many numbers were compared.
        difference: empty when all are equal, otherwise the first that differs.
    """

    stage: str
    reference: str
    elements: int
    difference: str

    @property
    def equal(self) -> bool:
        return not self.difference


def explain(sensor: Sensor, folders: Mapping[str, Path], index: int) -> list[Step]:
    """Follow window `index` from its recording to the registers.

    Args:
        folders: of the finished stages data, windows, features, model, compile and firmware.
        index: which window of `windows.npz`.

    Raises:
        MissingTool: there is no C compiler for this machine, or no emulator.
        EmulatorError: the emulated board crashed or hung.
    """
    windows = load_windows(folders["windows"] / "windows.npz")
    block = feature_block(sensor)
    raw = windows.raw[index]
    features = block.transform(raw[np.newaxis])[0]
    graph = read_tflite((folders["model"] / "model.tflite").read_bytes())
    scores = interpret(graph, features.reshape(graph.tensors[graph.inputs[0]].shape))[graph.outputs[0]]
    assert scores is not None
    host_features, host_scores = _on_host(sensor, folders["compile"] / "c", raw, features.size, scores.size)
    on_board = _on_board(sensor, folders, raw, features.size, scores.size)
    expected = expected_result(scores.reshape(1, -1), sensor.outputs)
    return [
        compare("samples of the window", "recording", _recut(sensor, folders, windows, index), raw),
        compare("features stored", "features in numpy", load_features(folders["features"])[index], features),
        compare("features in C on this machine", "features in numpy", host_features, features),
        compare("features in C on the emulated board", "features in numpy", on_board["features"], features),
        compare("model in C on this machine", "integer interpreter", host_scores, scores),
        compare("model in C on the emulated board", "integer interpreter", on_board["scores"], scores),
        compare("result registers of the emulated board", "scores", on_board["result"], np.concatenate(expected)),
    ]


def first_difference(steps: list[Step]) -> Step | None:
    """The stage to look into: the first that is not as it should be."""
    return next((step for step in steps if not step.equal), None)


def compare(stage: str, reference: str, found: Bytes, expected: Bytes) -> Step:
    """Compare element by element in memory order."""
    a, b = found.ravel(), expected.ravel()
    if a.size != b.size:
        return Step(stage, reference, b.size, f"{a.size} elements instead of {b.size}")
    places = np.flatnonzero(a != b)
    if not places.size:
        return Step(stage, reference, b.size, "")
    at = int(places[0])
    return Step(stage, reference, b.size, f"{places.size} differ, first at {at}: {int(a[at])} instead of {int(b[at])}")


def _recut(sensor: Sensor, folders: Mapping[str, Path], windows: Windows, index: int) -> Bytes:
    """The same window, cut again from its recording."""
    again = make_windows(load_dataset(folders["data"]), sensor)
    same = (again.recording == windows.recording[index]) & (again.start == windows.start[index])
    return again.raw[np.flatnonzero(same)[0]] if same.any() else np.empty(0, np.int16)


def _on_host(sensor: Sensor, folder: Path, raw: Bytes, inputs: int, outputs: int) -> tuple[Bytes, Bytes]:
    """Features and scores of the emitted C, built with this machine's compiler."""
    name = sensor.identity.c_name
    sources = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}
    x, y = np.empty(inputs, np.int8), np.empty(outputs, np.int8)
    samples = np.ascontiguousarray(raw, feature_block(sensor).counts)
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as place:
        library = load(build_shared(sources, Path(place)))
        getattr(library, f"{name}_features")(ctypes.c_void_p(samples.ctypes.data), ctypes.c_void_p(x.ctypes.data))
        getattr(library, f"{name}_infer")(ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(y.ctypes.data))
    return x, y


def _on_board(sensor: Sensor, folders: Mapping[str, Path], raw: Bytes, inputs: int, outputs: int) -> dict[str, Bytes]:
    """What the image computes: the model's input when it starts, its output when it has run, the result registers."""
    compiled = json.loads((folders["compile"] / "compile.json").read_text(encoding="utf-8"))
    elf = (folders["firmware"] / "sensor.elf").read_bytes()
    with open_board(load_board(sensor.board), elf, raw.shape) as board:
        window_by_window(board)
        x, y = inside(board, sensor.identity.c_name, compiled, raw, (inputs, outputs))
        registers = np.concatenate(told([decode_result(board.read(None, 16))]))
    return {"features": x, "scores": y, "result": registers}
