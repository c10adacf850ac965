"""Transposed convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.geometry import dims_of, near
from sensorsmith.compiler.lower.weights import bias_of, weights_of
from sensorsmith.compiler.requantize import channel_scales, range_record
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Dims, Range, Source, Target, Window
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.transpose_conv import as_convolution
from sensorsmith.graph.requantize import conv_scales
from sensorsmith.graph.window import padding_before


@dataclass(frozen=True, eq=False)
class TransposeConv(Call):
    kernel: ClassVar[str] = "transpose_conv"
    window: Window
    input_zero_point: int
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
        """Taps outside of the output included."""
        return self.input_dims.size * self.filter_dims.h * self.filter_dims.w * self.output_dims.c


def lower(op: types.TransposeConv, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    convolution = as_convolution(layer)
    x, y, filter_ = dims_of(convolution.input(0)), dims_of(layer.y), weights_of(convolution)
    _, rows_of_taps, columns_of_taps, _ = filter_.data.shape
    # The kernel goes one stride beyond the last tap.
    near(Window(op.stride[0] + rows_of_taps, op.stride[1] + columns_of_taps), layer)
    pad_h = padding_before(y.h, rows_of_taps, op.stride[0], op.padding)
    pad_w = padding_before(y.w, columns_of_taps, op.stride[1], op.padding)
    scales = channel_scales(conv_scales(convolution.input(0), convolution.input(1), layer.y), y.c)
    rows = filter_.data.astype(np.int64).reshape(y.c, -1)
    bias, zero_point = bias_of(convolution, rows, scales, fold=False)
    yield TransposeConv(
        window=near(Window(*op.stride, 1, 1, pad_h, pad_w), layer),
        input_zero_point=zero_point,
        range=range_record(layer.y, op.activation),
        scales=scales,
        input_dims=x,
        input=sources[0],
        filter_dims=Dims(rows_of_taps, columns_of_taps, x.c),
        filter=filter_,
        bias=bias,
        output_dims=y,
        output=target,
    )
