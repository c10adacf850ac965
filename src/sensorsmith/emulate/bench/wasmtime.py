"""A model as a WebAssembly module, run by wasmtime in a worker process."""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

from sensorsmith.base.errors import MissingTool
from sensorsmith.emulate.bench.process import run_program
from sensorsmith.emulate.bench.trace import Counts, Int8, Trace
from sensorsmith.firmware import WASM_STACK, Bench

_WORKER = Path(__file__).parent.with_name("worker_wasmtime.py")


def run_wasmtime(bench: Bench, inputs: Int8, limit: float, count: bool) -> Trace:
    """Run a model on each input; see `run_bench`.

    What is counted are WebAssembly's operators, of which wasmtime takes one unit of fuel each, and none for blocks and
    the like; where they were executed is not known. The stack is that of variables that have an address; the others
    live in the engine.

    Raises:
        EmulatorError: the model crashed or hung.
        MissingTool: wasmtime is not installed.
    """
    if importlib.util.find_spec("wasmtime") is None:
        raise MissingTool("the emulator wasmtime is not installed", todo='run: pip install "sensorsmith[emulate]"')
    job = {
        **{name: name for name in ("module", "inputs", "outputs")},
        "entry": f"{bench.emitted.report.name}_infer",
        "input_bytes": inputs[0].size,
        "output_bytes": int(np.prod(bench.emitted.output_shape)),
        "stack": WASM_STACK,
    }
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "module").write_bytes(bench.image)
        (folder / "inputs").write_bytes(inputs.tobytes())
        command = [sys.executable, "-P", str(_WORKER), json.dumps(job)]
        found = json.loads(run_program("wasmtime", command, folder, limit))
        outputs = np.frombuffer((folder / "outputs").read_bytes(), np.int8)
    counts = tuple(Counts(operators, {}, {}, {}) for operators in found["operators"]) if count else ()
    return Trace(
        outputs.reshape(len(inputs), *bench.emitted.output_shape[1:]),
        counts,
        found["stack"],
        ("wasmtime", version("wasmtime"), "WebAssembly"),
    )
