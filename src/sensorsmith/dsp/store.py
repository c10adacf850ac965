"""Features of all windows as files: `features.npz` (x, int8 (N, *shape)) and `features.json` (what x means)."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base.arrays import read_npz, write_npz
from sensorsmith.base.errors import DataError
from sensorsmith.base.files import write_json
from sensorsmith.dsp.blocks import Block


def save_features(folder: Path, block: Block, x: npt.NDArray[np.int8]) -> dict[str, Any]:
    """Write features int8 (N, *shape) of a block; equal bytes for equal features. Returns what `features.json` says."""
    write_npz(folder / "features.npz", {"x": x})
    about = {
        "scale": block.scale,
        "zero_point": block.zero_point,
        "shape": list(block.shape),
        "bytes_per_window": math.prod(block.shape),
    }
    write_json(folder / "features.json", about)
    return about


def load_features(folder: Path) -> npt.NDArray[np.int8]:
    """Read the features that `save_features` wrote, int8 (N, *shape).

    Raises:
        DataError: there is no such file.
    """
    try:
        return read_npz(folder / "features.npz")["x"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DataError("not a readable file of features", where=str(folder), todo="run `sensorsmith make`") from error
