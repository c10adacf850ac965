from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sensorsmith.spec import ModelFile, load_sensor

Complaint = Callable[..., str]
_TRAINED = "  architecture: conv1d\n  blocks:\n    - {filters: 16, kernel: 5}\n"


def test_window(complaint: Complaint) -> None:
    assert complaint("hop: 1 s", "hop: 5 s") == (
        "sensor.yaml:24: window.hop is 5 s, longer than window.length of 4 s; "
        "choose a hop of at most the length, so that no signal goes unread"
    )
    assert complaint("length: 4 s", "length: 4.01 s") == (
        "sensor.yaml:23: window.length of 4.01 s is 200.5 samples at 50 Hz, not a whole number; choose for example 4 s"
    )
    assert complaint("hop: 1 s", "hop: 1 ms") == (
        "sensor.yaml:24: window.hop of 0.001 s is 0.05 samples at 50 Hz, not a whole number; choose for example 0.02 s"
    )
    assert complaint("length: 4 s", "length: 2 h", ("hop: 1 s", "hop: 2 h")) == (
        "sensor.yaml:23: a window of 7200 s takes 1.44 MB of samples, more than any board holds; choose at most 5242 s"
    )
    assert complaint("50 Hz", "1e308 Hz", ("length: 4 s", "length: 1e300 s")) == (
        "sensor.yaml:23: a window of 1e+300 s takes inf MB of samples, more than any board holds; choose at most 0 s"
    )


def test_features(complaint: Complaint) -> None:
    assert complaint("decimate: 4", "decimate: 3") == (
        "sensor.yaml:27: features.decimate of 3 does not divide the 200 samples of a window; "
        "choose one of 1, 2, 4, 5, 8, 10"
    )
    assert complaint("length: 4 s", "length: 80 ms", ("hop: 1 s", "hop: 80 ms")) == (
        "sensor.yaml:23: a window of 4 samples, decimated by 4, leaves 1 to classify; "
        "choose a longer window or a smaller decimate"
    )
    assert complaint("remove_mean: [ax]", "remove_mean: [ax, ay]") == (
        'sensor.yaml:28: features.remove_mean names "ay", which is no channel; use some of ax, wx'
    )
    assert complaint("remove_mean: [ax]", "remove_mean: [ax, ax]") == (
        'sensor.yaml:28: "ax" stands twice in features.remove_mean; keep one, or rename the other'
    )


def test_groups(complaint: Complaint) -> None:
    assert complaint("validation: [carl]", "validation: [carl, ben]") == (
        'sensor.yaml:21: person "ben" is in data.unseen and in data.validation; '
        "keep it in one: what a choice was made on is not unseen"
    )
    assert complaint("unseen: [anna, ben]", "unseen: [anna, anna]") == (
        'sensor.yaml:20: "anna" stands twice in data.unseen; keep one, or rename the other'
    )


def test_channels(complaint: Complaint) -> None:
    assert complaint("name: wx", "name: ax") == (
        'sensor.yaml:14: "ax" stands twice in transducer.channels; keep one, or rename the other'
    )
    assert complaint("0.244 mg", "70 mdps") == (
        "sensor.yaml:13: transducer.channels[0].resolution: 'mdps' is not a unit of acceleration; "
        "use one of m/s2, g, mg"
    )
    assert complaint("70 mdps", "0 mdps") == (
        'sensor.yaml:14: transducer.channels[1].resolution: "0 mdps" is not more than zero; '
        'write for example "0.244 mg"'
    )


