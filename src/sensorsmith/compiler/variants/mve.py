"""Helium, the vector extension of Cortex-M55 and M85: constants in the order in which its kernels read them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower.add import Add
from sensorsmith.compiler.lower.conv import Conv2D, DepthwiseConv2D
from sensorsmith.compiler.lower.dense import FullyConnected
from sensorsmith.compiler.lower.geometry import window_lead
from sensorsmith.compiler.lower.pool import AveragePool, MaxPool
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

_STEP = 16  # bytes of a vector
_LANES = 4  # sums that are requantized together

Rows = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class FullyConnectedMve(Call):
    kernel: ClassVar[str] = "fully_connected"
    variant: ClassVar[str] = "mve"
    range: Range
    inputs: int
    input: Source
    weights: Constant
    table: Constant
    outputs: int
    output: Target


@dataclass(frozen=True, eq=False)
class Conv2DMve(Call):
    kernel: ClassVar[str] = "conv2d"
    variant: ClassVar[str] = "mve"
    window: Window
    padding: int
    range: Range
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    table: Constant
    band_width: int
    band: Scratch
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        if isinstance(target, Scratch):
            return None
        if self.band_width:
            return window_lead(self.window, self.input_dims, self.output_dims, together=self.output_dims.w)
        # Two pixels, which may begin at any, are read anew for every four channels of their output.
        return window_lead(self.window, self.input_dims, self.output_dims, early=2 * self.output_dims.c)


@dataclass(frozen=True, eq=False)
class DepthwiseConv2DMve(Call):
    kernel: ClassVar[str] = "depthwise_conv2d"
    variant: ClassVar[str] = "mve"
    window: Window
    padding: int
    range: Range
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    table: Constant
    width: int
    columns: Scratch
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        if isinstance(target, Scratch):
            return None
        # A row is read anew for every 16 channels of its output.
        y = self.output_dims
        return window_lead(self.window, self.input_dims, y, together=y.w, early=y.w * y.c)


@dataclass(frozen=True, eq=False)
class AddMve(Add):
    variant: ClassVar[str] = "mve"


@dataclass(frozen=True, eq=False)
class AveragePoolMve(AveragePool):
    variant: ClassVar[str] = "mve"

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        # The windows of a pixel are read anew for every few channels of its output.
        return window_lead(self.window, self.input_dims, self.output_dims, early=self.output_dims.c)


@dataclass(frozen=True, eq=False)
class MaxPoolMve(AveragePoolMve):
    kernel: ClassVar[str] = "max_pool"


def _steps(rows: Rows) -> Rows:
    """Rows of weights (n, depth) in steps (n, steps, 16), the last of which ends where the row ends."""
    count, depth = rows.shape
    whole, rest = divmod(depth, _STEP)
    steps = np.zeros((count, whole + (rest > 0), _STEP), np.int8)
    steps[:, :whole] = rows[:, : whole * _STEP].reshape(count, whole, _STEP)
    if rest and whole:
        steps[:, whole, -rest:] = rows[:, -rest:]
    elif rest:
        steps[:, 0, :rest] = rows
    return steps


def _groups(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(channels, ...) as (groups, 4, ...), with zeros for the channels that the last group lacks."""
    padding = [(0, -len(rows) % _LANES), *[(0, 0)] * (rows.ndim - 1)]
    return np.pad(rows, padding).reshape(-1, _LANES, *rows.shape[1:])


def _table(bias: npt.NDArray[Any], scales: ChannelScales) -> Constant:
    columns = np.stack([bias, scales.multiplier.data, scales.shift.data], axis=1).astype(np.int32)
    return Constant(
        np.ascontiguousarray(_groups(columns).transpose(0, 2, 1)), "bias, multiplier, shift of four channels"
    )


def _enlarges(scales: ChannelScales) -> bool:
    return bool(np.any(np.asarray(scales.shift.data) > 0))


def _fully_connected(call: FullyConnected) -> Call | None:
    if _enlarges(call.scales):
        return None
    weights = _groups(_steps(call.weights.data.astype(np.int8))).transpose(0, 2, 1, 3)
    return FullyConnectedMve(
        range=call.range,
        inputs=call.inputs,
        input=call.input,
        weights=Constant(np.ascontiguousarray(weights), call.weights.note),
        table=_table(call.bias.data, call.scales),
        outputs=call.outputs,
        output=call.output,
    )


def _place(index: int, channels: int, stride: int) -> int:
    """Where a byte of a row goes, when the row's pixels are spread to places `stride` bytes apart."""
    return index // channels * stride + index % channels


