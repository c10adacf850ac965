"""Opens a pickled `.npy` without letting the pickle run anything but the making of numpy arrays.

Data sets are published in this form. A pickle can call any function it names, so only four names are known here.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np

from sensorsmith.base.errors import DataError

# numpy's array maker has moved between private modules; an array itself says where it is now.
_RECONSTRUCT = np.empty(0).__reduce__()[0]


def _encode(text: str, encoding: str) -> bytes:
    """How pickles of protocol 2 spell bytes."""
    if encoding != "latin1":
        raise pickle.UnpicklingError("bytes in an unexpected encoding")
    return text.encode("latin1")


_KNOWN: dict[tuple[str, str], Any] = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encode,
}


class _NumpyOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}") from None


def load_pickled_npy(data: bytes, where: str) -> Any:
    """The object in a `.npy` file that holds a single one.

    Raises:
        DataError: it is not such a file, or its pickle asks for anything but numpy arrays.
    """
    file = io.BytesIO(data)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError("an unknown version")
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
        if shape != () or not dtype.hasobject:
            raise ValueError("not a single object")
        return _NumpyOnly(file).load().item()
    except Exception as error:  # a hostile pickle can raise anything
        raise DataError(f"cannot be opened safely: {error}", where=where) from error
