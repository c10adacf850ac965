"""WebAssembly with SIMD128: 16 products at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower import conv, dense
from sensorsmith.compiler.lower.geometry import window_lead
from sensorsmith.compiler.steps import (
    Call,
    ChannelScales,
    Constant,
    Dims,
    Range,
    Scratch,
    Source,
    Target,
    Window,
)

_STEP = 16


@dataclass(frozen=True, eq=False)
class Conv2D(Call):
    kernel: ClassVar[str] = "conv2d"
    variant: ClassVar[str] = "wasm"
    window: Window
    input_zero_point: int
    range: Range
    scales: ChannelScales
    input_dims: Dims
    input: Source
    filter_dims: Dims
    row: int
    filter: Constant
    bias: Constant
    output_dims: Dims
    output: Target
    column: Scratch

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        """A window is read before its pixel is written."""
        del source
        if isinstance(target, Scratch):
            return None
        return window_lead(self.window, self.input_dims, self.output_dims)


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(conv.DepthwiseConv2D):
    variant: ClassVar[str] = "wasm"

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """Of the window, each group of channels reads its own; the last reads the last."""
        del source, target
        return window_lead(self.window, self.input_dims, self.output_dims)


@dataclass(frozen=True, eq=False)
class FullyConnected(Call):
    kernel: ClassVar[str] = "fully_connected"
    variant: ClassVar[str] = "wasm"
    range: Range
    scales: ChannelScales
    inputs: int
    input: Source
    row: int
    weights: Constant
    bias: Constant
    outputs: int
    output: Target
    column: Scratch


def _conv2d(call: conv.Conv2D) -> Conv2D:
    rows = call.filter.data.reshape(call.output_dims.c, -1)
    bias = call.bias.data.astype(np.int64) - call.input_zero_point * rows.astype(np.int64).sum(axis=1)
    padded = _padded(rows)
    return Conv2D(
        window=call.window,
        input_zero_point=call.input_zero_point,
        range=call.range,
        scales=call.scales,
        input_dims=call.input_dims,
        input=call.input,
        filter_dims=call.filter_dims,
        row=padded.shape[1],
        filter=Constant(padded, call.filter.note),
        bias=Constant(bias.astype(np.int32), "the input's zero point folded in"),
        output_dims=call.output_dims,
        output=call.output,
        column=Scratch(padded.shape[1]),
    )


def _depthwise(call: conv.DepthwiseConv2D) -> DepthwiseConv2D | None:
    if call.output_dims.c != call.input_dims.c or call.input_dims.c % _STEP:
        return None
    return DepthwiseConv2D(**{field.name: getattr(call, field.name) for field in fields(call)})


def _dense(call: dense.FullyConnected) -> FullyConnected:
    padded = _padded(call.weights.data)
    return FullyConnected(
        range=call.range,
        scales=call.scales,
        inputs=call.inputs,
        input=call.input,
        row=padded.shape[1],
        weights=Constant(padded, call.weights.note),
        bias=call.bias,
        outputs=call.outputs,
        output=call.output,
        column=Scratch(padded.shape[1]),
    )


def _padded(rows: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """An even number of rows, each of a multiple of 16 values."""
    return np.pad(rows, ((0, len(rows) % 2), (0, -rows.shape[1] % _STEP)))


SPECIALISE: dict[type[Call], Callable[[Any], Call | None]] = {
    conv.Conv2D: _conv2d,
    conv.DepthwiseConv2D: _depthwise,
    dense.FullyConnected: _dense,
}
