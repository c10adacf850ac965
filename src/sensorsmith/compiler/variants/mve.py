"""Cortex-M55 and M85, with the vector extension Helium: see the mve files of the runtime for the arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower import add, conv, dense, pool
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

Ints = npt.NDArray[np.int64]

_VECTOR = 16  # values
_LANES = 4  # sums that are requantized together, words of a depthwise window, taps of a word
_COLUMN = _LANES * _VECTOR  # bytes


@dataclass(frozen=True, eq=False)
class Add(add.Add):
    variant: ClassVar[str] = "mve"

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """Lanes are read before they are written, and not again."""
        del source, target
        return 0


@dataclass(frozen=True, eq=False)
class AveragePool(pool.AveragePool):
    variant: ClassVar[str] = "mve"

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """A window is read anew for every few channels of its output."""
        del source, target
        return window_lead(self.window, self.input_dims, self.output_dims, early=self.output_dims.c)


@dataclass(frozen=True, eq=False)
class MaxPool(AveragePool):
    kernel: ClassVar[str] = "max_pool"


@dataclass(frozen=True, eq=False)
class FullyConnected(Call):
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
class Conv2D(Call):
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
        """Nothing of a row of windows is read again after they are copied to the band."""
        del source
        if isinstance(target, Scratch):
            return None
        return window_lead(self.window, self.input_dims, self.output_dims, together=self.output_dims.w)


@dataclass(frozen=True, eq=False)
class Conv2DDirect(Call):
    kernel: ClassVar[str] = "conv2d_direct"
    variant: ClassVar[str] = "mve"
    window: Window
    range: Range
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    table: Constant
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """Two windows, of which the first may be any, are read anew for every four channels of their output."""
        del source, target
        return window_lead(self.window, self.input_dims, self.output_dims, early=2 * self.output_dims.c)


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(Call):
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
        """Two rows of windows, of which the upper may be any, are read anew for every 16 channels of their output."""
        del source
        if isinstance(target, Scratch):
            return None
        y = self.output_dims
        return window_lead(self.window, self.input_dims, y, together=y.w, early=2 * y.w * y.c)


def _same(call: Call, variant: type[Call]) -> Call:
    """The call of a kernel that takes the parameters of the reference."""
    return variant(**{field.name: getattr(call, field.name) for field in fields(call)})


def _add(call: add.Add) -> Call | None:
    scales = (call.scale_1, call.scale_2, call.output_scale)
    return _same(call, Add) if all(scale.shift <= 0 for scale in scales) else None


def _average_pool(call: pool.AveragePool) -> Call | None:
    return _same(call, AveragePool) if call.pool_dims.size <= 255 else None


def _max_pool(call: pool.MaxPool) -> Call:
    return _same(call, MaxPool)


def _fully_connected(call: dense.FullyConnected) -> FullyConnected | None:
    table = _table(call.bias.data.astype(np.int64), call.scales)
    if table is None:
        return None
    weights = _rows(call.weights.data.astype(np.int64))
    return FullyConnected(
        range=call.range,
        inputs=call.inputs,
        input=call.input,
        weights=_packed(weights, call.weights.note),
        table=table,
        outputs=call.outputs,
        output=call.output,
    )


def _conv2d(call: conv.Conv2D) -> Conv2D | Conv2DDirect | None:
    x, kernel, y, window = call.input_dims, call.filter_dims, call.output_dims, call.window
    weights = call.filter.data.astype(np.int64).reshape(y.c, kernel.h, kernel.w, kernel.c)
    table = _table(_folded_bias(call, weights.sum(axis=(1, 2, 3))), call.scales)
    if table is None or window.dilation_w > 1:
        return None
    # Columns follow each other in a window, in the band and in a row of the input.
    filter_ = _packed(_rows(weights.transpose(0, 2, 1, 3).reshape(y.c, -1)), call.filter.note)
    width = _columns_read(window, x, kernel, y)
    if kernel.h == 1 and width == x.w and window.pad_h == 0:
        if kernel.w == 1 and window.stride_h == window.stride_w == 1:
            x, y = Dims(1, x.h * x.w, x.c), Dims(1, y.h * y.w, y.c)
        return Conv2DDirect(window, call.range, x, call.input, kernel, filter_, table, y, call.output)
    if x.c < _VECTOR and (_VECTOR - 1) // x.c * kernel.h * x.c + (_VECTOR - 1) % x.c > 255:
        return None  # a byte could not hold how far 16 values of narrow pixels are scattered
    return Conv2D(
        window=window,
        padding=call.input_zero_point,
        range=call.range,
        input_dims=x,
        input=call.input,
        filter_dims=kernel,
        filter=filter_,
        table=table,
        band_width=width,
        band=Scratch(width * kernel.h * x.c),
        output_dims=y,
        output=call.output,
    )


def _depthwise(call: conv.DepthwiseConv2D) -> DepthwiseConv2D | None:
    x, kernel, y, window = call.input_dims, call.filter_dims, call.output_dims, call.window
    weights = call.filter.data.astype(np.int64).reshape(kernel.h, kernel.w, y.c)
    table = _table(_folded_bias(call, weights.sum(axis=(0, 1))), call.scales)
    columns = _columns_read(window, x, kernel, y)
    if table is None or x.c != y.c:
        return None
    if kernel.h <= _LANES and kernel.w <= _LANES:
        words, width = _words_down(weights), columns
    elif kernel.h == 1 and kernel.w <= _VECTOR and columns == x.w:
        words = _words_across(weights)
        width = (y.w - 1) * window.stride_w + (kernel.w - _LANES) * window.dilation_w + 1
    else:
        return None
    return DepthwiseConv2D(
        window=window,
        padding=call.input_zero_point,
        range=call.range,
        input_dims=x,
        input=call.input,
        filter_dims=kernel,
        filter=_packed(_groups(words), call.filter.note),
        table=table,
        width=width,
        columns=Scratch(_VECTOR + width * _COLUMN),
        output_dims=y,
        output=call.output,
    )


def _columns_read(window: Window, x: Dims, kernel: Dims, y: Dims) -> int:
    """Columns of the input, and of the padding on both sides as far as any window reaches."""
    last = (y.w - 1) * window.stride_w + (kernel.w - 1) * window.dilation_w
    return max(window.pad_w + x.w, last + 1)


def _folded_bias(call: conv.Conv2D, sums: Ints) -> Ints:
    """Biases for activations that are not centred; the padding is read as the zero point, so that all taps count."""
    bias: Ints = call.bias.data.astype(np.int64) - call.input_zero_point * sums
    return bias


def _table(bias: Ints, scales: ChannelScales) -> Constant | None:
    """Bias, multiplier and shift of each channel, if no scale is above 1."""
    if np.any(scales.shift.data.astype(np.int64) > 0):
        return None
    # A bias may leave int32; it wraps there, as the sum does that brings it back.
    columns = np.stack([bias, scales.multiplier.data, scales.shift.data], axis=1).astype(np.int32)
    return Constant(
        np.ascontiguousarray(_groups(columns).transpose(0, 2, 1)), "bias, multiplier, shift, of four channels each"
    )


def _packed(weights: npt.NDArray[Any], note: str) -> Constant:
    return Constant(np.ascontiguousarray(weights, np.int8), note)


def _groups(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(channels, ...) as (groups, 4, ...), with zeros for the channels that the last group lacks."""
    spare = [(0, -len(rows) % _LANES), *[(0, 0)] * (rows.ndim - 1)]
    return np.pad(rows, spare).reshape(-1, _LANES, *rows.shape[1:])


