"""Stages `train` and `model`: a trained float network, and the int8 model made from it or brought by the user."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from sensorsmith.base.errors import DataError, ModelError
from sensorsmith.base.files import write_bytes, write_json, write_text
from sensorsmith.base.hashing import canonical_json, hash_bytes
from sensorsmith.base.records import Absent, Statement, Value, evidence, resolve_pointer
from sensorsmith.base.units import parse
from sensorsmith.data import (
    DataSet,
    dimension,
    group_of,
    load_dataset,
    load_windows,
    model_path,
    resolution,
    split_groups,
    to_counts,
)
from sensorsmith.dsp import feature_block, load_features
from sensorsmith.dsp.blocks import Block
from sensorsmith.graph import Graph, Quantization, read_tflite, write_tflite
from sensorsmith.spec.stage import Work
from sensorsmith.spec.types import Architecture, ModelFile, MotionFeatures, MotionSensor, Sensor
from sensorsmith.train.augment import MotionAugmenter
from sensorsmith.train.calibrate import calibrate
from sensorsmith.train.export import export
from sensorsmith.train.fit import Examples, fit
from sensorsmith.train.networks import NETWORKS
from sensorsmith.train.quantize import quantize
from sensorsmith.train.record import groups_by_split, training_record

_CALIBRATION_WINDOWS = 512
_NO_RECORD = "the model was brought without a training record"
_RECORDED = (
    *("/model_sha256", "/labels", "/transducer", "/features", "/window/length", "/data/name", "/data/source_sha256"),
    *("/data/groups/train", "/data/groups/validation", "/data/groups/unseen"),
)


def train_network(work: Work) -> None:
    """Train the network of sensor.yaml on the groups that are neither unseen nor for validation.

    Raises:
        MissingTool: the `[train]` extra is not installed.
        SpecError: an augmentation does not suit the transducer.
    """
    sensor, dataset = work.sensor, load_dataset(work.inputs["data"])
    network = sensor.model
    assert isinstance(network, Architecture)
    block = feature_block(sensor)
    examples = training_examples(sensor, dataset, block)
    model, history = fit(
        lambda: NETWORKS[network.architecture](network, block.shape, len(dataset.labels)),
        examples,
        sensor.training,
        work.progress,
    )
    content = write_tflite(export(model, sensor.identity.name))
    write_bytes(work.out / "float.tflite", content)
    write_text(work.out / "history.jsonl", "".join(canonical_json(line) + "\n" for line in history))
    record = training_record(sensor, dataset, model.count_params(), hash_bytes(content))
    write_json(work.out / "training.json", record)
    work.record("train", {"final_loss": work.found(history[-1]["loss"], "1", "computed", "history.jsonl")})


def training_examples(sensor: Sensor, dataset: DataSet, block: Block) -> Examples:
    """What is trained on: all recordings of the training groups that are as long as a window.

    Raises:
        SpecError: an augmentation does not suit the transducer.
    """
    splits = split_groups(dataset, sensor)
    length = block.window[0]
    usable = [
        recording
        for recording in dataset.recordings
        if splits[group_of(recording, sensor)] == "train" and len(recording.samples) >= length
    ]
    assert isinstance(sensor.transducer, MotionSensor)  # load_sensor has seen to it: networks take motion
    channels = sensor.transducer.channels
    augmenter = MotionAugmenter.from_spec(channels, length, sensor.training.augmentation, _range_counts(sensor))
    return Examples(
        recordings=[to_counts(recording, sensor) for recording in usable],
        labels=[dataset.labels.index(recording.label) for recording in usable],
        classes=len(dataset.labels),
        draw=augmenter.draw,
        features=lambda raw: block.real(block.transform(raw)),
    )


def _range_counts(sensor: Sensor) -> list[float]:
    """Counts of each channel at which its feature saturates."""
    assert isinstance(sensor.transducer, MotionSensor)
    assert isinstance(sensor.features, MotionFeatures)
    ranges = {"acceleration": sensor.features.acceleration, "angular rate": sensor.features.angular_rate}
    kinds = [(channel, dimension(channel)) for channel in sensor.transducer.channels]
    return [parse(ranges[kind], kind) / resolution(channel) for channel, kind in kinds]


def quantize_model(work: Work) -> None:
    """Post-training quantization of the trained network, calibrated on windows of the training groups."""
    sensor = work.sensor
    block = feature_block(sensor)
    graph = read_tflite((work.inputs["train"] / "float.tflite").read_bytes())
    x = load_features(work.inputs["features"])
    train = np.flatnonzero(load_windows(work.inputs["windows"] / "windows.npz").split == "train")
    rng = np.random.default_rng(sensor.training.seed)
    chosen = np.sort(rng.choice(train, min(_CALIBRATION_WINDOWS, train.size), replace=False))
    real = block.real(x[chosen]).reshape(-1, *graph.tensors[graph.inputs[0]].shape[1:])
    ranges = calibrate(graph, real)
    content = write_tflite(quantize(graph, lambda i: ranges[i], Quantization((block.scale,), (block.zero_point,))))
    write_bytes(work.out / "model.tflite", content)
    record = work.read_json("train", "training.json")
    calibration = {"windows": int(chosen.size), "method": "min-max", "split": "train"}
    record |= {"quantization": {"calibration": calibration}, "model_sha256": hash_bytes(content)}
    write_json(work.out / "training.json", record)
    _record_model(work, read_tflite(content), record)


def bring_model(work: Work) -> None:
    """An int8 model that the user brings, checked against the features, the labels and its training record.

    The record is `training.json` in the folder of the model. Where it is missing, nobody can say whom the model was
    trained on, and the figures say so.

    Raises:
        ModelError: the file is not an int8 model for these features and labels, or the record is another model's.
        DataError: a group that is held out here was trained on.
    """
    assert isinstance(work.sensor.model, ModelFile)
    file = model_path(work.sensor.model, work.project)
    brought = file.read_bytes()
    graph = read_tflite(brought)
    dataset = load_dataset(work.inputs["data"])
    _check_fit(graph, feature_block(work.sensor), len(dataset.labels), str(work.sensor.model.file))
    record_file = training_record_of(work.sensor.model, file)
    if record_file is not None:
        record = _read_training_record(record_file)
        _check_record(record, hash_bytes(brought), dataset, work.sensor)
    else:
        record = {"brought_sha256": hash_bytes(brought), "note": _NO_RECORD}
    content = write_tflite(graph)  # without what the graph leaves out, so that the file and the compiled model are one
    write_bytes(work.out / "model.tflite", content)
    write_json(work.out / "training.json", record | {"model_sha256": hash_bytes(content)})
    _record_model(work, graph, record)


def training_record_of(model: ModelFile, file: Path) -> Path | None:
    """The record beside a model of the user's own, if there is one."""
    record = file.with_name("training.json")
    return record if not model.is_name and record.is_file() else None


