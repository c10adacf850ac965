"""Many models in one image: building and starting an emulator for each would take longer than running them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from tests.graph.models import inputs_of

from sensorsmith.compiler import Emitted, compile_graph
from sensorsmith.emulate.bench import Emulator
from sensorsmith.firmware import Compiler
from sensorsmith.graph import Graph, interpret_batch
from sensorsmith.measure import run_model


def joined(graphs: Sequence[Graph], target: str) -> Emitted:
    """One model whose input and output are those of all graphs, one after the other. They are named m0, m1, ..."""
    models = [compile_graph(graph, f"m{i}", target) for i, graph in enumerate(graphs)]
    sizes = [(_size(m.input_shape), _size(m.output_shape)) for m in models]
    calls = "".join(
        f"    m{i}_infer(input, output);\n    input += {x};\n    output += {y};\n" for i, (x, y) in enumerate(sizes)
    )
    includes = "".join(f'#include "m{i}_source.h"\n' for i in range(len(models)))
    prototype = "int all_infer(const int8_t *input, int8_t *output)"
    files = {name: text for model in models for name, text in model.files.items() if name.endswith(".h")}
    files |= {f"m{i}_source.h": model.files[f"m{i}.c"] for i, model in enumerate(models)}
    files["all.h"] = f"#include <stdint.h>\n{prototype};\n"
    files["all.c"] = f'#include "all.h"\n{includes}{prototype}\n{{\n{calls}    return 0;\n}}\n'
    inputs, outputs = (sum(each) for each in zip(*sizes, strict=True))
    layers = tuple(layer for model in models for layer in model.report.layers)
    report = replace(models[0].report, name="all", layers=layers)
    return reshaped(replace(models[0], files=files, report=report), inputs, outputs)


def reshaped(emitted: Emitted, inputs: int, outputs: int) -> Emitted:
    """A model with other numbers of values at its ends."""
    source, result = replace(emitted.source, shape=(1, inputs)), replace(emitted.result, shape=(1, outputs))
    return replace(emitted, source=source, result=result)


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape))


def assert_equal(
    graphs: Sequence[Graph], target: str, compiler: Compiler, seed: int = 0, emulator: Emulator | None = None
) -> Emitted:
    """Each graph, on the emulated target, gives the bytes of the interpreter, by the same work for every input."""
    emitted = joined(graphs, target)
    inputs = [_inputs(graph, seed) for graph in graphs]
    run = run_model(emitted, target, _rows(inputs), compiler=compiler, emulator=emulator)
    at = 0
    for index, (graph, x) in enumerate(zip(graphs, inputs, strict=True)):
        expected = _rows([interpret_batch(graph, x)])
        got = run.outputs[:, at : at + expected.shape[1]]
        np.testing.assert_array_equal(got, expected, err_msg=f"graph {index}: {graph.nodes[-1].op}")
        at += expected.shape[1]
    assert run.constant
    return emitted


def _inputs(graph: Graph, seed: int) -> npt.NDArray[np.int8]:
    """Extremes and noise."""
    x = inputs_of(graph, 4, seed)
    x[0], x[1] = -128, 127
    return x


def _rows(arrays: Sequence[npt.NDArray[np.int8]]) -> npt.NDArray[np.int8]:
    return np.concatenate([array.reshape(len(array), -1) for array in arrays], axis=1)
