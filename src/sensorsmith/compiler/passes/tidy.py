"""Leaves out of a graph what does no work: reshapes to the same shape or one after another, constants that are there
twice, layers whose result nobody uses."""

from __future__ import annotations

from dataclasses import replace

from sensorsmith.graph.types import Graph, Node, Reshape


def tidy(graph: Graph) -> Graph:
    """The same function of the input, over the same tensors; some of them are no longer used.

    Args:
        graph: one that `check_graph` has passed.
    """
    stands_for = _duplicates(graph)
    before_reshape: dict[int, int] = {}
    nodes = []
    for node in graph.nodes:
        inputs = tuple(stands_for.get(i, i) for i in node.inputs)
        if isinstance(node.op, Reshape):
            x, y = before_reshape.get(inputs[0], inputs[0]), node.outputs[0]
            if _alike(graph, x, y):
                before_reshape[y] = x
                inputs = (x, *inputs[1:])
                if graph.tensors[x].shape == graph.tensors[y].shape and y not in graph.outputs:
                    stands_for[y] = x
                    continue
        nodes.append(replace(node, inputs=inputs))
    return replace(graph, nodes=_live(nodes, graph.outputs))


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
    """TFLite Micro lets scales differ a little, and layers further on would see it."""
    return graph.tensors[x].quantization == graph.tensors[y].quantization


def _live(nodes: list[Node], outputs: tuple[int, ...]) -> tuple[Node, ...]:
    """The nodes that the outputs depend on."""
    needed = set(outputs)
    kept = []
    for node in reversed(nodes):
        if needed & set(node.outputs):
            needed.update(node.inputs)
            kept.append(node)
    return tuple(reversed(kept))
