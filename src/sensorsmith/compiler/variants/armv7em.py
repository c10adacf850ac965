"""Cortex-M4, M7 and M33: see the armv7em files of the runtime for the arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower import conv, dense
from sensorsmith.compiler.lower.geometry import window_lead
from sensorsmith.compiler.steps import (
    SAME_PLACE,
    Call,
    ChannelScales,
    Constant,
    Dims,
    Range,
    Record,
    Scratch,
    Source,
    Target,
    Window,
)
from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier

Ints = npt.NDArray[np.int64]

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


@dataclass(frozen=True)
class Plane(Record):
    """See ss_plane_armv7em.h."""

    struct: ClassVar[str] = "ss_plane"
    size: int
    pitch: int
    origin: int
    rows: int
    columns: int
    row_step: int
    step: int


@dataclass(frozen=True)
class PlaneOutputs(Record):
    """See ss_plane_armv7em.h."""

    struct: ClassVar[str] = "ss_plane_outputs"
    rows: int
    columns: int
    plane_step: int
    stride: int
    row_step: int
    step: int


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D3x3(Call):
    kernel: ClassVar[str] = "depthwise_conv2d_3x3"
    variant: ClassVar[str] = "armv7em"
    plane: Plane
    outputs: PlaneOutputs
    input_zero_point: int
    offset: int
    channels: int
    multiplier: int
    input: Source
    stream: Constant
    scratch: Scratch
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        return _lead_by_channels(self.multiplier, self.plane, self.outputs, target)


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(Call):
    kernel: ClassVar[str] = "depthwise_conv2d"
    variant: ClassVar[str] = "armv7em"
    plane: Plane
    outputs: PlaneOutputs
    input_zero_point: int
    offset: int
    clamp: int
    clamped: int
    channels: int
    multiplier: int
    input: Source
    rows: int
    columns: int
    stream: Constant
    scratch: Scratch
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        return _lead_by_channels(self.multiplier, self.plane, self.outputs, target)


def _lead_by_channels(multiplier: int, plane: Plane, outputs: PlaneOutputs, target: Target | Scratch) -> int | None:
    """Channel by channel, an output takes the place of an input of the same channel, which has been read."""
    fewer = outputs.rows * outputs.columns <= plane.rows * plane.columns
    return SAME_PLACE if isinstance(target, Target) and multiplier == 1 and fewer else None


@dataclass(frozen=True, eq=False)
class _Rows:
    """What of a layer's weights goes into a stream.

    Attributes:
        weights: (N, K), for activations whose zero point is folded into `bias`.
        bias: (N).
        multiplier, shift: (N); the factor is multiplier / 2^31 * 2^-(shift + 1).
    """

    weights: Ints
    bias: Ints
    multiplier: Ints
    shift: Ints


def _rows_of(weights: Ints, bias: Ints, scales: ChannelScales, range_: Range, limit: int) -> _Rows | None:
    """Weights (N, K) and folded biases (N), if sums stay below a limit and multipliers below 1/2.

    Sums of channels whose output is the same for every input may be larger (trained networks have dead channels, of
    tiny scale): such a channel gets a bias that gives this output, and no weights.
    """
    multiplier, left = scales.multiplier.data.astype(np.int64), scales.shift.data.astype(np.int64)
    most = bias + np.maximum(127 * weights, -128 * weights).sum(axis=1)
    least = bias + np.minimum(127 * weights, -128 * weights).sum(axis=1)
    ends = [
        np.clip(
            multiply_by_quantized_multiplier(end, multiplier, left) + range_.zero_point, range_.minimum, range_.maximum
        )
        for end in (least, most)
    ]
    constant = ends[0] == ends[1]
    reach = np.maximum(np.abs(most), np.abs(least))
    # ss_round_to_int8 adds at most 255 * 2^shift to the scaled sum.
    rounded = (reach * multiplier >> 31) + (256 << np.clip(-left - 1, 0, 31))
    fits = ~constant & (reach < limit) & (left <= -1) & (rounded < 1 << 31)
    if not np.all(constant | fits):
        return None
    return _Rows(
        np.where(fits[:, None], weights, 0),
        # With a factor of 1/4, four times the output without its zero point.
        np.where(fits, bias, 4 * (ends[0] - range_.zero_point)),
        np.where(fits, multiplier, 1 << 30),
        np.where(fits, -left - 1, 0),
    )


def _activation(range_: Range) -> tuple[int, int, int]:
    """`offset` and `clamp` of ss_finish_armv7em, and whether the clamp is needed."""
    if (range_.minimum, range_.maximum) == (-128, 127):
        return 2 * range_.zero_point + 1, 0, 0
    clamp = (255 - (range_.maximum - range_.minimum)) | ((range_.maximum - 127) % 256) << 8
    return 2 * (range_.zero_point - range_.minimum - 128) + 1, clamp, 1


def _folded_bias(call: conv.Conv2D, weights: Ints) -> Ints:
    bias: Ints = call.bias.data.astype(np.int64) - call.input_zero_point * weights.sum(axis=1)
    return bias


def _conv2d(call: conv.Conv2D) -> Call | None:
    x, y, window = call.input_dims, call.output_dims, call.window
    weights = call.filter.data.astype(np.int64).reshape(y.c, -1)
    bias = _folded_bias(call, weights)
    if call.filter_dims == x and (y.h, y.w, window.pad_h, window.pad_w) == (1, 1, 0, 0):
        return _dense(weights, bias, call.scales, call.range, call.filter.note, call)
    rows = _rows_of(weights, bias, call.scales, call.range, limit=1 << 23)
    if rows is None or _words(rows.weights).min() < -(1 << 15):
        return None
    groups, words = -(-weights.shape[1] // 4), x.c % 4 == 0
    offset, clamp, clamped = _activation(call.range)
    stream = Constant(_stream(rows, 2), call.filter.note)
    if call.filter_dims.size == x.c and words and (x.h, x.w) == (y.h, y.w):
        return PointwiseConv2D(
            offset=offset,
            clamp=clamp,
            clamped=clamped,
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
        input_dims=x,
        input=call.input,
        filter_dims=call.filter_dims,
        stream=stream,
        scratch=Scratch(4 * 6 * groups + (0 if words else 4 * groups), "int32"),
        output_dims=y,
        output=call.output,
    )


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


def _fully_connected(call: dense.FullyConnected) -> Call | None:
    weights = call.weights.data.astype(np.int64)
    return _dense(weights, call.bias.data.astype(np.int64), call.scales, call.range, call.weights.note, call)


def _dense(
    weights: Ints, bias: Ints, scales: ChannelScales, range_: Range, note: str, call: dense.FullyConnected | conv.Conv2D
) -> Call | None:
    rows = _rows_of(weights, bias, scales, range_, limit=1 << 23)
    if rows is None or _words(rows.weights).min() < -(1 << 15):
        return None
    offset, clamp, clamped = _activation(range_)
    if weights.size < _SMALL_LAYER and weights.shape[1] % 4 == 0:
        # Two thirds of the work are in vain, but a kernel less is in flash: convolutions have brought this one.
        return PointwiseConv2D(
            offset=offset,
            clamp=clamp,
            clamped=clamped,
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


def _stream(rows: _Rows, together: int, row_scales: bool = True) -> npt.NDArray[np.int32]:
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
    return _as_int32(np.concatenate(parts, axis=1))


def _as_int32(words: Ints) -> npt.NDArray[np.int32]:
    """The low 32 bits of each."""
    return words.astype(np.uint32).view(np.int32)


@dataclass(frozen=True)
class _Axis:
    """What a depthwise convolution does along one dimension of the image.

    Attributes:
        input_step, output_step: pixels from one to the next.
    """

    inputs: int
    outputs: int
    taps: int
    stride: int
    pad: int
    input_step: int
    output_step: int


def _depthwise(call: conv.DepthwiseConv2D) -> DepthwiseConv2D | DepthwiseConv2D3x3 | None:
    x, y, window = call.input_dims, call.output_dims, call.window
    taps = call.filter.data.astype(np.int64).reshape(call.filter_dims.h, call.filter_dims.w, y.c).transpose(2, 0, 1)
    weights = taps.reshape(y.c, -1)
    rows = _rows_of(weights, _folded_bias(call, weights), call.scales, call.range, limit=1 << 30)
    dilated = (window.dilation_h > 1 and taps.shape[1] > 1) or (window.dilation_w > 1 and taps.shape[2] > 1)
    if rows is None or dilated:
        return None
    taps = rows.weights.reshape(taps.shape)
    across = _Axis(x.h, y.h, taps.shape[1], window.stride_h, window.pad_h, x.w, y.w)
    along = _Axis(x.w, y.w, taps.shape[2], window.stride_w, window.pad_w, 1, 1)
    # Whichever needs less work lies along the rows of the plane.
    if _work(across) * along.outputs < _work(along) * across.outputs:
        across, along, taps = along, across, taps.transpose(0, 2, 1)
    offset, clamp, clamped = _activation(call.range)
    plane = _plane(across, along, x.c)
    outputs = PlaneOutputs(
        rows=across.outputs,
        columns=along.outputs,
        plane_step=across.stride * plane.pitch,
        stride=along.stride,
        row_step=across.output_step * y.c,
        step=along.output_step * y.c,
    )
    three = taps.shape[1:] == (3, 3) and along.stride <= 2 and not clamped
    if three:
        return DepthwiseConv2D3x3(
            plane=plane,
            outputs=outputs,
            input_zero_point=call.input_zero_point,
            offset=offset,
            channels=x.c,
            multiplier=y.c // x.c,
            input=call.input,
            stream=Constant(_stream_3x3(taps, rows), call.filter.note),
            scratch=Scratch(2 * plane.size, "int16"),
            output=call.output,
        )
    return DepthwiseConv2D(
        plane=plane,
        outputs=outputs,
        input_zero_point=call.input_zero_point,
        offset=offset,
        clamp=clamp,
        clamped=clamped,
        channels=x.c,
        multiplier=y.c // x.c,
        input=call.input,
        rows=across.taps,
        columns=along.taps,
        stream=Constant(_stream_of_taps(taps, rows), call.filter.note),
        scratch=Scratch(2 * plane.size + 4 * across.taps * -(-along.taps // 2), "int16"),
        output=call.output,
    )


def _work(along: _Axis) -> int:
    """Instructions for a row of outputs by windows of three, less those that any row needs."""
    pairs, singles = divmod(along.outputs, 2) if along.stride == 1 else (0, along.outputs)
    return 37 * pairs + 24 * singles


def _plane(across: _Axis, along: _Axis, channels: int) -> Plane:
    """A plane that holds all that the windows read, of which two are worked on together, by words of two taps."""
    last = along.stride * (2 * -(-along.outputs // 2) - 1)
    pitch = last + 2 * -(-along.taps // 2)
    pitch += pitch % 2
    rows = (across.outputs - 1) * across.stride + across.taps
    return Plane(
        size=rows * pitch,
        pitch=pitch,
        origin=across.pad * pitch + along.pad,
        rows=min(across.inputs, rows - across.pad),
        columns=min(along.inputs, pitch - along.pad),
        row_step=across.input_step * channels,
        step=along.input_step * channels,
    )


def _stream_3x3(taps: Ints, rows: _Rows) -> npt.NDArray[np.int32]:
    """The stream of kernels/depthwise_conv2d_3x3/armv7em.h, for taps (N, 3, 3)."""
    words = ((taps & 0xFF) << np.array([0, 8, 16])).sum(axis=2)
    words[:, 0] |= rows.shift << 24
    return _as_int32(np.column_stack([2 * rows.bias, rows.multiplier, words]))


def _stream_of_taps(taps: Ints, rows: _Rows) -> npt.NDArray[np.int32]:
    """The stream of kernels/depthwise_conv2d/armv7em.h, for taps (N, rows, columns)."""
    flat = np.column_stack([rows.shift, taps.reshape(len(taps), -1)]).astype(np.int8)
    words = np.ascontiguousarray(np.pad(flat, ((0, 0), (0, -flat.shape[1] % 4)))).view("<i4")
    return np.column_stack([2 * rows.bias, rows.multiplier, words]).astype(np.int32)


SPECIALISE: dict[type[Call], Callable[[Any], Call | None]] = {
    conv.Conv2D: _conv2d,
    conv.DepthwiseConv2D: _depthwise,
    dense.FullyConnected: _fully_connected,
}
