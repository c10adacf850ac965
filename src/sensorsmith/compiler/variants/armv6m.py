"""Cortex-M0 and M0+: 32-bit products only, eight registers for most instructions, weights in flash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sensorsmith.compiler.lower import add, conv, dense
from sensorsmith.compiler.lower.geometry import reaches_padding, window_lead
from sensorsmith.compiler.steps import SAME_PLACE, Call, Constant, Dims, Scratch, Source, Target, Window
from sensorsmith.compiler.sums import find_sum
from sensorsmith.compiler.variants.tables import extremes, level_table
from sensorsmith.graph.fixedpoint import Ints

_PIXELS = 6  # of a block of conv2d
_OUTPUTS = 8  # of a block of fully_connected
_DENSE_REACH = 1 << 23  # likewise
_GROUP = 3  # taps that depthwise_conv2d loads at once
_GROUPS = 8  # of a window
_REACH = 1 << 20  # the sum of a segment lies within -_REACH .. _REACH - 1


@dataclass(frozen=True, eq=False)
class Conv2D(Call):
    kernel: ClassVar[str] = "conv2d"
    variant: ClassVar[str] = "armv6m"
    window: Window
    input_zero_point: int
    bends: int
    segments: int
    steps: int
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    levels: Constant
    output_dims: Dims
    output: Target
    words: Scratch
    spare: Scratch

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        """A block's windows are read before its pixels are written."""
        del source
        if isinstance(target, Scratch):
            return None
        return window_lead(self.window, self.input_dims, self.output_dims, together=_PIXELS)


