"""Convolutions of int16 activations with int8 weights; a dense layer is one of 1x1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.geometry import column_as_row, dims_of, near, window_of
from sensorsmith.compiler.lower.weights import bias_of, weights_of, wide_bias_of
from sensorsmith.compiler.requantize import channel_scales, range_record, reduced_channel_scales
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Dims, Range, Source, Target, Window
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.transpose_conv import as_convolution
from sensorsmith.graph.ops.weights import Weighted, sums_in_32_bits
from sensorsmith.graph.requantize import Scales, conv_scales
from sensorsmith.graph.window import padding_before


@dataclass(frozen=True, eq=False)
class Conv2DS16(Call):
    """scaling: how sums become outputs, see `ss_sum_to_int16`."""

    kernel: ClassVar[str] = "conv2d_s16"
    window: Window
    scaling: int
    range: Range
    scales: ChannelScales
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    bias: Constant
    output_dims: Dims
    output: Target

    @property
    def macs(self) -> int:
        return self.output_dims.size * self.filter_dims.size


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DS16(Conv2DS16):
    kernel: ClassVar[str] = "depthwise_conv2d_s16"


@dataclass(frozen=True, eq=False)
class TransposeConvS16(Conv2DS16):
    kernel: ClassVar[str] = "transpose_conv_s16"

    @property
    def macs(self) -> int:
        """Taps outside of the output included."""
        return self.input_dims.size * self.filter_dims.h * self.filter_dims.w * self.output_dims.c


# Of sums that fit into 32 bits, by 15; of those that may not, by 15; of those that do, by 31.
_NARROW, _WIDE, _WHOLE = 0, 1, 2

Geometry = tuple[Window, Dims, Dims, Dims]


def lower(
    op: types.Conv2D | types.DepthwiseConv2D, layer: Layer, sources: tuple[Source, ...], target: Target
) -> Iterator[Call]:
    x, y, filter_ = dims_of(layer.input(0)), dims_of(layer.y), weights_of(layer)
    depthwise = isinstance(op, types.DepthwiseConv2D)
    _, rows_of_taps, columns_of_taps, _ = filter_.data.shape
    kernel = Dims(rows_of_taps, columns_of_taps, 1 if depthwise else x.c)
    rows = filter_.data.reshape(-1, y.c).T if depthwise else filter_.data.reshape(y.c, -1)
    geometry = column_as_row(window_of(op, x, kernel, layer), x, kernel, y)
    call = DepthwiseConv2DS16 if depthwise else Conv2DS16
    scales = conv_scales(layer.input(0), layer.input(1), layer.y)
    yield _call(call, op, layer, geometry, rows, scales, filter_, sources[0], target)


def lower_dense(op: types.FullyConnected, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    weights = weights_of(layer)
    outputs, inputs = weights.data.shape
    pixels = layer.y.size // outputs
    geometry = Window(1, 1), Dims(1, pixels, inputs), Dims(1, 1, inputs), Dims(1, pixels, outputs)
    scales = conv_scales(layer.input(0), layer.input(1), layer.y)
    yield _call(Conv2DS16, op, layer, geometry, weights.data, scales, weights, sources[0], target)


def lower_transpose(
    op: types.TransposeConv, layer: Layer, sources: tuple[Source, ...], target: Target
) -> Iterator[Call]:
    convolution = as_convolution(layer)
    x, y, filter_ = dims_of(convolution.input(0)), dims_of(layer.y), weights_of(convolution)
    _, rows_of_taps, columns_of_taps, _ = filter_.data.shape
    # The kernel goes one stride beyond the last tap.
    near(Window(op.stride[0] + rows_of_taps, op.stride[1] + columns_of_taps), layer)
    pad_h = padding_before(y.h, rows_of_taps, op.stride[0], op.padding)
    pad_w = padding_before(y.w, columns_of_taps, op.stride[1], op.padding)
    window = near(Window(*op.stride, 1, 1, pad_h, pad_w), layer)
    geometry = window, x, Dims(rows_of_taps, columns_of_taps, x.c), y
    scales = conv_scales(convolution.input(0), convolution.input(1), layer.y)
    rows = filter_.data.reshape(y.c, -1)
    yield _call(TransposeConvS16, op, convolution, geometry, rows, scales, filter_, sources[0], target)


def _call(
    kind: type[Conv2DS16],
    op: Weighted,
    layer: Layer,
    geometry: Geometry,
    rows: np.ndarray,
    reals: Scales,
    filter_: Constant,
    source: Source,
    target: Target,
) -> Conv2DS16:
    """A call of one kind, its layer's operands in the order of a convolution.

    Args:
        rows: the weights of each output channel, (channels, products).
    """
    window, x, kernel, y = geometry
    if sums_in_32_bits(op, layer):
        scales, scaling = channel_scales(reals, y.c), _WHOLE
        bias, _ = bias_of(layer, rows.astype(np.int64), scales, fold=False)
    else:
        scales = reduced_channel_scales(reals, y.c)
        bias, wide = wide_bias_of(layer, rows.astype(np.int64), scales)
        scaling = _WIDE if wide else _NARROW
    return kind(
        window=window,
        scaling=scaling,
        range=range_record(layer.y, op.activation),
        scales=scales,
        input_dims=x,
        input=source,
        filter_dims=kernel,
        filter=filter_,
        bias=bias,
        output_dims=y,
        output=target,
    )
