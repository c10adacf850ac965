"""A small sensor and small recordings for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sensorsmith.data import DataSet, Recording
from sensorsmith.spec.types import Sensor

_WATCH = [{"name": f"a{axis}", "unit": "g", "resolution": "0.244 mg"} for axis in "xyz"] + [
    {"name": f"w{axis}", "unit": "rad/s", "resolution": "70 mdps"} for axis in "xyz"
]


def build_sensor(**changes: Any) -> Sensor:
    """A valid sensor of 50 Hz with two channels and windows of 10 samples; `changes` replace parts of sections."""
    spec: dict[str, Any] = {
        "sensorsmith": 1,
        "identity": {"name": "test", "title": "Test", "version": "1.0.0", "description": "A test."},
        "task": "classify",
        "transducer": {"part": "LSM6DSO", "modality": "motion", "rate": "50 Hz", "channels": [_WATCH[0], _WATCH[5]]},
        "data": {"source": "recordings", "unseen": ["anna"]},
        "window": {"length": "200 ms", "hop": "100 ms"},
        "features": {"block": "motion"},
        "model": {"architecture": "conv1d", "blocks": [{"filters": 4}]},
        "board": "nucleo-l4r5zi",
        "outputs": {"budget": "8 bit/s"},
        "deployment": {"country": "world", "lifetime": "1 year", "mass": "20 g"},
    }
    for section, change in changes.items():
        spec[section] = spec[section] | change
    return Sensor.model_validate(spec)


@pytest.fixture
def watch() -> Sensor:
    """Six channels of the smartwatch, windows of 4 s each second."""
    return build_sensor(
        transducer={"channels": _WATCH},
        data={"source": "seglearn-watch", "unseen": ["p08", "p09", "p10"], "validation": ["p07"]},
        window={"length": "4 s", "hop": "1 s"},
    )


@pytest.fixture(scope="session")
def sensor() -> Callable[..., Sensor]:
    return build_sensor


@pytest.fixture(scope="session")
def recording() -> Callable[..., Recording]:
    """Makes a recording of noise, different for each person and label."""

    def make(label: str = "still", person: str = "anna", length: int = 25, **changes: Any) -> Recording:
        seed = [ord(letter) for letter in label + person]
        fields: dict[str, Any] = {
            "label": label,
            "attributes": {"person": person},
            "rate_hz": 50.0,
            "channels": ("ax", "wz"),
            "units": ("g", "rad/s"),
            "samples": np.random.default_rng(seed).normal(size=(length, 2)).astype(np.float32),
            "source": f"{label}/person-{person}_1.csv",
        }
        return Recording(**(fields | changes))

    return make


@pytest.fixture(scope="session")
def dataset(recording: Callable[..., Recording]) -> Callable[..., DataSet]:
    """Makes a data set; by default two labels by three people."""

    def make(*recordings: Recording) -> DataSet:
        mine = recordings or tuple(recording(x, p) for x in ("still", "wave") for p in ("anna", "ben", "cleo"))
        labels = tuple(dict.fromkeys(r.label for r in mine))
        return DataSet("test", labels, mine, "CC0-1.0", "a test", "0" * 64)

    return make
