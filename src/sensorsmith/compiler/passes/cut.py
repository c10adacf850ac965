"""A graph without some channels: weights, biases, scales and shapes are cut along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.passes.ranges import Masks
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.fixedpoint import Ints, wrap_int32
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import conv_scales, scale_of, zero_point_of
from sensorsmith.graph.types import (
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Node,
    Quantization,
    Reshape,
    Tensor,
)

Kept = Mapping[int, Masks]
Values = Mapping[int, npt.NDArray[np.int8]]


def cut_channels(graph: Graph, kept: Kept, values: Values) -> Graph:
    """Take channels out of tensors, and add to each bias what they gave.

    Args:
        kept: for every int8 tensor that is computed, which of its channels stay; see `channels.py` for what goes
            together.
        values: for the same tensors, the value of each channel that does not stay, wherever a weight multiplies it.

    Returns:
        Tensors keep their indices; new constants stand behind them.
    """
    tensors = [replace(t, shape=_cut_shape(t, kept[i])) if i in kept else t for i, t in enumerate(graph.tensors)]
    nodes = []
    for index, node in enumerate(graph.nodes):
        ends = [i for i in (node.inputs[0], node.outputs[0]) if i in kept]
        if not all(kept[i].all() for i in ends):
            node, constants = _cut_node(node, layer_of(graph, index), kept, values, len(tensors))
            tensors += constants
        nodes.append(node)
    return replace(graph, tensors=tuple(tensors), nodes=tuple(nodes))


def _cut_shape(tensor: Tensor, kept: Masks) -> tuple[int, ...]:
    return (*tensor.shape[:-1], int(kept.sum()))


def _cut_node(node: Node, layer: Layer, kept: Kept, values: Values, end: int) -> tuple[Node, list[Tensor]]:
    """The node with fewer channels, and its new constants, which get the indices from `end` on."""
    x, y = node.inputs[0], node.outputs[0]
    if isinstance(node.op, Reshape):
        # Without its second operand, which repeats the shape.
        return replace(node, op=Reshape(_cut_shape(layer.y, kept[y])), inputs=(x,)), []
    if isinstance(node.op, DepthwiseConv2D):
        constants = [_cut(layer.input(1), 3, kept[y]), _cut_bias(layer, kept[y], np.zeros(len(kept[y]), np.int64))]
    elif isinstance(node.op, Conv2D | FullyConnected):
        gone = np.where(kept[x], 0, values[x].astype(np.int64) - zero_point_of(layer.input(0)))
        rows = _matrix(layer.input(1), len(gone))
        constants = [
            _cut_weights(layer.input(1), kept[x], kept[y]),
            _cut_bias(layer, kept[y], (rows @ gone).sum(axis=1)),
        ]
    else:
        return node, []
    given = [constant for constant in constants if constant is not None]
    return replace(node, inputs=(x, *range(end, end + len(given)))), given


def _matrix(weights: Tensor, channels: int) -> Ints:
    """(outputs, positions, channels of the input)."""
    assert weights.data is not None, weights.name
    return weights.data.astype(np.int64).reshape(weights.shape[0], -1, channels)


def _cut_weights(weights: Tensor, inputs: Masks, outputs: Masks) -> Tensor:
    assert weights.data is not None, weights.name
    narrow = weights.data.reshape(len(outputs), -1, len(inputs))[:, :, inputs]
    shape = (*weights.shape[:-1], int(inputs.sum())) if len(weights.shape) == 4 else (len(outputs), narrow[0].size)
    return _cut(replace(weights, shape=shape, data=narrow.reshape(shape)), 0, outputs)


def _cut(tensor: Tensor, axis: int, kept: Masks) -> Tensor:
    assert tensor.data is not None, tensor.name
    data = np.ascontiguousarray(np.compress(kept, tensor.data, axis))
    quantization = None if tensor.quantization is None else _cut_quantization(tensor.quantization, kept)
    return replace(tensor, shape=data.shape, data=data, quantization=quantization)


def _cut_quantization(quantization: Quantization, kept: Masks) -> Quantization:
    if quantization.axis is None:
        return quantization
    scale, zero_point = np.compress(kept, quantization.scale), np.compress(kept, quantization.zero_point)
    return Quantization(tuple(scale.tolist()), tuple(zero_point.tolist()), quantization.axis)


def _cut_bias(layer: Layer, kept: Masks, added: Ints) -> Tensor | None:
    """The bias with what channels that are gone gave: in 32 bits, which is how sums wrap around too."""
    bias = layer.x[2]
    if bias is None:
        if not added.any():
            return None
        bias = _no_bias(layer, len(kept))
    assert bias.data is not None, bias.name
    total = wrap_int32(bias.data.astype(np.int64) + added).astype(np.int32)
    return _cut(replace(bias, data=total), 0, kept)


def _no_bias(layer: Layer, channels: int) -> Tensor:
    scales = conv_scales(layer.input(0), layer.input(1), layer.y) * scale_of(layer.y)
    positive = np.maximum(scales, np.finfo(np.float32).tiny).tolist()
    quantization = Quantization(tuple(positive), (0,) * len(positive), 0)
    name = f"{layer.y.name}/bias"
    return Tensor(name, (channels,), "int32", quantization, np.zeros(channels, np.int32))
