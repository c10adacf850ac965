"""Convolutions and fully connected layers: products of matrices (runtime/ss_gemm_armv7em.h)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower import conv, dense
from sensorsmith.compiler.lower.geometry import reaches_padding, window_lead
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Dims, Range, Scratch, Source, Target, Window
from sensorsmith.compiler.variants.armv7em.rows import (
    Ints,
    Rows,
    activation_of,
    as_int32,
    folded_bias,
    rectified,
    rows_of,
)

_FEW_ROWS = 64
_SMALL_LAYER = 8192  # weights
_COLUMNS = 3  # pixels that are worked on together


@dataclass(frozen=True, eq=False)
class Conv2D(Call):
    kernel: ClassVar[str] = "conv2d"
    variant: ClassVar[str] = "armv7em"
    window: Window
    input_zero_point: int
    offset: int
    clamp: int
    clamped: int
    rectified: int
    input_dims: Dims
    input: Source
    filter_dims: Dims
    stream: Constant
    scratch: Scratch
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        if isinstance(target, Scratch):
            return None
        return window_lead(self.window, self.input_dims, self.output_dims, together=_COLUMNS)


@dataclass(frozen=True, eq=False)
class PointwiseConv2D(Call):
    kernel: ClassVar[str] = "pointwise_conv2d"
    variant: ClassVar[str] = "armv7em"
    offset: int
    clamp: int
    clamped: int
    rectified: int
    channels: int
    input: Source
    stream: Constant
    scratch: Scratch
    pixels: int
    rows: int
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        if isinstance(target, Scratch):
            return None
        dims = Dims(1, self.pixels, self.channels), Dims(1, self.pixels, self.rows)
        return window_lead(Window(1, 1), *dims, together=_COLUMNS)


@dataclass(frozen=True, eq=False)
class FullyConnected(Call):
    kernel: ClassVar[str] = "fully_connected"
    variant: ClassVar[str] = "armv7em"
    offset: int
    clamp: int
    clamped: int
    row_scales: int
    multiplier: int
    shift: int
    inputs: int
    input: Source
    stream: Constant
    scratch: Scratch
    outputs: int
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        # Widening doubles the input from its start on, and may catch up with it at the end.
        return 4 * ((self.inputs - 1) // 4) if isinstance(target, Scratch) else None


def conv2d(call: conv.Conv2D) -> Call | None:
    x, y, window = call.input_dims, call.output_dims, call.window
    weights = call.filter.data.astype(np.int64).reshape(y.c, -1)
    bias = folded_bias(call, weights)
    whole = call.filter_dims == x and (y.h, y.w) == (1, 1) and not reaches_padding(window, x, call.filter_dims, y)
    if whole:
        return _dense(weights, bias, call.scales, call.range, call.filter.note, call)
    rows = rows_of(weights, bias, call.scales, call.range, limit=1 << 23)
    if rows is None or _words(rows.weights).min() < -(1 << 15):
        return None
    groups, words = -(-weights.shape[1] // 4), x.c % 4 == 0
    offset, clamp, clamped = activation_of(call.range)
    stream = Constant(_stream(rows, 2), call.filter.note)
    if call.filter_dims.size == x.c and words and (x.h, x.w) == (y.h, y.w):
        return PointwiseConv2D(
            offset=offset,
            clamp=clamp,
            clamped=clamped,
            rectified=rectified(call.range, y.size),
            channels=x.c,
            input=call.input,
            stream=stream,
            scratch=Scratch(4 * 6 * groups, "int32"),
            pixels=y.h * y.w,
            rows=y.c,
            output=call.output,
        )
    return Conv2D(
        window=window,
        input_zero_point=call.input_zero_point,
        offset=offset,
        clamp=clamp,
        clamped=clamped,
        rectified=rectified(call.range, y.size),
        input_dims=x,
        input=call.input,
        filter_dims=call.filter_dims,
        stream=stream,
        scratch=Scratch(4 * 6 * groups + (0 if words else 4 * groups), "int32"),
        output_dims=y,
        output=call.output,
    )


def fully_connected(call: dense.FullyConnected) -> Call | None:
    weights = call.weights.data.astype(np.int64)
    return _dense(weights, call.bias.data.astype(np.int64), call.scales, call.range, call.weights.note, call)


def _dense(
    weights: Ints, bias: Ints, scales: ChannelScales, range_: Range, note: str, call: dense.FullyConnected | conv.Conv2D
) -> Call | None:
    rows = rows_of(weights, bias, scales, range_, limit=1 << 23)
    if rows is None or _words(rows.weights).min() < -(1 << 15):
        return None
    offset, clamp, clamped = activation_of(range_)
    if weights.size < _SMALL_LAYER and weights.shape[1] % 4 == 0:
        # Two thirds of the work are in vain, but a kernel less is in flash: convolutions have brought this one.
        return PointwiseConv2D(
            offset=offset,
            clamp=clamp,
            clamped=clamped,
            rectified=0,
            channels=weights.shape[1],
            input=call.input,
            stream=Constant(_stream(rows, 2), note),
            scratch=Scratch(6 * weights.shape[1], "int32"),
            pixels=1,
            rows=len(weights),
            output=call.output,
        )
    multiplier, shift = int(rows.multiplier[0]), int(rows.shift[0])
    outputs, inputs = weights.shape
    # For few rows, a table of their factors is smaller than another form of the kernel.
    alike = bool(np.all(rows.multiplier == multiplier) and np.all(rows.shift == shift))
    row_scales = not alike or outputs < _FEW_ROWS
    return FullyConnected(
        offset=offset if row_scales else offset << shift,
        clamp=clamp,
        clamped=clamped,
        row_scales=int(row_scales),
        multiplier=multiplier,
        shift=shift,
        inputs=inputs,
        input=call.input,
        stream=Constant(_stream(rows, 4, row_scales), note),
        scratch=Scratch(8 * -(-inputs // 4), "int32"),
        outputs=outputs,
        output=call.output,
    )


def _words(weights: Ints) -> Ints:
    """Weights (N, K) as int16 values 256 * w1 + w0, (N, K / 2); K is filled up to a multiple of 4 with zeros."""
    filled = np.pad(weights, ((0, 0), (0, -weights.shape[1] % 4)))
    joined: Ints = filled[:, 0::2] + 256 * filled[:, 1::2]
    return joined


def _stream(rows: Rows, together: int, row_scales: bool = True) -> npt.NDArray[np.int32]:
    """The stream of ss_gemm_armv7em.h and of kernels/fully_connected/armv7em.h.

    Args:
        together: rows that are worked on together.
        row_scales: whether each row's factor is in the stream.
    """
    spare = [(0, -len(rows.bias) % together)]
    weights = np.pad(rows.weights, [*spare, (0, -rows.weights.shape[1] % 4)])
    bias, multiplier, shift = (np.pad(table, spare) for table in (rows.bias, rows.multiplier, rows.shift))
    halves = _words(weights)
    start = 256 * bias - 127 * weights[:, 0::2].sum(axis=1)
    words = (halves[:, 0::2] & 0xFFFF) | (halves[:, 1::2] & 0xFFFF) << 16
    blocks = len(bias) // together
    parts = [
        start.reshape(blocks, together),
        words.reshape(blocks, together, -1).transpose(0, 2, 1).reshape(blocks, -1),
    ]
    if row_scales:
        shifts = (shift.reshape(blocks, together) << 8 * np.arange(together)).sum(axis=1)
        parts += [multiplier.reshape(blocks, together), shifts.reshape(blocks, 1)]
    return as_int32(np.concatenate(parts, axis=1))
