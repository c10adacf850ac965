from __future__ import annotations

from pathlib import Path

import pytest

from sensorsmith.spec import load_sensor


def test_a_sensor_is_frozen(project: Path, valid: str) -> None:
    (project / "sensor.yaml").write_text(valid, encoding="utf-8")
    sensor = load_sensor(Path("sensor.yaml"))
    with pytest.raises(ValueError, match="frozen"):
        sensor.window.length = 5.0
