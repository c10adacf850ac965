"""Sensors that differ in what the footprint reads, and energies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sensorsmith.base.records import Evidence, Quantity, Tool
from sensorsmith.spec import Sensor

MakeSensor = Callable[..., Sensor]

_REST: dict[str, Any] = {
    "sensorsmith": 1,
    "identity": {"name": "wrist", "title": "Wrist", "version": "1.0.0", "description": "Reports an exercise."},
    "task": "classify",
    "transducer": {
        "part": "an IMU",
        "modality": "motion",
        "rate": "50 Hz",
        "channels": [{"name": "ax", "unit": "g", "resolution": "0.244 mg"}],
    },
    "data": {"source": "recordings", "unseen": ["anna"]},
    "window": {"length": "4 s", "hop": "2 s"},
    "features": {"block": "motion"},
    "board": "nucleo-l4r5zi",
    "outputs": {"budget": "8 bit/s"},
}


@pytest.fixture
def make_sensor() -> MakeSensor:
    """A sensor from parts (`bill_of_materials` entries) and keys of `deployment` that differ from the usual."""

    def make(*parts: dict[str, Any], **deployment: Any) -> Sensor:
        usual = {"country": "USA", "lifetime": "1095 days", "mass": "100 g", "truck": "300 km", "plane": "6775 km"}
        model = {"file": "model.tflite"}
        return Sensor.model_validate(
            _REST | {"model": model, "bill_of_materials": list(parts), "deployment": usual | deployment}
        )

    return make


@pytest.fixture
def emulated() -> Callable[..., Quantity]:
    """An emulated quantity."""

    def make(unit: str, typ: float | None, low: float | None = None, high: float | None = None) -> Quantity:
        proof = Evidence(file="profile.json", sha256="0" * 64)
        tool = Tool(name="emulator", version="1")
        return Quantity(unit=unit, min=low, typ=typ, max=high, method="emulated", evidence=(proof,), tool=tool)

    return make