def _conv2d(call: conv.Conv2D) -> Conv2D | FullyConnected | None:
    if (
        call.filter_dims == call.input_dims
        and call.output_dims.h == call.output_dims.w == 1
        and not call.input_zero_point
        and not reaches_padding(call.window, call.input_dims, call.filter_dims, call.output_dims)
    ):
        return _dense_layer(call, call.filter, call.filter_dims.size, call.output_dims.c)
    channels = call.output_dims.c
    rows = call.filter.data.reshape(channels, -1).astype(np.int64)
    levels = level_table(call, rows, call.input_zero_point)
    if levels is None:
        return None
    segments = _segments(rows)
    steps = -(-rows.shape[1] // segments)
    padded = np.pad(rows, ((0, 0), (0, segments * steps - rows.shape[1])))
    return Conv2D(
        window=call.window,
        input_zero_point=call.input_zero_point,
        bends=int(levels.data.shape[1] == 6),
        segments=segments,
        steps=steps,
        input_dims=call.input_dims,
        input=call.input,
        filter_dims=call.filter_dims,
        filter=Constant((padded + 128).astype(np.uint8), "plus 128"),
        levels=levels,
        output_dims=call.output_dims,
        output=call.output,
        words=Scratch(16 * segments * (1 + steps), "int32"),
        spare=Scratch(max(call.filter_dims.w * call.input_dims.c, _PIXELS * channels)),
    )


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(Call):
    kernel: ClassVar[str] = "depthwise_conv2d"
    variant: ClassVar[str] = "armv6m"
    window: Window
    input_zero_point: int
    bends: int
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    levels: Constant
    output_dims: Dims
    output: Target
    plane: Scratch
    record: Scratch

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        """Channel by channel, an output takes the place of an input of the same channel, which has been read."""
        del source
        alike = self.output_dims.c == self.input_dims.c and self.output_dims.size <= self.input_dims.size
        return SAME_PLACE if isinstance(target, Target) and alike else None


def _depthwise(call: conv.DepthwiseConv2D) -> DepthwiseConv2D | None:
    window, kernel, output = call.window, call.filter_dims, call.output_dims
    rows = np.moveaxis(call.filter.data, 3, 0).reshape(output.c, kernel.h, kernel.w).astype(np.int64)
    if kernel.w > 1 and ((kernel.h > 1 and kernel.w > _GROUP) or window.dilation_w > 1):
        return None
    groups = max(kernel.h, -(-kernel.w // _GROUP))
    levels = level_table(call, rows.reshape(output.c, -1), call.input_zero_point)
    if groups > _GROUPS or levels is None:
        return None
    height = (output.h - 1) * window.stride_h + (kernel.h - 1) * window.dilation_h + 1
    width = (output.w - 1) * window.stride_w + kernel.w
    padded = np.pad(rows, ((0, 0), (0, 0), (0, -kernel.w % _GROUP)))
    return DepthwiseConv2D(
        window=window,
        input_zero_point=call.input_zero_point,
        bends=int(levels.data.shape[1] == 6),
        input_dims=call.input_dims,
        input=call.input,
        filter_dims=kernel,
        filter=Constant(padded.reshape(output.c, -1).astype(np.int8), call.filter.note),
        levels=levels,
        output_dims=output,
        output=call.output,
        plane=Scratch(4 * (height * width + 2), "int32"),
        record=Scratch(4 * (7 + 3 * groups), "int32"),
    )


@dataclass(frozen=True, eq=False)
class FullyConnected(Call):
    kernel: ClassVar[str] = "fully_connected"
    variant: ClassVar[str] = "armv6m"
    bends: int
    inputs: int
    input: Source
    weights: Constant
    levels: Constant
    outputs: int
    output: Target


def _dense(call: dense.FullyConnected) -> FullyConnected | None:
    return _dense_layer(call, call.weights, call.inputs, call.outputs)


def _dense_layer(
    call: conv.Conv2D | dense.FullyConnected, weights: Constant, inputs: int, outputs: int
) -> FullyConnected | None:
    rows = weights.data.reshape(outputs, inputs).astype(np.int64)
    low, high = extremes(rows)
    levels = level_table(call, rows, 0)
    if low.min() < -_DENSE_REACH or high.max() >= _DENSE_REACH or levels is None:
        return None
    padded = np.pad(rows + 128, ((0, -outputs % _OUTPUTS), (0, 0))).astype(np.uint8)
    blocks = padded.reshape(-1, _OUTPUTS, inputs).transpose(0, 2, 1)
    return FullyConnected(
        bends=int(levels.data.shape[1] == 6),
        inputs=inputs,
        input=call.input,
        weights=Constant(np.ascontiguousarray(blocks).view("<u4").astype(np.uint32), "4 outputs, plus 128"),
        levels=levels,
        outputs=outputs,
        output=call.output,
    )


@dataclass(frozen=True, eq=False)
class Add(Call):
    kernel: ClassVar[str] = "add"
    variant: ClassVar[str] = "armv6m"
    factor_1: int
    factor_2: int
    constant: int
    shift: int
    minimum: int
    width: int
    size: int
    input_1: Source
    input_2: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


def _add(call: add.Add) -> Add | None:
    found = find_sum(call)
    if found is None:
        return None
    return Add(
        factor_1=found.factor_1,
        factor_2=found.factor_2,
        constant=found.constant,
        shift=found.shift,
        minimum=call.range.minimum,
        width=call.range.maximum - call.range.minimum,
        size=call.size,
        input_1=call.input_1,
        input_2=call.input_2,
        output=call.output,
    )


def _segments(rows: Ints) -> int:
    """Into how many parts of one length the rows have to be divided, so that no part's sum leaves its field."""
    count = 1
    while True:
        steps = -(-rows.shape[1] // count)
        parts = np.pad(rows, ((0, 0), (0, count * steps - rows.shape[1]))).reshape(len(rows), count, steps)
        low, high = extremes(parts)
        if low.min() >= -_REACH and high.max() < _REACH:
            return count
        count += 1


SPECIALISE: dict[type[Call], Callable[[Any], Call | None]] = {
    add.Add: _add,
    conv.Conv2D: _conv2d,
    conv.DepthwiseConv2D: _depthwise,
    dense.FullyConnected: _dense,
}
