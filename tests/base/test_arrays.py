from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensorsmith.base.arrays import npy_bytes, read_npz, write_npz
from sensorsmith.base.hashing import hash_file


def test_what_is_written_is_read(tmp_path: Path) -> None:
    arrays = {"x": np.arange(6, dtype=np.int16).reshape(2, 3), "name": np.array(["a", "bc"])}
    write_npz(tmp_path / "a.npz", arrays)
    back = read_npz(tmp_path / "a.npz")
    assert list(back) == ["x", "name"]
    assert all(back[name].dtype == a.dtype and (back[name] == a).all() for name, a in arrays.items())


def test_the_bytes_depend_on_the_arrays_alone(tmp_path: Path) -> None:
    write_npz(tmp_path / "a.npz", {"x": np.arange(4, dtype="<i2")})
    # Fixed, so that another day, system or version of numpy that changed the bytes would be noticed.
    assert hash_file(tmp_path / "a.npz") == "ddfb0ed041cc9aa6b6de0e774df58cdec4a09f4c1327e2a66312ef951106950a"


def test_python_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        npy_bytes(np.array([{}]))
