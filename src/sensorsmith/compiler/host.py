"""The emitted C on this computer: built with its C compiler, called through ctypes."""

from __future__ import annotations

import ctypes
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base import hostcc
from sensorsmith.base.errors import DataError
from sensorsmith.compiler.compile import Emitted
from sensorsmith.compiler.files import compile_file
from sensorsmith.graph import Face, enter, leave


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

    def predict(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run the model on each of N inputs, one after the other: a model with state remembers those before.

        Args:
            x: (N, ...), where (1, ...) is the model's input shape: of its type, int8 or int16; or float32 or uint8,
                where the model's file takes that.

        Returns:
            (N, ...), where (1, ...) is the model's output shape: of its type; or, where x is what the file takes, what
            the file gives.

        Raises:
            DataError: another type or shape.
        """
        face = self.emitted.border.input
        self._check(x, face)
        if face is None or x.dtype != face.dtype:
            return self._run(x)
        y = self._run(enter(face, self.emitted.source, x))
        last = self.emitted.border.output
        return y if last is None else leave(last, self.emitted.result, y)

    def _check(self, x: npt.NDArray[Any], face: Face | None) -> None:
        shape = self.emitted.input_shape[1:]
        types = [self.emitted.input_dtype, *([] if face is None else [face.dtype])]
        if x.dtype not in types or x.shape[1:] != shape:
            raise DataError(
                f"the model takes {' or '.join(types)} values of shape (N, {', '.join(map(str, shape))}), "
                f"not {x.dtype} of {x.shape}",
                todo="quantize and reshape them first",
            )

    def _run(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
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
    return HostModel(compile_file(path))
