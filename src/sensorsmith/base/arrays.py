"""Arrays as files whose bytes depend on the arrays alone, and which never hold a pickle."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base.files import write_bytes


def npy_bytes(array: npt.NDArray[Any]) -> bytes:
    """One array in numpy's `.npy` format.

    Raises:
        ValueError: an array of Python objects.
    """
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return buffer.getvalue()


def write_npz(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write named arrays as a `.npz`, whole or not at all.

    Uncompressed, because zlib's bytes differ between versions; every member with the same date and system.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")
            member.create_system = 3
            archive.writestr(member, npy_bytes(array))
    write_bytes(path, buffer.getvalue())


def read_npz(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read what `write_npz` wrote.

    Raises:
        OSError, ValueError, zipfile.BadZipFile: it is not such a file.
    """
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}
