"""A sensor small enough to check by hand: tests/firmware/tiny, and what its model computes, in numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from sensorsmith.firmware import ModelFacts, known_answer
from sensorsmith.spec.types import Sensor

_FOLDER = Path(__file__).parent / "firmware" / "tiny"

SENSOR = Sensor.model_validate(yaml.safe_load((_FOLDER / "sensor.yaml").read_text()))
SOURCES = {file.name: file.read_text() for file in sorted(_FOLDER.iterdir()) if file.suffix in (".c", ".h")}
SHAPE = (8, 2)
LABELS = ("left", "right", "nothing")

_WEIGHTS = np.array([[3, 0] * 8, [0, 3] * 8, [-2, -1] * 8])


def scores(features: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """What tiny.c computes: (N, 3) or (3,) from (N, 16) or (16,)."""
    return (((features.astype(np.int64) @ _WEIGHTS.T + 8192) >> 6) - 128).astype(np.int8)


def features(windows: npt.NDArray[np.int16]) -> npt.NDArray[np.int8]:
    """What tiny_features.c computes: (N, 16) from (N, 8, 2)."""
    return (windows >> 8).reshape(len(windows), 16).astype(np.int8)


FACTS = ModelFacts(bytes(range(32)), LABELS, known_answer(scores, 16))


def stream(count: int, seed: int = 0) -> npt.NDArray[np.int16]:
    """Random samples (count, 2) that do not reach the ends of the range."""
    return np.random.default_rng(seed).integers(-32000, 32000, (count, 2)).astype(np.int16)
