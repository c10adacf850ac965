"""From a graph of operators to calls of kernels: geometry and quantization become integers, reshapes become names.

What is exact is done here rather than at run time: the padding, the input's zero point where no window reaches into
it, the division of a mean. Each operator's own part is in lower/.
"""

from __future__ import annotations

import numpy as np

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler.lower import LOWERINGS
from sensorsmith.compiler.steps import ElementType, Program, Source, Step, Target
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.types import Graph, Reshape, Tensor


def legalise(graph: Graph) -> Program:
    """Lower a graph that `check_graph` has passed.

    Raises:
        ModelError: the graph is not int8, or has a layer that no kernel computes.
    """
    _check_int8(graph)
    buffer = {graph.inputs[0]: graph.inputs[0]}
    program: list[Step] = []
    for index, node in enumerate(graph.nodes):
        y = node.outputs[0]
        if isinstance(node.op, Reshape):
            buffer[y] = buffer[node.inputs[0]]
            continue
        buffer[y] = y
        sources = tuple(Source(buffer[i], _element(graph.tensors[i])) for i in node.inputs if i in buffer)
        layer = layer_of(graph, index)
        calls = LOWERINGS[type(node.op)](node.op, layer, sources, Target(y, _element(layer.y)))
        program += (Step(layer.y.name, layer.y.shape, call.macs, call) for call in calls)
    sizes = {b: graph.tensors[b].size * np.dtype(graph.tensors[b].dtype).itemsize for b in buffer.values()}
    return Program(tuple(program), sizes, buffer[graph.inputs[0]], buffer[graph.outputs[0]])


def _check_int8(graph: Graph) -> None:
    dtype = graph.tensors[graph.inputs[0]].dtype
    if dtype != "int8":
        raise ModelError(f"the model computes in {dtype}", where=graph.name, todo="quantize it to int8 first")
    if not graph.nodes:
        raise ModelError("the model has no layers", where=graph.name, todo="convert it again")


def _element(tensor: Tensor) -> ElementType:
    assert tensor.dtype != "float32", tensor.name
    return tensor.dtype