@pytest.mark.parametrize("path", ["../model.tflite", "/model.tflite", "C:\\model.tflite", "a\\..\\..\\m.tflite", "."])
def test_model_outside_the_project(complaint: Complaint, path: str) -> None:
    message = complaint(_TRAINED, f"  file: '{path}'\n")
    if path == ".":
        assert message == 'sensor.yaml:30: model.file "." does not exist; give its path relative to sensor.yaml'
    else:
        assert message == (
            f'sensor.yaml:30: model.file "{path}" lies outside the folder of sensor.yaml; '
            "copy the model beside sensor.yaml and give its relative path"
        )


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_link_out_of_the_project(complaint: Complaint, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (project / "models").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    (project / "loop").symlink_to("loop")
    for path in ("models/a.tflite", "loop/a.tflite"):
        assert "lies outside the folder" in complaint(_TRAINED, f"  file: {path}\n")


def test_data_outside_the_project(complaint: Complaint) -> None:
    assert complaint("source: recordings", "source: ../recordings") == (
        'sensor.yaml:19: data.source "../recordings" lies outside the folder of sensor.yaml; '
        "move the recordings beside sensor.yaml and give their relative path"
    )


def test_model_file(complaint: Complaint, project: Path, valid: str) -> None:
    assert complaint(_TRAINED, "  file: models/a.tflite\n") == (
        'sensor.yaml:30: model.file "models/a.tflite" does not exist; give its path relative to sensor.yaml'
    )
    (project / "models").mkdir()
    (project / "models" / "a.tflite").write_bytes(b"")
    (project / "sensor.yaml").write_text(valid.replace(_TRAINED, "  file: models/a.tflite\n"), encoding="utf-8")
    assert load_sensor(project / "sensor.yaml").model == ModelFile(file="models/a.tflite")


_CAMERA = (
    (
        "  part: LSM6DS3\n  modality: motion\n  rate: 50 Hz\n",
        "  {part: HM01B0, modality: image, rate: 1 Hz, width: 96, height: 96}\n",
    ),
    (
        "  channels:\n    - {name: ax, unit: g, resolution: 0.244 mg}\n"
        "    - {name: wx, unit: rad/s, resolution: 70 mdps}\n",
        "",
    ),
    ("  block: motion\n  decimate: 4\n  remove_mean: [ax]\n", "  block: image\n"),
)
_WINDOW = ("window:\n  length: 4 s\n  hop: 1 s\n", "")
_BROUGHT = (_TRAINED, "  file: mlperf-vww\n")


def test_a_camera(complaint: Complaint) -> None:
    assert complaint(*_CAMERA[0], *_CAMERA[1:], _BROUGHT) == (
        'sensor.yaml:17: a picture of a camera is a window of its own; delete the section "window"'
    )
    assert complaint(*_CAMERA[0], *_CAMERA[1:], _WINDOW) == (
        'sensor.yaml:20: model.architecture "conv1d" does not take pictures; bring a trained model with "file"'
    )
    assert complaint(*_CAMERA[0], _CAMERA[1], _BROUGHT, _WINDOW) == (
        'sensor.yaml:18: features.block "motion" does not suit transducer.modality "image"; use "image"'
    )
    assert complaint(*_CAMERA[2]) == (
        'sensor.yaml:26: features.block "image" does not suit transducer.modality "motion"; use "motion"'
    )


def test_a_signal_needs_a_window(complaint: Complaint) -> None:
    assert complaint(*_WINDOW) == (
        'sensor.yaml:1: missing key "window"; add for example "window: {length: 4 s, hop: 1 s}"'
    )


def test_without_data(complaint: Complaint) -> None:
    data = ("data:\n  source: recordings\n  unseen: [anna, ben]\n  validation: [carl]\n", "")
    assert complaint(*data) == ('sensor.yaml:1: missing key "data"; add it, so that there is something to train on')
    assert complaint(*data, _BROUGHT) == (
        'sensor.yaml:25: missing key "labels" in model; '
        'name its outputs, as in "labels: [no person, person]", or give "data"'
    )


def test_all_unseen(complaint: Complaint) -> None:
    everyone = ("unseen: [anna, ben]\n  validation: [carl]", "unseen: [all]")
    assert complaint(*everyone) == (
        "sensor.yaml:20: nothing is left to train on when data.unseen is [all]; list the persons to hold out"
    )
    assert complaint("unseen: [anna, ben]", "unseen: [all]", _BROUGHT) == (
        "sensor.yaml:21: data.unseen is [all], which leaves none for validation; delete it"
    )
