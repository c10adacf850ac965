"""Runs a graph in numpy: int8 graphs bit for bit as TFLite Micro does, float32 graphs in float32."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.types import Graph

Array = npt.NDArray[Any]

# Elements of the largest tensor that are in work at a time; intermediate sums take up to some hundred bytes for each.
_ELEMENTS_AT_ONCE = 1 << 19


def interpret(graph: Graph, x: Array) -> list[Array | None]:
    """Every tensor of the graph for one input.

    Args:
        graph: as `read_tflite` gives it, or checked with `check_graph`.
        x: of the shape (1, ...) and type of the graph's input.

    Returns:
        By index of tensor, each of its own shape and type; None for a tensor that no layer uses or computes.

    Raises:
        ModelError: shape or type of `x` differ from the input's.
    """
    _check_input(graph, x, batch=1)
    return _run(graph, x)


def interpret_batch(graph: Graph, x: Array) -> Array:
    """The graph's output for many inputs; the same arithmetic as `interpret`.

    Args:
        x: (N, ...), where the graph's input has shape (1, ...), and of its type.

    Returns:
        (N, ...), where the graph's output has shape (1, ...).

    Raises:
        ModelError: shape or type of `x` differ from the input's.
    """
    _check_input(graph, x, batch=len(x) if x.ndim else 1)
    output = graph.tensors[graph.outputs[0]]
    at_once = max(1, _ELEMENTS_AT_ONCE // max(t.size for t in graph.tensors if t.data is None))
    result = np.empty((len(x), *output.shape[1:]), output.dtype)
    for start in range(0, len(x), at_once):
        result[start : start + at_once] = _run(graph, x[start : start + at_once])[graph.outputs[0]]
    return result


def _run(graph: Graph, x: Array) -> list[Array | None]:
    values: list[Array | None] = [tensor.data for tensor in graph.tensors]
    values[graph.inputs[0]] = x
    for index, node in enumerate(graph.nodes):
        layer = layer_of(graph, index)
        family = family_of(node.op)
        operands = [None if i < 0 else values[i] for i in node.inputs]
        operands += [None] * (len(layer.x) - len(operands))
        kernel = family.int8 if layer.y.dtype == "int8" else family.float32
        values[node.outputs[0]] = kernel(node.op, layer, *operands).reshape(len(x), *layer.y.shape[1:])
    return values


def _check_input(graph: Graph, x: Array, batch: int) -> None:
    tensor = graph.tensors[graph.inputs[0]]
    expected = (batch, *tensor.shape[1:])
    if x.shape != expected or x.dtype != tensor.dtype:
        raise ModelError(
            f"the input is {x.dtype} {x.shape}, the model takes {tensor.dtype} {expected}",
            where=f"tensor {graph.inputs[0]} ({tensor.name!r})",
            todo="give windows of the model's shape and type",
        )
