"""Convolutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.geometry import column_as_row, dims_of, reaches_padding, window_lead, window_of
from sensorsmith.compiler.lower.weights import bias_of, weights_of
from sensorsmith.compiler.requantize import channel_scales, range_record
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Dims, Range, Scratch, Source, Target, Window
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import conv_scales


@dataclass(frozen=True, eq=False)
class Conv2D(Call):
    kernel: ClassVar[str] = "conv2d"
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
        return self.output_dims.size * self.filter_dims.size

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """The window is read again for each channel of its pixel."""
        del source, target
        early = self.output_dims.c - 1
        return window_lead(self.window, self.input_dims, self.output_dims, early=early)


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(Conv2D):
    kernel: ClassVar[str] = "depthwise_conv2d"

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """Of the window, each output channel reads one channel; the last reads the last."""
        del source, target
        early = self.output_dims.c - self.input_dims.c
        return window_lead(self.window, self.input_dims, self.output_dims, early=early)


def lower(
    op: types.Conv2D | types.DepthwiseConv2D, layer: Layer, sources: tuple[Source, ...], target: Target
) -> Iterator[Call]:
    x, y, filter_ = dims_of(layer.input(0)), dims_of(layer.y), weights_of(layer)
    depthwise = isinstance(op, types.DepthwiseConv2D)
    _, rows_of_taps, columns_of_taps, _ = filter_.data.shape
    kernel = Dims(rows_of_taps, columns_of_taps, 1 if depthwise else x.c)
    products = filter_.data.astype(np.int64)
    rows = products.reshape(-1, y.c).T if depthwise else products.reshape(y.c, -1)
    geometry = column_as_row(window_of(op, x, kernel, layer), x, kernel, y)
    scales = channel_scales(conv_scales(layer.input(0), layer.input(1), layer.y), y.c)
    bias, zero_point = bias_of(layer, rows, scales, fold=not reaches_padding(*geometry))
    window, x, kernel, y = geometry
    yield (DepthwiseConv2D if depthwise else Conv2D)(
        window=window,
        input_zero_point=zero_point,
        range=range_record(layer.y, op.activation),
        scales=scales,
        input_dims=x,
        input=sources[0],
        filter_dims=kernel,
        filter=filter_,
        bias=bias,
        output_dims=y,
        output=target,
    )
