"""Fully connected layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.conv import Conv2D
from sensorsmith.compiler.lower.weights import bias_of, weights_of
from sensorsmith.compiler.requantize import channel_scales, range_record
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Dims, Range, Source, Target, Window
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import conv_scales


@dataclass(frozen=True, eq=False)
class FullyConnected(Call):
    kernel: ClassVar[str] = "fully_connected"
    range: Range
    scales: ChannelScales
    inputs: int
    input: Source
    weights: Constant
    bias: Constant
    outputs: int
    output: Target

    @property
    def macs(self) -> int:
        return self.inputs * self.outputs


def lower(op: types.FullyConnected, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    weights = weights_of(layer)
    outputs, inputs = weights.data.shape
    scales = channel_scales(conv_scales(layer.input(0), layer.input(1), layer.y), outputs)
    bias, _ = bias_of(layer, weights.data.astype(np.int64), scales, fold=True)
    rows = layer.y.size // outputs
    if rows > 1:
        # One after the other, rows are the pixels of an image, and the layer a 1x1 convolution.
        yield Conv2D(
            window=Window(1, 1),
            input_zero_point=0,
            range=range_record(layer.y, op.activation),
            scales=scales,
            input_dims=Dims(1, rows, inputs),
            input=sources[0],
            filter_dims=Dims(1, 1, inputs),
            filter=weights,
            bias=bias,
            output_dims=Dims(1, rows, outputs),
            output=target,
        )
        return
    yield FullyConnected(
        range=range_record(layer.y, op.activation),
        scales=scales,
        inputs=inputs,
        input=sources[0],
        weights=weights,
        bias=bias,
        outputs=outputs,
        output=target,
    )
