from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from sensorsmith.train.framework import keras as import_keras


@pytest.fixture(scope="session")
def keras() -> Any:
    if importlib.util.find_spec("keras") is None:
        pytest.skip("the [train] extra is not installed")
    return import_keras()