def _check_fit(graph: Graph, block: Block, classes: int, where: str) -> None:
    source, result = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    if source.dtype != "int8" or result.dtype != "int8":
        raise ModelError(
            f"its input is {source.dtype} and its output {result.dtype}", where=where, todo="quantize it to int8"
        )
    if source.size != math.prod(block.shape):
        raise ModelError(
            f"its input is {source.shape}, but the features are {block.shape}",
            where=where,
            todo="use the window and features that the model was trained with",
        )
    found = source.quantization
    assert found is not None  # int8 tensors have one, or the reader refuses them
    if (found.scale[0], found.zero_point[0]) != (block.scale, block.zero_point):
        raise ModelError(
            f"the features have scale {block.scale:g} and zero point {block.zero_point}, "
            f"but its input {found.scale[0]:g} and {found.zero_point[0]}",
            where=where,
            todo="use the features that the model was trained with",
        )
    if result.size != classes:
        raise ModelError(
            f"it has {result.size} outputs, but the data has {classes} labels",
            where=where,
            todo="use the data that the model was trained with",
        )


def _read_training_record(file: Path) -> dict[str, Any]:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        for pointer in _RECORDED:
            resolve_pointer(record, pointer)
    except (ValueError, KeyError) as error:
        raise ModelError("not a training record", where=file.name, todo="restore it or remove it") from error
    assert isinstance(record, dict)
    return record


def _check_record(record: dict[str, Any], model: str, dataset: DataSet, sensor: Sensor) -> None:
    where, data = "training.json", record["data"]
    if record["model_sha256"] != model:
        raise ModelError("it is the record of another model", where=where, todo="restore it or remove it")
    if record["labels"] != list(dataset.labels):
        raise ModelError(
            f"it was trained for the labels {record['labels']}", where=where, todo="use the data it was trained with"
        )
    for section in ("transducer", "features"):
        if record[section] != getattr(sensor, section).model_dump(mode="json"):
            raise ModelError(
                f"the model was trained with another {section} section of sensor.yaml",
                where=where,
                todo=f"use {record[section]}",
            )
    if record["window"]["length"] != sensor.cut.length:
        raise ModelError(
            f"the model was trained on windows of {record['window']['length']:g} s",
            where=where,
            todo="set window.length to that",
        )
    if data["source_sha256"] == dataset.source_hash:
        groups = data["groups"]
        known = sorted({*groups["train"], *groups["validation"]} & set(groups_by_split(dataset, sensor)["unseen"]))
        if known:
            raise DataError(
                f"the model was trained on {sensor.group} {', '.join(known)}, who cannot be unseen",
                where="sensor.yaml: data.unseen",
                todo=f"choose from {', '.join(data['groups']['unseen'])}",
            )


def _record_model(work: Work, graph: Graph, record: dict[str, Any]) -> None:
    """What is known of the int8 model; of its training only what its record says."""
    weights = sum(tensor.data.nbytes for tensor in graph.tensors if tensor.data is not None)
    values: dict[str, Value] = {"weights_bytes": work.found(weights, "B", "computed", "model.tflite")}
    for name, pointer in (("parameters", "/parameters"), ("steps", "/training/steps")):
        try:
            values[name] = work.found(resolve_pointer(record, pointer), "1", "computed", "training.json", pointer)
        except KeyError:
            values[name] = Absent(reason="not_provided", why=_NO_RECORD)
    values["held_out"] = _held_out(work, record)
    work.record("model", values)


def _held_out(work: Work, record: dict[str, Any]) -> Value:
    """Whom the model was trained on; absent where nobody says."""
    try:
        data = record["data"]
        trained = ", ".join((*data["groups"]["train"], *data["groups"]["validation"]))
    except KeyError:
        return Absent(reason="not_provided", why=_NO_RECORD)
    proof = evidence(work.out / "training.json", "/data/groups")
    return Statement(text=f"{trained} of {data['name']}", method="derived", evidence=(proof,))
