"""What each of the armv7em kernels gains: instructions of a whole inference on a Cortex-M4, one kernel more at a time.

    python benchmarks/kernel_steps.py --models shared/models/mlperf-tiny

Every row adds one kind of layer to those that run on armv7em; all others run on `ref`. The first row has none, and no
channel is folded away there either. Prints the table of docs/why/kernels-armv7em.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from sensorsmith.compiler import compile as compiler
from sensorsmith.compiler import compile_graph
from sensorsmith.compiler.lower import add, conv, dense, pool
from sensorsmith.compiler.variants import BY_NAME
from sensorsmith.graph import Graph, read_tflite
from sensorsmith.measure import run_model

STEPS: dict[str, tuple[type[Any], ...]] = {
    "`ref`": (),
    "constant channels folded away": (),
    "convolution": (conv.Conv2D,),
    "depthwise convolution": (conv.DepthwiseConv2D,),
    "fully connected": (dense.FullyConnected,),
    "sums": (add.Add,),
    "pooling": (pool.AveragePool, pool.MaxPool),
}
MODELS = {
    "kws": "kws01_dscnn_int8.tflite",
    "vww": "vww01_mobilenet_int8.tflite",
    "ic": "ic01_resnet_int8.tflite",
    "ad": "ad01_int8.tflite",
    "sww": "sww01_int8.tflite",
}


def instructions(graph: Graph, kernels: set[type[Any]], fold: bool) -> int:
    some = {call: make for call, make in BY_NAME["armv7em"].items() if call in kernels}
    with mock.patch.dict(BY_NAME, {"armv7em": some}):  # type: ignore[arg-type]
        if fold:
            emitted = compile_graph(graph, "m", "cortex-m4")
        else:
            with mock.patch.object(compiler, "simplify", lambda graph: graph):
                emitted = compile_graph(graph, "m", "cortex-m4")
    return run_model(emitted, "cortex-m4", np.zeros(emitted.input_shape, np.int8), limit=600.0).instructions[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True, help="folder of MLPerf Tiny's five int8 models")
    options = parser.parse_args()
    graphs = {name: read_tflite((options.models / file).read_bytes()) for name, file in MODELS.items()}
    print("| |", " | ".join(graphs), "|\n|---|" + "---|" * len(graphs))
    kernels: set[type[Any]] = set()
    for number, (step, added) in enumerate(STEPS.items()):
        kernels |= set(added)
        counts = (instructions(graph, kernels, fold=number > 0) for graph in graphs.values())
        print(f"| {number} {step} |", " | ".join(f"{count:,}" for count in counts), "|", flush=True)


if __name__ == "__main__":
    main()
