"""Interval analysis: between which int8 values each channel of each tensor stays, whatever the input.

Every operator here is monotone in each of its inputs once they are multiplied by their weights, so that the ends of an
interval come from the ends of the intervals before it, by the interpreter's own arithmetic. What an operator without a
rule computes may take any value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.check import layer_of
from sensorsmith.graph.fixedpoint import quantize_multiplier
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.ops.activation import clamp, requantize
from sensorsmith.graph.ops.family import ACTIVATIONS, Layer
from sensorsmith.graph.requantize import Scales, conv_scales, mean_scale, zero_point_of
from sensorsmith.graph.types import (
    Activation,
    Add,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Mean,
    Node,
    Pool2D,
    Reshape,
    Tensor,
)
from sensorsmith.graph.window import padding_before

Reals = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]
Operands = tuple[npt.NDArray[Any] | None, ...]


@dataclass(frozen=True, eq=False)
class Interval:
    """low <= value <= high at every position, for each index of the last dimension: int8 (channels)."""

    low: npt.NDArray[np.int8]
    high: npt.NDArray[np.int8]

    @property
    def constant(self) -> Masks:
        """Which channels have one value only."""
        same: Masks = self.low == self.high
        return same


def intervals(graph: Graph) -> dict[int, Interval]:
    """The interval of every int8 tensor with channels that a checked graph computes, its input included, by index."""
    known = {i: _full(graph.tensors[i]) for i in graph.inputs if _has_channels(graph.tensors[i])}
    for index, node in enumerate(graph.nodes):
        known.update({i: _full(graph.tensors[i]) for i in node.outputs if _has_channels(graph.tensors[i])})
        operands = [known.get(i) or _given(graph.tensors[i]) for i in _activations(node)]
        if type(node.op) in _RULES and len(node.outputs) == 1 and node.outputs[0] in known and None not in operands:
            known[node.outputs[0]] = _RULES[type(node.op)](node.op, layer_of(graph, index), *operands)
    return known


def _has_channels(tensor: Tensor) -> bool:
    return tensor.dtype == "int8" and len(tensor.shape) > 0


def _given(tensor: Tensor) -> Interval | None:
    """The interval of a constant."""
    if tensor.data is None or not _has_channels(tensor):
        return None
    rows = tensor.data.reshape(-1, tensor.shape[-1])
    return Interval(rows.min(axis=0), rows.max(axis=0))


def _activations(node: Node) -> list[int]:
    """The inputs of a node that are activations."""
    operands = zip(node.inputs, family_of(node.op).operands, strict=False)
    return [i for i, operand in operands if operand.kind in ACTIVATIONS]


def taps_inside(op: Conv2D | DepthwiseConv2D | Pool2D, size: tuple[int, int], layer: Layer, axis: int) -> Masks:
    """The different sets of taps that lie inside the input: bool (sets, taps), along rows (axis 0) or columns (1).

    Args:
        size: taps along rows and columns.
    """
    dilation = 1 if isinstance(op, Pool2D) else op.dilation[axis]
    before = padding_before(layer.input(0).shape[1 + axis], size[axis], op.stride[axis], op.padding, dilation)
    first = np.arange(layer.y.shape[1 + axis]) * op.stride[axis] - before
    position = first[:, None] + np.arange(size[axis]) * dilation
    inside: Masks = (position >= 0) & (position < layer.input(0).shape[1 + axis])
    return np.unique(inside, axis=0)


def _full(tensor: Tensor) -> Interval:
    return Interval(np.full(tensor.shape[-1], -128, np.int8), np.full(tensor.shape[-1], 127, np.int8))


def _conv(op: Conv2D, layer: Layer, x: Interval) -> Interval:
    weights = _data(layer.input(1)).astype(np.float64)
    low, high = _centred(x, layer)
    up, down = np.maximum(weights, 0), np.minimum(weights, 0)
    # (O, kh, kw): what each tap adds, at least and at most.
    return _windowed(op, layer, up @ low + down @ high, up @ high + down @ low)


def _depthwise(op: DepthwiseConv2D, layer: Layer, x: Interval) -> Interval:
    weights = np.moveaxis(_data(layer.input(1))[0].astype(np.float64), 2, 0)
    ends = [np.repeat(end, op.multiplier)[:, None, None] * weights for end in _centred(x, layer)]
    return _windowed(op, layer, np.minimum(*ends), np.maximum(*ends))


def _windowed(op: Conv2D | DepthwiseConv2D, layer: Layer, low: Reals, high: Reals) -> Interval:
    """The interval over all windows, of which some lack the taps in the padding. low, high: (O, kh, kw)."""
    rows, columns = (taps_inside(op, (low.shape[1], low.shape[2]), layer, axis).astype(np.float64) for axis in (0, 1))
    low, high = ((rows @ end @ columns.T).reshape(len(end), -1).T for end in (low, high))
    return _requantized(low, high, conv_scales(layer.input(0), layer.input(1), layer.y), op.activation, layer)


def _dense(op: FullyConnected, layer: Layer, x: Interval) -> Interval:
    weights = _data(layer.input(1)).astype(np.float64)
    if weights.shape[1] % len(x.low):
        return _full(layer.y)
    # Where a row of weights takes several positions, its channels repeat.
    low, high = (np.tile(end, weights.shape[1] // len(end)) for end in _centred(x, layer))
    up, down = np.maximum(weights, 0), np.minimum(weights, 0)
    scales = conv_scales(layer.input(0), layer.input(1), layer.y)
    return _requantized((up @ low + down @ high)[None], (up @ high + down @ low)[None], scales, op.activation, layer)


def _requantized(low: Reals, high: Reals, scales: Scales, activation: Activation, layer: Layer) -> Interval:
    """From sums of products (windows, channels), exact in float64, to the interval of the output over all windows."""
    bias = layer.x[2]
    given = 0 if bias is None else _data(bias).astype(np.int64)
    sums = [end.astype(np.int64) + given for end in (low, high)]
    # Beyond 32 bits, sums wrap around: then the output may be anything that the activation lets through.
    reach = np.maximum(*(np.abs(s).max(axis=0) for s in sums)).astype(np.float64)
    wraps = np.ldexp(reach, np.maximum(quantize_multiplier(scales)[1], 0)) >= 2.0**31
    outputs = [requantize(s, scales, activation, layer) for s in sums]
    least, most = clamp(np.asarray([-128, 127]), activation, layer)
    return Interval(
        np.where(wraps, least, outputs[0].min(axis=0)).astype(np.int8),
        np.where(wraps, most, outputs[1].max(axis=0)).astype(np.int8),
    )


def _pool(op: Pool2D, layer: Layer, x: Interval) -> Interval:
    """No average and no maximum leaves the interval of its terms; padding is not among them."""
    return Interval(*(clamp(end.astype(np.int64), op.activation, layer) for end in (x.low, x.high)))


def _reshape(_op: Reshape, layer: Layer, x: Interval) -> Interval:
    low, high = (_everywhere(end, layer.input(0)).reshape(-1, layer.y.shape[-1]) for end in (x.low, x.high))
    return Interval(low.min(axis=0), high.max(axis=0))


def _mean(op: Mean, layer: Layer, x: Interval) -> Interval:
    tensor, y = layer.input(0), layer.y
    shift = int(quantize_multiplier(mean_scale(tensor, y))[1])
    if 255 * (tensor.size // y.size) << max(shift, 0) >= 1 << 31:
        return _full(y)  # sums may wrap around
    axes = layer.input(1).data
    return _ends(op, layer, *((_everywhere(end, tensor), axes) for end in (x.low, x.high)))


def _add(op: Add, layer: Layer, a: Interval, b: Interval) -> Interval:
    x, y = layer.input(0), layer.input(1)
    return _ends(op, layer, *((_everywhere(p, x), _everywhere(q, y)) for p, q in ((a.low, b.low), (a.high, b.high))))


def _ends(op: Add | Mean, layer: Layer, lowest: Operands, highest: Operands) -> Interval:
    """By the interpreter's own kernel, which grows with each of its inputs."""
    low, high = (family_of(op).int8(op, layer, *x).reshape(-1, layer.y.shape[-1]) for x in (lowest, highest))
    return Interval(low.min(axis=0), high.max(axis=0))


def _everywhere(end: npt.NDArray[np.int8], tensor: Tensor) -> npt.NDArray[np.int8]:
    return np.broadcast_to(end, tensor.shape)


def _centred(x: Interval, layer: Layer) -> tuple[Reals, Reals]:
    zero_point = zero_point_of(layer.input(0))
    return x.low.astype(np.float64) - zero_point, x.high.astype(np.float64) - zero_point


def _data(tensor: Tensor) -> npt.NDArray[Any]:
    assert tensor.data is not None, tensor.name
    return tensor.data


_RULES: Mapping[type[Any], Callable[..., Interval]] = {
    Add: _add,
    Conv2D: _conv,
    DepthwiseConv2D: _depthwise,
    FullyConnected: _dense,
    Mean: _mean,
    Pool2D: _pool,
    Reshape: _reshape,
}
