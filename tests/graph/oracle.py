"""The oracle of all integer arithmetic: the TFLite Micro interpreter of the `tflite-micro` wheel, tensor by tensor.

It aborts or crashes on models it dislikes and on wrong indices, so it lives in a process of its own. Run as a script,
this file is that process: it takes pickled requests from its standard input until that closes.
"""

from __future__ import annotations

import importlib.util
import os
import pickle
import subprocess
import sys
import tempfile
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sensorsmith.graph import Graph, write_tflite

Array = npt.NDArray[Any]
AVAILABLE = importlib.util.find_spec("tflite_micro") is not None


class Oracle:
    """Runs models in TFLite Micro; a context manager."""

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()
        self._errors.close()

    def run(self, graph: Graph, inputs: list[Array], model: bytes | None = None) -> list[dict[int, Array]]:
        """Every computed tensor for each input, by index of tensor.

        Args:
            model: the file that `graph` was read from; otherwise our writer's file is run.

        Raises:
            AssertionError: TFLite Micro refused the model or died of it; the message is what it printed.
        """
        computed = [index for index, tensor in enumerate(graph.tensors) if tensor.data is None]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump((model or write_tflite(graph), inputs, computed), self._process.stdin)
            self._process.stdin.flush()
            results: list[dict[int, Array]] | str = pickle.load(self._process.stdout)
        except (EOFError, BrokenPipeError):
            results = f"died with exit code {self._process.wait()}"
        if isinstance(results, str):
            self._errors.seek(0)
            printed = self._errors.read().decode(errors="replace")[-1000:]
            self.__exit__(None, None, None)
            self.__enter__()
            raise AssertionError(f"TFLite Micro {results}: {printed}")
        return results


def _serve() -> None:
    from tflite_micro import runtime  # type: ignore[import-not-found, unused-ignore]

    # TFLite Micro may print; its prints must not end up among our answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            model, inputs, computed = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        results: list[dict[int, Array]] | str = []
        try:
            interpreter = runtime.Interpreter.from_bytes(
                model, arena_size=8 << 20, intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors
            )
            for x in inputs:
                interpreter.set_input(x, 0)
                interpreter.invoke()
                tensors = {i: np.array(interpreter.GetTensor(i, 0)["tensor_data"]) for i in computed}
                results.append(tensors)
        except RuntimeError as error:
            results = f"refused the model ({error})"
        pickle.dump(results, answers)
        answers.flush()


if __name__ == "__main__":
    _serve()
