"""Leaves out of a graph what does no work: reshapes to the same shape or one after another, requantization to the same
scale, constants that are there twice."""

from __future__ import annotations

from dataclasses import replace

from sensorsmith.graph.types import ExpandDims, Graph, Quantize, Reshape, Squeeze

_RESHAPING = (Reshape, Squeeze, ExpandDims)


def tidy(graph: Graph) -> Graph:
    """The same function of the input, over the same tensors; some layers and tensors are no longer read.

    Args:
        graph: one that `check_graph` has passed.
    """
    stands_for = _duplicates(graph)
    before_reshape: dict[int, int] = {}
    nodes = []
    for node in graph.nodes:
        inputs = tuple(stands_for.get(i, i) for i in node.inputs)
        y = node.outputs[0]
        if isinstance(node.op, _RESHAPING) and _alike(graph, before_reshape.get(inputs[0], inputs[0]), y):
            before_reshape[y] = x = before_reshape.get(inputs[0], inputs[0])
            node = replace(node, op=Reshape(graph.tensors[y].shape))
            inputs = (x,)
        if isinstance(node.op, Reshape | Quantize) and _same(graph, inputs[0], y) and y not in graph.outputs:
            stands_for[y] = inputs[0]
        else:
            nodes.append(replace(node, inputs=inputs))
    return replace(graph, nodes=tuple(nodes))


def _duplicates(graph: Graph) -> dict[int, int]:
    """For each constant that is there before, that one."""
    first: dict[object, int] = {}
    result = {}
    for index, tensor in enumerate(graph.tensors):
        if tensor.data is not None:
            key = (tensor.dtype, tensor.shape, tensor.quantization, tensor.data.tobytes())
            result[index] = first.setdefault(key, index)
    return result


def _alike(graph: Graph, x: int, y: int) -> bool:
    """TFLite Micro lets scales differ a little where it copies, and layers further on would see it."""
    return graph.tensors[x].quantization == graph.tensors[y].quantization


def _same(graph: Graph, x: int, y: int) -> bool:
    a, b = graph.tensors[x], graph.tensors[y]
    return (a.shape, a.dtype) == (b.shape, b.dtype) and _alike(graph, x, y)
