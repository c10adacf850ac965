"""Lets a layer apply a RELU or the like that follows it, in place of a layer of its own.

Between equal scales such a layer is a clamp, and two clamps are one. What an operator makes of each of the 256 values
tells whether it is one, whatever its name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.check import layer_of
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.requantize import activation_range, quantization_of
from sensorsmith.graph.types import (
    Abs,
    Activation,
    Add,
    Conv2D,
    DepthwiseConv2D,
    Elu,
    FullyConnected,
    Graph,
    LeakyRelu,
    Mul,
    Node,
    Pool2D,
    Quantization,
    Quantize,
    Relu,
    Relu6,
    Sub,
)

_ACTIVATIONS: tuple[Activation, ...] = ("none", "relu", "relu6")


def fuse_activations(graph: Graph) -> Graph:
    """The same function without layers that only clamp what the layer before them made for them alone.

    Args:
        graph: one that `check_graph` has passed.
    """
    readers = Counter([i for node in graph.nodes for i in node.inputs] + [*graph.outputs])
    nodes: list[Node] = []
    makers: dict[int, int] = {}
    for index, node in enumerate(graph.nodes):
        maker = makers.get(node.inputs[0])
        if maker is not None and readers[node.inputs[0]] == 1:
            fused = _fused(graph, nodes[maker], index)
            if fused is not None:
                nodes[maker] = fused
                makers[node.outputs[0]] = maker
                continue
        makers.update(dict.fromkeys(node.outputs, len(nodes)))
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _fused(graph: Graph, maker: Node, index: int) -> Node | None:
    """A node that makes the output of another one, which follows it, at once; None where that is more than a clamp."""
    node, layer = graph.nodes[index], layer_of(graph, index)
    if not isinstance(node.op, Abs | Elu | LeakyRelu | Quantize | Relu | Relu6):
        return None
    if not isinstance(maker.op, Add | Conv2D | DepthwiseConv2D | FullyConnected | Mul | Pool2D | Sub):
        return None
    quantization = quantization_of(layer.y)
    if layer.input(0).quantization != quantization or not layer.input(0).dtype == layer.y.dtype == "int8":
        return None
    values = np.arange(-128, 128).astype(np.int8)
    made = _clamped(values, maker.op.activation, quantization)
    wanted = family_of(node.op).int8(node.op, layer, made)
    for activation in _ACTIVATIONS:
        if np.array_equal(_clamped(values, activation, quantization), wanted):
            return replace(maker, op=replace(maker.op, activation=activation), outputs=node.outputs)
    return None


def _clamped(values: npt.NDArray[np.int8], activation: Activation, quantization: Quantization) -> npt.NDArray[np.int8]:
    low, high = activation_range(activation, quantization)
    clamped: npt.NDArray[np.int8] = np.clip(values.astype(np.int64), low, high).astype(np.int8)
    return clamped
