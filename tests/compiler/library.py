"""Many models in one shared library: starting a C compiler takes longer than compiling a model."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from sensorsmith.base.hostcc import STRICT, build_shared
from sensorsmith.base.hostcc import load as load_library
from sensorsmith.compiler import Emitted, compile_graph
from sensorsmith.graph import Graph

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wsign-conversion", "-Wpedantic", "-Wshadow", "-Wundef", "-Werror"]


class Library:
    """The C of several graphs, named m0, m1, ...; of a variant that has assembly, the C path.

    Args:
        budgets: of RAM, for each graph.
    """

    def __init__(
        self, graphs: Sequence[Graph], folder: Path, target: str = "host", budgets: Sequence[int] | None = None
    ) -> None:
        given = budgets or [None] * len(graphs)
        self.emitted = [
            compile_graph(graph, f"m{i}", target, ram_budget=budget)
            for i, (graph, budget) in enumerate(zip(graphs, given, strict=True))
        ]
        files = {name: text for emitted in self.emitted for name, text in emitted.files.items()}
        self._library = load_library(build_shared(files, folder, STRICT))

    def predict(self, model: int, x: npt.NDArray[np.generic], *, anew: bool = True) -> npt.NDArray[np.generic]:
        """Outputs of one model: (N, ...) to (N, ...), each from the initial state on, or the first only."""
        infer = getattr(self._library, f"m{model}_infer")
        y = np.empty((len(x), *self.emitted[model].output_shape[1:]), self.emitted[model].output_dtype)
        x = np.ascontiguousarray(x)
        for i in range(len(x)):
            if self.emitted[model].stateful and (anew or i == 0):
                getattr(self._library, f"m{model}_reset")()
            infer(ctypes.c_void_p(x[i:].ctypes.data), ctypes.c_void_p(y[i:].ctypes.data))
        return y


def write(emitted: Emitted, folder: Path) -> Path:
    """Write the files of a model; returns its C file."""
    for name, text in emitted.files.items():
        (folder / name).write_text(text)
    return folder / f"{emitted.report.name}.c"


def run(*command: str | Path) -> str:
    """Run a tool, which must succeed without a word on stderr; skips the test where the tool is missing."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    parts = [str(part) for part in command]
    done = subprocess.run(parts, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
