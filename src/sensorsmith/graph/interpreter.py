"""Runs a graph in numpy: int8 and int16 graphs bit for bit as TFLite Micro does, float32 graphs in float32."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.ops.family import ACTIVATIONS, Family, Operand
from sensorsmith.graph.requantize import initial_content
from sensorsmith.graph.types import DType, Graph

Array = npt.NDArray[Any]

# Elements of the largest tensor that are in work at a time; intermediate sums take up to some hundred bytes for each.
_ELEMENTS_AT_ONCE = 1 << 19

_ARITHMETIC: Mapping[DType, Callable[[Family[Any]], Any]] = {
    "int8": lambda family: family.int8,
    "int16": lambda family: family.int16,
    "float32": lambda family: family.float32,
}


State = dict[int, Array]
"""The content of the graph's variables, by index of tensor."""


def initial_state(graph: Graph) -> State:
    """What the variables hold before the first input: the zero point, or 0 where they are not int8, if nothing else.

    Source: ResetTensorData in tensorflow/lite/micro/micro_interpreter_graph.cc, and micro_resource_variable.cc.
    """
    return {i: initial_content(t) for i, t in enumerate(graph.tensors) if t.variable}


def interpret(graph: Graph, x: Array, state: State | None = None) -> list[Array | None]:
    """Every tensor of the graph for one input.

    Args:
        graph: as `read_tflite` gives it, or checked with `check_graph`.
        x: of the shape (1, ...) and type of the graph's input.
        state: what the variables hold; changed to what they hold afterwards. `initial_state` if left out.

    Returns:
        By index of tensor, each of its own shape and type; None for a tensor that no layer uses or computes.

    Raises:
        ModelError: shape or type of `x` differ from the input's.
    """
    _check_input(graph, x, batch=1)
    return _run(graph, x, initial_state(graph) if state is None else state)


def interpret_batch(graph: Graph, x: Array) -> Array:
    """The graph's output for many inputs, each from the initial state on; the same arithmetic as `interpret`.

    Args:
        x: (N, ...), where the graph's input has shape (1, ...), and of its type.

    Returns:
        (N, ...), where the graph's output has shape (1, ...).

    Raises:
        ModelError: shape or type of `x` differ from the input's.
    """
    _check_input(graph, x, batch=len(x) if x.ndim else 1)
    output = graph.tensors[graph.outputs[0]]
    largest = max(t.size for t in graph.tensors if t.data is None)
    at_once = max(1, _ELEMENTS_AT_ONCE // largest) if _keeps_batch(graph) else 1
    result = np.empty((len(x), *output.shape[1:]), output.dtype)
    for start in range(0, len(x), at_once):
        values = _run(graph, x[start : start + at_once], initial_state(graph))
        result[start : start + at_once] = values[graph.outputs[0]]
    return result


def _keeps_batch(graph: Graph) -> bool:
    """Whether every layer computes each input's result from that input alone, along the first dimension."""
    if any(tensor.variable for tensor in graph.tensors):
        return False
    for index, node in enumerate(graph.nodes):
        family, layer = family_of(node.op), layer_of(graph, index)
        if any(output.shape[:1] != (1,) for output in layer.outputs):
            return False
        if family.keeps_batch is not None and not family.keeps_batch(node.op, layer):
            return False
    return True


def _run(graph: Graph, x: Array, state: State) -> list[Array | None]:
    """Every tensor, for one input, or for several where the graph keeps the batch."""
    values: list[Array | None] = [state.get(index, tensor.data) for index, tensor in enumerate(graph.tensors)]
    values[graph.inputs[0]] = x
    for index, node in enumerate(graph.nodes):
        family = family_of(node.op)
        slots = family.slots(len(node.inputs))
        operands: list[Array | None] = [None] * len(slots)
        for slot, i in enumerate(node.inputs):
            operands[slot] = _operand(slots[slot], None if i < 0 else values[i], len(x))
        for number, output in enumerate(node.outputs):
            layer = layer_of(graph, index, number)
            kernel = _ARITHMETIC[layer.dtype](family)
            shape = layer.y.shape if len(x) == 1 else (len(x), *layer.y.shape[1:])
            result = kernel(node.op, layer, *operands).reshape(shape)
            if output in state:
                state[output][...] = result
            else:
                values[output] = result
    # The caller may go on with the state.
    return [value.copy() if index in state and value is not None else value for index, value in enumerate(values)]


def _operand(operand: Operand, value: Array | None, count: int) -> Array | None:
    """Constants among the activations are the same for every input."""
    if value is not None and operand.kind in ACTIVATIONS and value.shape[:1] == (1,):
        return np.broadcast_to(value, (count, *value.shape[1:]))
    return value


def _check_input(graph: Graph, x: Array, batch: int) -> None:
    tensor = graph.tensors[graph.inputs[0]]
    expected = (batch, *tensor.shape[1:])
    if x.shape != expected or x.dtype != tensor.dtype:
        raise ModelError(
            f"the input is {x.dtype} {x.shape}, the model takes {tensor.dtype} {expected}",
            where=f"tensor {graph.inputs[0]} ({tensor.name!r})",
            todo="give windows of the model's shape and type",
        )
