from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.data.pickled import load_pickled_npy

HEADER = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(117) + b"\n"


def _npy(value: Any) -> bytes:
    """A `.npy` as it was written when data sets were pickled into them."""
    return HEADER + pickle.dumps(np.array(value, dtype=object), protocol=2)


class Hostile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


def test_arrays_numbers_and_text_are_read() -> None:
    content: dict[str, Any] = {"X": [np.arange(6.0).reshape(2, 3)], "y": np.array([1, 2]), "names": ["a", "b"]}
    back = load_pickled_npy(_npy(content), "set")
    assert (back["X"][0] == content["X"][0]).all()
    assert (back["y"] == content["y"]).all()
    assert back["names"] == ["a", "b"]


def test_anything_else_is_refused_before_it_runs(tmp_path: Path) -> None:
    target = tmp_path / "was-here"
    with pytest.raises(DataError) as caught:
        load_pickled_npy(_npy({"X": Hostile(target)}), "set")
    assert str(caught.value) == f"set: cannot be opened safely: it asks for {os.mkdir.__module__}.mkdir"
    assert not target.exists()


def test_builtins_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        load_pickled_npy(HEADER + b"cbuiltins\neval\n(S'1'\ntR.", "set")
    assert str(caught.value) == "set: cannot be opened safely: it asks for builtins.eval"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "EOF: reading magic string, expected 8 bytes got 0"),
        (b"\x93NUMPY\x02\x00", "an unknown version"),
        (b"not a numpy file", "the magic string is not correct"),
    ],
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=f"^set: cannot be opened safely: {reason}"):
        load_pickled_npy(data, "set")


def test_a_plain_array_is_refused() -> None:
    file = io.BytesIO()
    np.save(file, np.arange(3))
    with pytest.raises(DataError) as caught:
        load_pickled_npy(file.getvalue(), "set")
    assert str(caught.value) == "set: cannot be opened safely: not a single object"
