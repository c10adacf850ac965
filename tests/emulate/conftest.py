"""The sensor of tests/firmware/tiny."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sensorsmith.boards import load_board
from sensorsmith.firmware import build
from sensorsmith.spec.types import Sensor

_TINY = Path(__file__).parent.parent / "firmware" / "tiny"


@pytest.fixture(scope="session")
def tiny_sensor() -> Sensor:
    return Sensor.model_validate(yaml.safe_load((_TINY / "sensor.yaml").read_text()))


@pytest.fixture(scope="session")
def tiny_sources() -> dict[str, str]:
    return {file.name: file.read_text() for file in _TINY.iterdir() if file.suffix in (".c", ".h")}


@pytest.fixture(scope="session")
def tiny_elf(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> bytes:
    return build(tiny_sensor, load_board("nucleo-l4r5zi"), tiny_sources, bytes(range(32))).elf
