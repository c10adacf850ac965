"""The real models of the shared reference material."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[3] / "shared"
MODELS = Path(os.environ.get("SENSORSMITH_CACHE", _BESIDE)) / "models"

INT8 = {
    "kws": "mlperf-tiny/kws01_dscnn_int8.tflite",
    "vww": "mlperf-tiny/vww01_mobilenet_int8.tflite",
    "ic": "mlperf-tiny/ic01_resnet_int8.tflite",
    "ad": "mlperf-tiny/ad01_int8.tflite",
    "sww": "mlperf-tiny/sww01_int8.tflite",
    "hello_world": "tflm/hello_world_int8.tflite",
    "micro_speech": "tflm/micro_speech_quantized.tflite",
}
FLOAT32 = {"ic": "mlperf-tiny/ic01_resnet_float32.tflite", "kws": "mlperf-tiny/kws01_dscnn_float32.tflite"}
AUDIO_PREPROCESSOR = "tflm/audio_preprocessor_int8.tflite"


def shared_model(name: str) -> bytes:
    """The bytes of a model; skips the test where the material is absent."""
    path = MODELS / name
    if not path.is_file():
        pytest.skip(f"no {name}: the shared models lie neither beside the repository nor in SENSORSMITH_CACHE")
    return path.read_bytes()
