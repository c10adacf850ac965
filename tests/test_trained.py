"""The pipeline that trains its model: what it finds, and what it keeps as proof."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

import pytest
from tests.chain import Finished, edit, require_chain, trainable

from sensorsmith.base.hashing import hash_file
from sensorsmith.base.records import Quantity
from sensorsmith.cli.summary import summary
from sensorsmith.flow import TRAINED, Project, make

pytestmark = pytest.mark.xdist_group("chain")

UNSEEN = ["p09", "p10"]
SEEN = ["p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08"]
STEPS = 40


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The example with a short training, few windows, and no accuracy that it would have to reach."""
    require_chain()
    if importlib.util.find_spec("keras") is None:
        pytest.skip("the [train] extra is not installed")
    folder = trainable(tmp_path_factory.mktemp("trained") / "sensor")
    edit(folder, r"unseen: \[.*?\]", f"unseen: [{', '.join(UNSEEN)}]")
    edit(folder, r"hop: 1 s", "hop: 4 s")
    edit(folder, r"minimum_accuracy: 80 %,?\s*", "")
    project = Project.load(folder)
    return Finished(project, make(project))


def read(trained: Finished, stage: str, name: str) -> Any:
    return json.loads((trained.folders[stage] / name).read_text(encoding="utf-8"))


def number(trained: Finished, name: str, method: str) -> float:
    value = trained.outcome.values["measure"][name]
    assert isinstance(value, Quantity)
    assert value.method == method
    assert value.typ is not None
    return value.typ


def test_all_three_forms_are_measured_and_quantization_costs_little(trained: Finished) -> None:
    assert list(trained.folders) == [stage.name for stage in TRAINED if not stage.on_request]
    floating = number(trained, "accuracy_float", "computed")
    int8 = number(trained, "accuracy_int8", "computed")
    assert number(trained, "accuracy_device", "emulated") == int8
    assert number(trained, "disagreements", "emulated") == 0
    assert floating > 0.4  # it has learned something: one of seven would be guessed
    assert abs(int8 - floating) < 0.05


def test_the_forms_are_compared_person_by_person(trained: Finished) -> None:
    found = read(trained, "measure", "evaluation.json")
    difference = found["difference"]["float minus int8"]
    people = {person["person"]: person["n"] for person in found["people"]}
    assert list(people) == UNSEEN
    assert (difference["groups"], difference["n"]) == (len(UNSEEN), sum(people.values()))
    assert difference["low"] <= difference["value"] <= difference["high"]
    assert abs(difference["value"]) < 0.05


def test_the_record_tells_whom_and_what_the_model_was_made_from(trained: Finished) -> None:
    record = read(trained, "model", "training.json")
    assert record["data"]["groups"] == {"train": SEEN, "validation": [], "unseen": UNSEEN}
    assert record["training"]["steps"] == STEPS
    assert record["quantization"] == {"calibration": {"method": "min-max", "split": "train", "windows": 512}}
    assert record["float_sha256"] == hash_file(trained.folders["train"] / "float.tflite")
    assert record["model_sha256"] == hash_file(trained.folders["model"] / "model.tflite")
    assert record["model_sha256"] == hash_file(trained.outcome.folder / "model.tflite")


def test_the_history_follows_the_loss_to_the_last_step(trained: Finished) -> None:
    text = (trained.folders["train"] / "history.jsonl").read_text(encoding="utf-8")
    history = [json.loads(line) for line in text.splitlines()]
    assert [line["step"] for line in history] == [20, STEPS]
    assert history[-1]["loss"] < history[0]["loss"]


def test_the_summary_puts_int8_beside_float(trained: Finished) -> None:
    floating, int8 = (100 * number(trained, f"accuracy_{form}", "computed") for form in ("float", "int8"))
    assert dict(summary(trained.project, trained.outcome))["parity"] == (
        f"int8 {int8:.1f} %, float {floating:.1f} % ({int8 - floating:+.1f} points); "
        "device equal to the integer interpreter"
    )
