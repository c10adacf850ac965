"""Runs the emitted C of a feature block on this machine."""

from __future__ import annotations

import ctypes
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sensorsmith.base.hostcc import build_shared, load
from sensorsmith.dsp.blocks import Block


class HostFeatures:
    """The C that a block emits, built with the host's compiler.

    Raises:
        MissingTool: there is no C compiler.
        ToolFailed: it refused the files.
    """

    def __init__(self, block: Block) -> None:
        self._block = block
        # The library stays loaded when its file goes; Windows does not let it go, and leaves it to the next clean-up.
        with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as folder:
            library = load(build_shared(block.emit("host"), Path(folder)))
        self._features = library.host_features
        self._features.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self._features.restype = None

    def transform(self, raw: npt.NDArray[np.int16]) -> npt.NDArray[np.int8]:
        """Windows int16 (N, T, C) to features int8 (N, *shape), one call of the C function each."""
        if raw.dtype != np.int16 or raw.shape[1:] != self._block.window:
            raise ValueError(f"windows must be int16 (N, {self._block.window[0]}, {self._block.window[1]})")
        raw = np.ascontiguousarray(raw, self._block.counts)
        out = np.empty((len(raw), *self._block.shape), np.int8)
        for window, features in zip(raw, out, strict=True):
            self._features(window.ctypes.data, features.ctypes.data)
        return out
