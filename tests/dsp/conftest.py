"""A sensor whose window, channels and features the tests of this room choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sensorsmith.spec.types import Sensor


@pytest.fixture(scope="session")
def sensor() -> Callable[..., Sensor]:
    """Makes a sensor of 50 Hz with windows of `samples` and the first `channels` of a watch's six."""

    def make(samples: int = 48, channels: int = 6, **features: Any) -> Sensor:
        watch = [{"name": f"a{axis}", "unit": "g", "resolution": "0.244 mg"} for axis in "xyz"] + [
            {"name": f"w{axis}", "unit": "dps", "resolution": "17.5 mdps"} for axis in "xyz"
        ]
        spec = {
            "sensorsmith": 1,
            "identity": {"name": "test", "title": "Test", "version": "1.0.0", "description": "A test."},
            "task": "classify",
            "transducer": {"part": "LSM6DSO", "modality": "motion", "rate": "50 Hz", "channels": watch[:channels]},
            "data": {"source": "recordings", "unseen": ["anna"]},
            "window": {"length": f"{samples / 50} s", "hop": "20 ms"},
            "features": {"block": "motion"} | features,
            "model": {"architecture": "conv1d", "blocks": [{"filters": 4}]},
            "board": "nucleo-l4r5zi",
            "outputs": {"budget": "8 bit/s"},
            "deployment": {"country": "world", "lifetime": "1 year", "mass": "20 g"},
        }
        return Sensor.model_validate(spec)

    return make
