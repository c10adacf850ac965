"""Cortex-M4, M7 and M33: see the armv7em files of the runtime for the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower import conv
from sensorsmith.compiler.lower.geometry import window_lead
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Dims, Range, Scratch, Source, Target, Window

Ints = npt.NDArray[np.int64]

_COLUMNS = 3  # pixels that are worked on together
_SUM_LIMIT = 1 << 23


@dataclass(frozen=True, eq=False)
class Conv2D(Call):
    kernel: ClassVar[str] = "conv2d"
    variant: ClassVar[str] = "armv7em"
    window: Window
    input_zero_point: int
    offset: int
    clamp: int
    clamped: int
    input_dims: Dims
    input: Source
    filter_dims: Dims
    stream: Constant
    scratch: Scratch
    output_dims: Dims
    output: Target

    @property
    def macs(self) -> int:
        return self.output_dims.size * self.filter_dims.size

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        if target is not self.output:
            return None
        return window_lead(self.window, self.input_dims, self.filter_dims, self.output_dims, together=_COLUMNS)


def _conv2d(call: conv.Conv2D) -> Conv2D | None:
    channels = call.output_dims.c
    rows = call.filter.data.astype(np.int64).reshape(channels, -1)
    bias = call.bias.data.astype(np.int64) - call.input_zero_point * rows.sum(axis=1)
    tables = _tables(call.scales)
    if tables is None or not _fits(rows, bias):
        return None
    groups = -(-rows.shape[1] // 4)
    pointwise = call.filter_dims.size == call.input_dims.c and call.input_dims.c % 4 == 0
    offset, clamp, clamped = _activation(call.range)
    return Conv2D(
        window=call.window,
        input_zero_point=call.input_zero_point,
        offset=offset,
        clamp=clamp,
        clamped=clamped,
        input_dims=call.input_dims,
        input=call.input,
        filter_dims=call.filter_dims,
        stream=Constant(_stream(rows, bias, *tables), call.filter.note),
        scratch=Scratch(4 * 6 * groups + (0 if pointwise else 4 * groups), "int32"),
        output_dims=call.output_dims,
        output=call.output,
    )


def _activation(range_: Range) -> tuple[int, int, int]:
    """`offset` and `clamp` of ss_gemm, and whether the clamp is needed."""
    if (range_.minimum, range_.maximum) == (-128, 127):
        return 2 * range_.zero_point + 1, 0, 0
    clamp = (255 - (range_.maximum - range_.minimum)) | ((range_.maximum - 127) % 256) << 8
    return 2 * (range_.zero_point - range_.minimum - 128) + 1, clamp, 1


def _tables(scales: ChannelScales) -> tuple[Ints, Ints] | None:
    """Multiplier and right shift less one of each channel; None where a multiplier is 1/2 or above.

    Sums are below 2^23, so that what is shifted by 24 bits or more is 0.
    """
    multiplier, shift = scales.multiplier.data.astype(np.int64), -scales.shift.data.astype(np.int64)
    nothing = (multiplier == 0) | (shift >= 24)
    if not np.all(nothing | (shift >= 1)):
        return None
    return np.where(nothing, 0, multiplier), np.where(nothing, 0, shift - 1)


def _fits(rows: Ints, bias: Ints) -> bool:
    """Whether the arithmetic of ss_gemm_armv7em.h is exact for these weights (N, K) and biases (N) and every input."""
    most = bias + np.maximum(127 * rows, -128 * rows).sum(axis=1)
    least = bias + np.minimum(127 * rows, -128 * rows).sum(axis=1)
    words = _words(rows)
    return bool(most.max() < _SUM_LIMIT and least.min() > -_SUM_LIMIT and words.min() >= -(1 << 15))


def _words(rows: Ints) -> Ints:
    """Weights (N, K) as int16 values 256 * w1 + w0, (N, K / 2); K is filled up to a multiple of 4 with zeros."""
    filled = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))
    joined: Ints = filled[:, 0::2] + 256 * filled[:, 1::2]
    return joined


def _stream(rows: Ints, bias: Ints, multiplier: Ints, shift: Ints) -> npt.NDArray[np.int32]:
    """The stream of ss_gemm, for weights (N, K) and tables (N)."""
    if len(rows) % 2:
        rows, bias, multiplier, shift = (
            np.concatenate([table, np.zeros_like(table[:1])]) for table in (rows, bias, multiplier, shift)
        )
    halves = _words(rows)
    filled = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4)))
    start = 256 * bias - 127 * filled[:, 0::2].sum(axis=1)
    words = (halves[:, 0::2] & 0xFFFF) | (halves[:, 1::2] & 0xFFFF) << 16
    pairs = len(rows) // 2
    parts = [
        start.reshape(pairs, 2),
        words.reshape(pairs, 2, -1).transpose(0, 2, 1).reshape(pairs, -1),
        multiplier.reshape(pairs, 2),
        (shift[0::2] | shift[1::2] << 8).reshape(pairs, 1),
    ]
    return np.concatenate(parts, axis=1).astype(np.uint32).view(np.int32).reshape(pairs, -1)


SPECIALISE = {conv.Conv2D: _conv2d}
