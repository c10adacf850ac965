"""The emitted C on this computer: built with its C compiler, called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import tempfile
import weakref
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sensorsmith.base import hostcc
from sensorsmith.base.errors import DataError, ModelError
from sensorsmith.compiler.compile import Emitted, compile_graph
from sensorsmith.graph import read_tflite

_LARGEST_FILE = 64 << 20


class HostModel:
    """A compiled model, run as the C that was emitted for it.

    Args:
        emitted: what `compile_graph` returned.
        folder: an empty one for the C files and the library; by default a temporary one, removed with this object.

    Raises:
        MissingTool: there is no C compiler.
        ToolFailed: it refused the emitted C.
    """

    def __init__(self, emitted: Emitted, folder: Path | None = None) -> None:
        self.emitted = emitted
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="sensorsmith-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.folder = folder
        library = hostcc.load(hostcc.build_shared(emitted.files, folder))
        self._infer = getattr(library, f"{emitted.report.name}_infer")
        self._infer.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        self._infer.restype = ctypes.c_int
        self._reset = getattr(library, f"{emitted.report.name}_reset") if emitted.stateful else None
        self.reset()

    def reset(self) -> None:
        """Forget all earlier inputs; does nothing for a model without state."""
        if self._reset is not None:
            self._reset()

    def predict(self, x: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Run the model on each of N inputs, one after the other: a model with state remembers those before.

        Args:
            x: (N, ...) of the model's input type, int8 or int16, where (1, ...) is its input shape.

        Returns:
            (N, ...) of the model's output type, where (1, ...) is its output shape.

        Raises:
            DataError: another type or shape.
        """
        shape, dtype = self.emitted.input_shape[1:], self.emitted.input_dtype
        if x.dtype != dtype or x.shape[1:] != shape:
            sizes = ", ".join(map(str, shape))
            raise DataError(
                f"the model takes {dtype} values of shape (N, {sizes}), not {x.dtype} of {x.shape}",
                todo="quantize and reshape them first",
            )
        x = np.ascontiguousarray(x)
        y = np.empty((len(x), *self.emitted.output_shape[1:]), self.emitted.output_dtype)
        for i in range(len(x)):
            self._infer(x[i:].ctypes.data, y[i:].ctypes.data)
        return y


def load(path: Path | str) -> HostModel:
    """Compile a .tflite file and make it ready to run on this computer.

    Raises:
        ModelError: the file cannot be read, or is not a model that the compiler supports.
        MissingTool: there is no C compiler.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _LARGEST_FILE else b""
    except OSError as error:
        raise ModelError(f"cannot read the model: {error.strerror}", where=str(path), todo="check the path") from error
    if size > _LARGEST_FILE:
        raise ModelError(f"the model has {size} bytes", where=str(path), todo="use one of at most 64 MiB")
    return HostModel(compile_graph(read_tflite(data), "model"))