def _rows(rows: Ints) -> npt.NDArray[Any]:
    """Rows of weights (n, depth) as (groups, steps, 4, 16); see ss_mve.h for the last step."""
    count, depth = rows.shape
    whole, rest = divmod(depth, _VECTOR)
    steps = np.zeros((count, whole + (rest > 0), _VECTOR), np.int64)
    steps[:, :whole] = rows[:, : whole * _VECTOR].reshape(count, whole, _VECTOR)
    if rest and whole:
        steps[:, whole, -rest:] = rows[:, -rest:]
    elif rest:
        steps[:, 0, :rest] = rows
    return _groups(steps).transpose(0, 2, 1, 3)


def _words_down(weights: Ints) -> Ints:
    """Taps (h, w, c), at most (4, 4, c), as (c, words, taps of a word): a word is a column."""
    h, w, _ = weights.shape
    words: Ints = np.pad(weights, ((0, _LANES - h), (0, _LANES - w), (0, 0))).transpose(2, 1, 0)
    return words


def _words_across(weights: Ints) -> Ints:
    """Taps (1, w, c), from (1, 5, c) to (1, 16, c), as (c, words, taps of a word): a word is four columns.

    The last words begin where the last four taps do; a tap goes to the first word that has it.
    """
    _, w, channels = weights.shape
    words = np.zeros((channels, _LANES, _LANES), np.int64)
    for tap in range(w):
        word = min(tap // _LANES, -(-w // _LANES) - 1)
        words[:, word, tap - min(_LANES * word, w - _LANES)] = weights[0, tap]
    return words


SPECIALISE: dict[type[Call], Callable[[Any], Call | None]] = {
    add.Add: _add,
    pool.AveragePool: _average_pool,
    pool.MaxPool: _max_pool,
    conv.Conv2D: _conv2d,
    conv.DepthwiseConv2D: _depthwise,
    dense.FullyConnected: _fully_connected,
}
