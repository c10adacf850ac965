"""Stage `measure`: the emulated device and the models behind it on windows of people held out."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base.arrays import write_npz
from sensorsmith.base.errors import ToolFailed
from sensorsmith.base.files import write_json
from sensorsmith.base.records import Absent, Interval, Tool, Value
from sensorsmith.boards import load_board
from sensorsmith.data import load_dataset, load_windows, sample_range
from sensorsmith.dsp import feature_block, load_features
from sensorsmith.emulate import Board, open_board
from sensorsmith.graph import Graph, read_tflite
from sensorsmith.interface import check_budget
from sensorsmith.measure.evaluate import evaluate
from sensorsmith.measure.inside import inside
from sensorsmith.measure.models import model_scores
from sensorsmith.measure.result import expected_result, told, window_by_window
from sensorsmith.measure.target import profile
from sensorsmith.spec.stage import Work, read_record

_NO_TRUTH = "sensor.yaml names no recordings of which it is known what they show"
_LOOKED_INTO = 24  # windows of which every byte of features and scores is compared


def measure_sensor(work: Work) -> None:
    """Run every unseen window on the emulated board, compare with the models, and count what a window costs.

    Raises:
        EmulatorError: the emulated board crashed or hung.
        ToolFailed: the device and the interpreter disagree.
        RequirementFailed: the outputs could tell the host more than their budget.
    """
    sensor, board = work.sensor, load_board(work.sensor.board)
    labels = load_dataset(work.inputs["data"]).labels
    windows = load_windows(work.inputs["windows"] / "windows.npz")
    unseen = windows.split == "unseen"
    features = load_features(work.inputs["features"])[unseen]
    block = feature_block(sensor)
    scores = model_scores(_graph(work, "model", "model.tflite"), block, features)
    elf = (work.inputs["firmware"] / "sensor.elf").read_bytes()
    with open_board(board, elf, windows.raw.shape[1:]) as device:
        window_by_window(device)
        cost = profile(device, board, windows.raw[unseen][0], sample_range(sensor))
        results = device.classify(
            windows.raw[unseen], lambda done, of: work.progress(done / of, f"window {done} of {of}")
        )
        strangers = _differing_bytes(work, device, windows.raw[unseen], features, scores)
        emulator = Tool(name=device.emulator[0], version=device.emulator[1])
    said = told(results)
    expected = expected_result(scores, sensor.outputs)
    differing = (said[0] != expected[0]) | (said[1] != expected[1]) | strangers
    if differing.any():
        window = int(np.flatnonzero(unseen)[np.flatnonzero(differing)[0]])
        raise ToolFailed(
            f"the device and the interpreter disagree on {int(differing.sum())} of {len(results)} windows",
            todo=f"run sensorsmith explain --window {window} to see the stage",
        )
    predicted = {"device": said[0], "int8": scores.argmax(axis=1)}
    if "train" in work.inputs:
        floats = model_scores(_graph(work, "train", "float.tflite"), block, features)
        predicted["float"] = floats.argmax(axis=1)
    truth = windows.label[unseen].astype(np.int64)
    known = truth >= 0
    found = evaluate(
        labels,
        truth[known],
        windows.group[unseen][known],
        windows.recording[unseen][known],
        {form: classes[known] for form, classes in predicted.items()},
    )
    write_json(work.out / "evaluation.json", found | {"disagreements": int(differing.sum())})
    write_json(work.out / "profile.json", cost | _memory(work, cost["stack_bytes"]) | _budget(work, len(labels)))
    write_npz(work.out / "predictions.npz", {"truth": truth, "scores": scores} | predicted)
    work.record("measure", _accuracies(work, emulator) | _costs(work, emulator))


def _differing_bytes(
    work: Work, device: Board, raw: npt.NDArray[np.int16], features: npt.NDArray[np.int8], scores: npt.NDArray[np.int8]
) -> npt.NDArray[np.bool_]:
    """Which of some windows, spread over all, have other bytes of features or scores inside the device; (N,)."""
    compiled = work.read_json("compile", "compile.json")
    differing = np.zeros(len(raw), bool)
    for index in np.unique(np.linspace(0, len(raw) - 1, _LOOKED_INTO).astype(int)):
        x, y = inside(device, work.sensor.identity.c_name, compiled, raw[index], (features[0].size, scores[0].size))
        differing[index] = not (np.array_equal(x, features[index].ravel()) and np.array_equal(y, scores[index]))
    return differing


def _graph(work: Work, stage: str, file: str) -> Graph:
    return read_tflite((work.inputs[stage] / file).read_bytes())


def _memory(work: Work, stack: int) -> dict[str, int]:
    static = int(work.read_json("firmware", "firmware.json")["ram_bytes"])
    return {"ram_static_bytes": static, "ram_total_bytes": static + stack}


def _budget(work: Work, classes: int) -> dict[str, Any]:
    budget = check_budget(work.sensor, classes)
    return {"information_rate": budget.bits_per_second, "information_counted": budget.counted}


def _accuracies(work: Work, emulator: Tool) -> dict[str, Value]:
    found = json.loads((work.out / "evaluation.json").read_text(encoding="utf-8"))
    held_out = read_record(work.inputs["model"]).values["held_out"]
    unknown = "whom the model was trained on is not known" if isinstance(held_out, Absent) else ""
    cautions = [text for text in (found["caution"], unknown) if text]

    def accuracy(form: str) -> Value:
        if not found["accuracy"]:
            return Absent(reason="not_provided", why=_NO_TRUTH)
        if form not in found["accuracy"]:
            return Absent(reason="not_provided", why="the model was brought without its float form")
        share = found["accuracy"][form]
        names = ("low", "high", "level", "method", "n", "groups")
        return work.found(
            share["value"],
            "1",
            "emulated" if form == "device" else "computed",
            "evaluation.json",
            f"/accuracy/{form}/value",
            interval=Interval(**{name: share[name] for name in names}),
            tool=emulator if form == "device" else None,
            note="; ".join(cautions) if form == "device" else "",
        )

    return {
        "accuracy_device": accuracy("device"),
        "accuracy_int8": accuracy("int8"),
        "accuracy_float": accuracy("float"),
        "accuracy_worst_person": _worst(work, found["people"], emulator),
        "disagreements": work.found(
            found["disagreements"], "1", "emulated", "evaluation.json", "/disagreements", tool=emulator
        ),
    }


def _worst(work: Work, people: list[dict[str, Any]], emulator: Tool) -> Value:
    if not people:
        return Absent(reason="not_provided", why=_NO_TRUTH)
    if all(person["n"] == 1 for person in people):
        return Absent(reason="not_applicable", why="there is one window of each")
    shares = [person["accuracy"] for person in people]
    worst = shares.index(min(shares))
    return work.found(
        shares[worst],
        "1",
        "emulated",
        "evaluation.json",
        f"/people/{worst}/accuracy",
        conditions={"person": people[worst]["person"], "windows": people[worst]["n"]},
        tool=emulator,
    )


def _costs(work: Work, emulator: Tool) -> dict[str, Value]:
    cost = json.loads((work.out / "profile.json").read_text(encoding="utf-8"))
    board = load_board(work.sensor.board)
    built: dict[str, str | float | int] = {
        "board": board.title,
        "compiler": work.read_json("firmware", "firmware.json")["toolchain"],
    }
    clocked = built | {"clock": f"{(board.clock.typ or board.clock.max or 0.0) / 1e6:g} MHz"}

    def counted(name: str, unit: str, note: str = "") -> Value:
        place = ("profile.json", f"/{name}")
        return work.found(cost[name], unit, "emulated", *place, conditions=built, tool=emulator, note=note)

    def modelled(name: str, unit: str, note: str = "") -> Value:
        parts = cost[name]
        if parts is None:
            return Absent(reason="not_provided", why=f"no figure for {board.title} has been published")
        low, typ, high = (parts.get(part) for part in ("min", "typ", "max"))
        place = ("profile.json", f"/{name}/typ")
        basis = f"modelled from the instructions; factors and their sources in board.toml{note}"
        return work.found(typ, unit, "computed", *place, low=low, high=high, conditions=clocked, note=basis)

    def computed(name: str, unit: str, note: str) -> Value:
        return work.found(cost[name], unit, "computed", "profile.json", f"/{name}", conditions=built, note=note)

    published = board.energy_per_cycle is not None and board.energy_per_cycle.typ is not None
    return {
        "instructions_per_window": counted(
            "instructions_per_window", "1", "equal for a real and for an extreme window"
        ),
        "stack_bytes": counted("stack_bytes", "B"),
        "modelled_time_s": modelled("time_s", "s"),
        "modelled_energy_j": modelled("energy_j", "J", "" if published else "; typ is the middle of a published range"),
        "ram_total_bytes": computed("ram_total_bytes", "B", "static data, buffers, and the stack that was used"),
        "information_rate": computed("information_rate", "bit/s", "upper bound: CLASS and CONF, once per window"),
    }
