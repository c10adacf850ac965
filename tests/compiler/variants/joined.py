"""Many models in one image: building and starting an emulator for each would take longer than running them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from tests.graph.models import inputs_of

from sensorsmith.compiler import Emitted, compile_graph
from sensorsmith.emulate.bench import Emulator
from sensorsmith.firmware import Compiler
from sensorsmith.graph import Graph, interpret_batch
from sensorsmith.measure import ModelRun, run_model

Array = npt.NDArray[Any]


class Joined(NamedTuple):
    """Models named m0, m1, ..., and the one whose input and output are the bytes of all of theirs, one after another.

    Each begins at a multiple of four bytes.
    """

    models: list[Emitted]
    whole: Emitted


def joined(graphs: Sequence[Graph], target: str, budgets: Sequence[int] | None = None) -> Joined:
    given = budgets or [None] * len(graphs)
    models = [
        compile_graph(graph, f"m{i}", target, ram_budget=budget)
        for i, (graph, budget) in enumerate(zip(graphs, given, strict=True))
    ]
    sizes = [(_bytes(m.input_shape, m.input_dtype), _bytes(m.output_shape, m.output_dtype)) for m in models]
    calls = "".join(
        (f"    m{i}_reset();\n" if models[i].stateful else "")
        + f"    m{i}_infer((const void *)input, (void *)output);\n    input += {x};\n    output += {y};\n"
        for i, (x, y) in enumerate(sizes)
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
    return Joined(models, reshaped(replace(models[0], files=files, report=report), inputs, outputs))


def reshaped(emitted: Emitted, inputs: int, outputs: int) -> Emitted:
    """A model with other numbers of bytes at its ends."""
    source = replace(emitted.source, shape=(1, inputs), dtype="int8")
    result = replace(emitted.result, shape=(1, outputs), dtype="int8")
    return replace(emitted, source=source, result=result)


def _bytes(shape: tuple[int, ...], dtype: str) -> int:
    return -(-int(np.prod(shape)) * np.dtype(dtype).itemsize // 4) * 4


def run_joined(
    models: Joined,
    target: str,
    inputs: Sequence[Array],
    compiler: Compiler | None = None,
    emulator: Emulator | None = None,
) -> tuple[list[Array], ModelRun]:
    """Outputs of each model, for inputs (N, ...) of each, and the run of them all."""
    rows = np.concatenate([_rows(x) for x in inputs], axis=1)
    run = run_model(models.whole, target, rows, compiler=compiler, emulator=emulator)
    outputs, at = [], 0
    for model in models.models:
        shape, dtype = (len(run.outputs), *model.output_shape[1:]), np.dtype(model.output_dtype)
        size = int(np.prod(shape[1:])) * dtype.itemsize
        outputs.append(np.ascontiguousarray(run.outputs[:, at : at + size]).view(dtype).reshape(shape))
        at += _bytes(model.output_shape, model.output_dtype)
    return outputs, run


def same_work(run: ModelRun) -> bool:
    """Whether all inputs took as long; of an AVR, cycles: a skip takes as many as what it skips."""
    cycles = {each.cycles for each in run.counts}
    return run.constant if None in cycles else len(cycles) == 1


def _rows(x: Array) -> npt.NDArray[np.int8]:
    """Bytes of each input, filled up to a multiple of four."""
    rows = np.ascontiguousarray(x).reshape(len(x), -1).view(np.int8)
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))


def assert_equal(
    graphs: Sequence[Graph],
    target: str,
    compiler: Compiler,
    seed: int = 0,
    emulator: Emulator | None = None,
    budgets: Sequence[int] | None = None,
) -> Emitted:
    """Each graph, on the emulated target, gives the bytes of the interpreter, by the same work for every input."""
    models = joined(graphs, target, budgets)
    inputs = [_inputs(graph, seed) for graph in graphs]
    outputs, run = run_joined(models, target, inputs, compiler, emulator)
    for index, (graph, x, y) in enumerate(zip(graphs, inputs, outputs, strict=True)):
        np.testing.assert_array_equal(y, interpret_batch(graph, x), err_msg=f"graph {index}: {graph.nodes[-1].op}")
    assert same_work(run)
    return models.whole


def _inputs(graph: Graph, seed: int) -> Array:
    """Extremes and noise."""
    x = inputs_of(graph, 4, seed)
    x[0], x[1] = np.iinfo(x.dtype).min, np.iinfo(x.dtype).max
    return x
