"""Models that the user brings: what fits is taken as it is, what does not is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.chain import Finished, edit

from sensorsmith.base.errors import DataError, ModelError
from sensorsmith.base.records import Absent, Quantity, Statement
from sensorsmith.flow import Project, run
from sensorsmith.graph import Quantization, read_tflite, write_tflite
from sensorsmith.spec.stage import read_record

pytestmark = pytest.mark.xdist_group("chain")


@pytest.fixture
def brought(finished: Finished, tmp_path: Path) -> Path:
    folder = tmp_path / "sensor"
    shutil.copytree(finished.project.folder, folder)
    return folder


def change_record(folder: Path, **changes: Any) -> None:
    file = folder / "trained" / "training.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def change_groups(folder: Path, **changes: list[str]) -> None:
    data = json.loads((folder / "trained" / "training.json").read_text())["data"]
    change_record(folder, data=data | {"groups": data["groups"] | changes})


def coarser_input(folder: Path) -> None:
    """Write the model with an input of another scale, which is part of the first bias's, and without its record."""
    (folder / "trained" / "training.json").unlink()
    file = folder / "trained" / "model.tflite"
    graph = read_tflite(file.read_bytes())
    tensors = list(graph.tensors)
    source, bias = graph.inputs[0], graph.nodes[0].inputs[2]
    old = tensors[bias].quantization
    assert old is not None
    tensors[source] = replace(tensors[source], quantization=Quantization((0.5,), (3,)))
    steps = Quantization(tuple(64 * scale for scale in old.scale), old.zero_point, old.axis)
    tensors[bias] = replace(tensors[bias], quantization=steps)
    file.write_bytes(write_tflite(replace(graph, tensors=tuple(tensors))))


def test_the_model_and_its_record_pass_through_unchanged(finished: Finished) -> None:
    trained = finished.project.folder / "trained"
    for name in ("model.tflite", "training.json"):
        assert (finished.folders["model"] / name).read_bytes() == (trained / name).read_bytes()
    values = read_record(finished.folders["model"]).values
    record = json.loads((trained / "training.json").read_text())
    for name, expected in (("parameters", record["parameters"]), ("steps", record["training"]["steps"])):
        found = values[name]
        assert isinstance(found, Quantity)
        assert found.typ == expected
    trained_on = values["held_out"]
    assert isinstance(trained_on, Statement)
    assert trained_on.text == "p01, p02, p03, p04, p05, p06, p07 of seglearn-watch"


def test_without_a_record_nothing_is_said_of_the_training(brought: Path) -> None:
    (brought / "trained" / "training.json").unlink()
    folder = run(Project.load(brought), until="model")["model"].folder
    values = read_record(folder).values
    missing = Absent(reason="not_provided", why="the model was brought without a training record")
    assert values["steps"] == values["held_out"] == missing
    assert "brought without a training record" in (folder / "training.json").read_text()


REFUSED: dict[str, tuple[Callable[[Path], object], type[Exception], str]] = {
    "trained on": (
        lambda f: edit(f, r"unseen: \[.*\]", "unseen: [p07, p08]"),
        DataError,
        "sensor.yaml: data.unseen: the model was trained on person p07, who cannot be unseen; "
        "choose from p08, p09, p10",
    ),
    "another model": (
        lambda f: change_record(f, model_sha256="0" * 64),
        ModelError,
        "training.json: it is the record of another model; restore it or remove it",
    ),
    "no record": (
        lambda f: (f / "trained" / "training.json").write_text("[1]"),
        ModelError,
        "training.json: not a training record; restore it or remove it",
    ),
    "not JSON": (
        lambda f: (f / "trained" / "training.json").write_text("{"),
        ModelError,
        "training.json: not a training record; restore it or remove it",
    ),
    "other labels": (
        lambda f: change_record(f, labels=["a", "b"]),
        ModelError,
        "training.json: it was trained for the labels ['a', 'b']; use the data it was trained with",
    ),
    "other features": (
        lambda f: edit(f, r"decimate: 4", "decimate: 5"),
        ModelError,
        "trained/model.tflite: its input is (1, 50, 1, 6), but the features are (40, 6); "
        "use the window and features that the model was trained with",
    ),
    "other range": (
        lambda f: edit(f, r"acceleration: 2 g", "acceleration: 4 g"),
        ModelError,
        "training.json: the model was trained with another features section of sensor.yaml; use {'acceleration': '2 g'",
    ),
    "other transducer": (
        lambda f: edit(f, r"name: az, unit: g, resolution: 0.244 mg", "name: az, unit: g, resolution: 0.488 mg"),
        ModelError,
        "training.json: the model was trained with another transducer section of sensor.yaml; use {",
    ),
    "validated on": (
        lambda f: change_groups(f, validation=["p08"]),
        DataError,
        "sensor.yaml: data.unseen: the model was trained on person p08, who cannot be unseen; "
        "choose from p08, p09, p10",
    ),
    "other scale": (
        coarser_input,
        ModelError,
        "trained/model.tflite: the features have scale 0.0078125 and zero point 0, but its input 0.5 and 3; "
        "use the features that the model was trained with",
    ),
    "rubbish": (
        lambda f: (f / "trained" / "model.tflite").write_bytes(b"not a model"),
        ModelError,
        "",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_that_does_not_fit_is_refused(brought: Path, name: str) -> None:
    spoil, kind, message = REFUSED[name]
    spoil(brought)
    with pytest.raises(kind) as caught:
        run(Project.load(brought), until="model")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
