"""From a graph of operators to calls of kernels: geometry and quantization become integers, reshapes become names.

What is exact is done here rather than at run time: the padding, the input's zero point where no window reaches into
it, the division of a mean. Constants among a layer's activations are brought into the arena before it. Each operator's
own part is in lower/. What a layer remembers follows its activations among the sources.
"""

from __future__ import annotations

import numpy as np

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler.lower import LOWERINGS
from sensorsmith.compiler.lower.load import load
from sensorsmith.compiler.lower.move import unchanged
from sensorsmith.compiler.steps import Program, Source, State, Step, Target, element_type
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.ops.family import ACTIVATIONS, STATES
from sensorsmith.graph.requantize import initial_value
from sensorsmith.graph.types import Graph, Tensor


def legalise(graph: Graph) -> Program:
    """Lower a graph that `check_graph` has passed.

    Raises:
        ModelError: the graph is not int8 or int16, or has a layer that no kernel computes.
    """
    _check_integers(graph)
    buffer = {graph.inputs[0]: graph.inputs[0]}
    program: list[Step] = []
    for index, node in enumerate(graph.nodes):
        slots = family_of(node.op).slots(len(node.inputs))
        taken = [i for i, slot in zip(node.inputs, slots, strict=False) if i >= 0 and slot.kind in ACTIVATIONS]
        for i in dict.fromkeys(taken):
            if i not in buffer:
                buffer[i] = i
                tensor = graph.tensors[i]
                program.append(Step(tensor.name, tensor.shape, 0, load(tensor, Target(i))))
        sources = tuple(Source(buffer[i], element_type(graph.tensors[i])) for i in taken)
        states = [i for i, slot in zip(node.inputs, slots, strict=False) if i >= 0 and slot.kind in STATES]
        buffer.update({i: i for i in states})
        sources += tuple(_state(graph.tensors[i], i) for i in states)
        for number, y in enumerate(node.outputs):
            layer = layer_of(graph, index, number)
            calls = list(
                LOWERINGS[layer.dtype][type(node.op)](node.op, layer, sources, Target(y, element_type(layer.y)))
            )
            same = unchanged(calls)
            if same is not None and _bytes(graph.tensors[same]) == _bytes(layer.y):
                buffer[y] = same
                continue
            buffer[y] = y
            program += (Step(layer.y.name, layer.y.shape, call.macs, call) for call in calls)
    sizes = {b: _bytes(graph.tensors[b]) for b in buffer.values()}
    return Program(tuple(program), sizes, buffer[graph.inputs[0]], buffer[graph.outputs[0]])


def _check_integers(graph: Graph) -> None:
    dtype = graph.tensors[graph.inputs[0]].dtype
    if dtype not in LOWERINGS:
        raise ModelError(f"the model computes in {dtype}", where=graph.name, todo="quantize it to int8 first")
    if not graph.nodes:
        raise ModelError("the model has no layers", where=graph.name, todo="convert it again")


def _state(tensor: Tensor, buffer: int) -> State:
    return State(buffer, element_type(tensor), initial=initial_value(tensor))


def _bytes(tensor: Tensor) -> int:
    return tensor.size * np.dtype(tensor.dtype).itemsize
