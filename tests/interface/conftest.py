"""The sensor of tests/firmware/tiny."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sensorsmith.spec.types import Sensor

_TINY = Path(__file__).parent.parent / "firmware" / "tiny"


@pytest.fixture(scope="session")
def tiny_sensor() -> Sensor:
    return Sensor.model_validate(yaml.safe_load((_TINY / "sensor.yaml").read_text()))
