"""Depthwise convolutions on planes (runtime/ss_plane_armv7em.h)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.lower import conv
from sensorsmith.compiler.steps import SAME_PLACE, Call, Constant, Record, Scratch, Source, Target
from sensorsmith.compiler.variants.armv7em.rows import (
    Ints,
    Rows,
    activation_of,
    as_int32,
    folded_bias,
    rectified,
    rows_of,
)


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
    rectified: int
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


def depthwise_conv2d(call: conv.DepthwiseConv2D) -> DepthwiseConv2D | DepthwiseConv2D3x3 | None:
    x, y, window = call.input_dims, call.output_dims, call.window
    taps = call.filter.data.astype(np.int64).reshape(call.filter_dims.h, call.filter_dims.w, y.c).transpose(2, 0, 1)
    weights = taps.reshape(y.c, -1)
    rows = rows_of(weights, folded_bias(call, weights), call.scales, call.range, limit=1 << 30)
    dilated = (window.dilation_h > 1 and taps.shape[1] > 1) or (window.dilation_w > 1 and taps.shape[2] > 1)
    if rows is None or dilated:
        return None
    taps = rows.weights.reshape(taps.shape)
    across = _Axis(x.h, y.h, taps.shape[1], window.stride_h, window.pad_h, x.w, y.w)
    along = _Axis(x.w, y.w, taps.shape[2], window.stride_w, window.pad_w, 1, 1)
    # Whichever needs less work lies along the rows of the plane.
    if _work(across) * along.outputs < _work(along) * across.outputs:
        across, along, taps = along, across, taps.transpose(0, 2, 1)
    offset, clamp, clamped = activation_of(call.range)
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
            rectified=rectified(call.range, y.size),
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


def _stream_3x3(taps: Ints, rows: Rows) -> npt.NDArray[np.int32]:
    """The stream of kernels/depthwise_conv2d_3x3/armv7em.h, for taps (N, 3, 3)."""
    words = ((taps & 0xFF) << np.array([0, 8, 16])).sum(axis=2)
    words[:, 0] |= rows.shift << 24
    return as_int32(np.column_stack([2 * rows.bias, rows.multiplier, words]))


def _stream_of_taps(taps: Ints, rows: Rows) -> npt.NDArray[np.int32]:
    """The stream of kernels/depthwise_conv2d/armv7em.h, for taps (N, rows, columns)."""
    flat = np.column_stack([rows.shift, taps.reshape(len(taps), -1)]).astype(np.int8)
    words = np.ascontiguousarray(np.pad(flat, ((0, 0), (0, -flat.shape[1] % 4)))).view("<i4")
    return np.column_stack([2 * rows.bias, rows.multiplier, words]).astype(np.int32)
