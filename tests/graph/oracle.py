"""The oracle of all integer arithmetic: the TFLite Micro interpreter of the `tflite-micro` wheel, tensor by tensor.

It aborts or crashes on models it dislikes and on wrong indices, so it lives in a process of its own: oracle_process.py.
"""

from __future__ import annotations

import importlib.util
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy.typing as npt

from sensorsmith.graph import Graph, write_tflite
from sensorsmith.graph.check import named_variables

Array = npt.NDArray[Any]
_PROCESS = Path(__file__).with_name("oracle_process.py")
AVAILABLE = importlib.util.find_spec("tflite_micro") is not None


class Oracle:
    """Runs models in TFLite Micro; a context manager."""

    def __enter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, _PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
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
        handles = named_variables(graph)
        computed = [i for i, tensor in enumerate(graph.tensors) if tensor.data is None and i not in handles]
        return self.run_file(model or write_tflite(graph), inputs, computed)

    def run_file(self, model: bytes, inputs: list[Array], computed: list[int]) -> list[dict[int, Array]]:
        """As `run`, for the tensors of a file that are `computed`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump((model, inputs, computed), self._process.stdin)
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