def _conv2d(call: Conv2D) -> Call | None:
    x, kernel, y, window = call.input_dims, call.filter_dims, call.output_dims, call.window
    if _enlarges(call.scales) or window.dilation_w != 1:
        return None
    filter_ = call.filter.data.reshape(y.c, kernel.h, kernel.w, kernel.c).transpose(0, 2, 1, 3).reshape(y.c, -1)
    columns = max(x.w + window.pad_w, (y.w - 1) * window.stride_w + kernel.w)
    band_width = 0 if kernel.h == 1 and columns == x.w else columns
    if band_width and x.c < _STEP and _place(_STEP - 1, x.c, kernel.h * x.c) > 255:
        return None
    if kernel.size == kernel.c and window.stride_h == window.stride_w == 1:
        x, y = Dims(1, x.h * x.w, x.c), Dims(1, y.h * y.w, y.c)
    # The padding is read as the zero point, so that this is part of the bias in every window.
    bias = call.bias.data - call.input_zero_point * filter_.sum(axis=1, dtype=np.int64)
    pairs = _groups(_steps(filter_)).reshape(-1, 2, 2, -(-filter_.shape[1] // _STEP), _STEP).transpose(0, 2, 3, 1, 4)
    return Conv2DMve(
        window=window,
        padding=call.input_zero_point,
        range=call.range,
        input_dims=x,
        input=call.input,
        filter_dims=kernel,
        filter=Constant(np.ascontiguousarray(pairs), call.filter.note),
        table=_table(bias.astype(np.int32), call.scales),
        band_width=band_width,
        band=Scratch(band_width * kernel.h * x.c),
        output_dims=y,
        output=call.output,
    )


def _depthwise(call: DepthwiseConv2D) -> Call | None:
    x, kernel, y, window = call.input_dims, call.filter_dims, call.output_dims, call.window
    across = kernel.w > _LANES
    padded = y.w * window.stride_w + (kernel.w - 1) * window.dilation_w - window.stride_w + 1 > x.w or window.pad_w > 0
    if _enlarges(call.scales) or x.c != y.c or kernel.h > _LANES or (across and (kernel.h > 1 or kernel.w > 16)):
        return None
    if across and (padded or window.pad_h):
        return None
    weights = call.filter.data.reshape(kernel.h, kernel.w, y.c).astype(np.int8)
    words = [min(_LANES * i, kernel.w - _LANES) for i in range(_LANES)] if across else list(range(_LANES))
    packed = np.zeros((y.c, _LANES, _LANES), np.int8)
    if across:
        for tap in range(kernel.w):
            lane = next(i for i, first in enumerate(words) if first <= tap < first + _LANES)
            packed[:, lane, tap - words[lane]] = weights[0, tap]
        width = (y.w - 1) * window.stride_w + words[-1] * window.dilation_w + 1
    else:
        packed[:, : kernel.w, : kernel.h] = weights.transpose(2, 1, 0)
        width = max(x.w + window.pad_w, (y.w - 1) * window.stride_w + (kernel.w - 1) * window.dilation_w + 1)
    bias = call.bias.data - call.input_zero_point * weights.sum(axis=(0, 1), dtype=np.int64)
    return DepthwiseConv2DMve(
        window=window,
        padding=call.input_zero_point,
        range=call.range,
        input_dims=x,
        input=call.input,
        filter_dims=kernel,
        filter=Constant(_groups(packed), call.filter.note),
        table=_table(bias.astype(np.int32), call.scales),
        width=width,
        columns=Scratch(16 + width * 64),
        output_dims=y,
        output=call.output,
    )


def _same(call: Call, variant: type[Call]) -> Call:
    """The call of a kernel with the parameters of the reference."""
    return variant(**{field.name: getattr(call, field.name) for field in fields(call)})


def _add(call: Add) -> Call | None:
    scales = (call.scale_1, call.scale_2, call.output_scale)
    return _same(call, AddMve) if all(scale.shift <= 0 for scale in scales) else None


def _average_pool(call: AveragePool) -> Call | None:
    return _same(call, AveragePoolMve) if call.pool_dims.size <= 255 else None


def _max_pool(call: MaxPool) -> Call:
    return _same(call, MaxPoolMve)


SPECIALISE = {
    Add: _add,
    AveragePool: _average_pool,
    Conv2D: _conv2d,
    DepthwiseConv2D: _depthwise,
    FullyConnected: _fully_connected,
    MaxPool: _max_pool,
}
