"""What the package offers at its top."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.compiler.models import tiny
from tests.graph.models import inputs_of

import sensorsmith
from sensorsmith import compiler, measure
from sensorsmith.graph import interpret_batch, write_tflite


def test_every_public_name_is_there() -> None:
    assert sensorsmith.__all__ == ["__version__", "compile_model", "load", "profile_model"]
    assert set(sensorsmith.__all__) <= set(dir(sensorsmith))
    assert sensorsmith.load is compiler.load
    assert sensorsmith.compile_model is compiler.compile_model
    assert sensorsmith.profile_model is measure.profile_model
    with pytest.raises(AttributeError, match="module 'sensorsmith' has no attribute 'compile'"):
        _ = sensorsmith.compile  # type: ignore[attr-defined]


def test_import_costs_nothing() -> None:
    program = "import sys, sensorsmith; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = {name for name in done.stdout.split() if name.split(".")[0] in ("sensorsmith", "numpy", "pydantic")}
    assert imported == {"sensorsmith"}


def test_load_runs_the_emitted_c(tmp_path: Path) -> None:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(write_tflite(tiny()))
    x = inputs_of(tiny(), 5)
    np.testing.assert_array_equal(sensorsmith.load(path).predict(x), interpret_batch(tiny(), x))
