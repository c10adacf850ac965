"""Operators on two tensors that broadcast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.nest import element_strides, lead, loops
from sensorsmith.compiler.requantize import check_sums, range_record, reach_of, scale_record
from sensorsmith.compiler.steps import Call, Nest, Range, Scale, Scratch, Source, Target, width_of
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import add_left_shift, add_scales, mul_scale, zero_point_of


@dataclass(frozen=True, eq=False)
class Sum(Call):
    kernel: ClassVar[str] = "sum"
    width: int
    unit: int
    sign: int
    zero_point_1: int
    zero_point_2: int
    range: Range
    scale_1: Scale
    scale_2: Scale
    output_scale: Scale
    size: Nest
    stride_1: Nest
    input_1: Source
    stride_2: Nest
    input_2: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del target
        return _lead(self, source)


@dataclass(frozen=True, eq=False)
class Mul(Call):
    kernel: ClassVar[str] = "mul"
    width: int
    zero_point_1: int
    zero_point_2: int
    range: Range
    scale: Scale
    size: Nest
    stride_1: Nest
    input_1: Source
    stride_2: Nest
    input_2: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del target
        return _lead(self, source)


@dataclass(frozen=True, eq=False)
class Maximum(Call):
    kernel: ClassVar[str] = "maximum"
    width: int
    flip: int
    size: Nest
    stride_1: Nest
    input_1: Source
    stride_2: Nest
    input_2: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del target
        return _lead(self, source)


def _lead(call: Sum | Mul | Maximum, source: Source) -> int | None:
    ends = ((call.input_1, call.stride_1), (call.input_2, call.stride_2))
    leads = [lead(call.size, stride) for end, stride in ends if end == source]
    return None if None in leads else call.width * max(each for each in leads if each is not None)


def broadcast_loops(layer: Layer) -> tuple[Nest, Nest, Nest]:
    """Counts, and the strides of both inputs in elements; 0 along dimensions in which an input has size 1."""
    shape = layer.y.shape
    strides = [element_strides(partial(np.broadcast_to, shape=shape), layer.input(i)) for i in (0, 1)]
    size, first, second = loops(layer, shape, *strides)
    return size, first, second


def lower_sum(op: types.Add | types.Sub, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    """But for sums of int8 tensors of one shape, which lower/add.py takes."""
    a, b = layer.input(0), layer.input(1)
    scale_1, scale_2, output_scale = (scale_record(s) for s in add_scales(a, b, layer.y))
    size, stride_1, stride_2 = broadcast_loops(layer)
    yield Sum(
        width=width_of(layer.y),
        unit=1 << add_left_shift(layer.y),
        sign=1 if isinstance(op, types.Add) else -1,
        zero_point_1=zero_point_of(a),
        zero_point_2=zero_point_of(b),
        range=range_record(layer.y, op.activation),
        scale_1=scale_1,
        scale_2=scale_2,
        output_scale=output_scale,
        size=size,
        stride_1=stride_1,
        input_1=sources[0],
        stride_2=stride_2,
        input_2=sources[1],
        output=target,
    )


def lower_mul(op: types.Mul, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    a, b = layer.input(0), layer.input(1)
    scale = scale_record(mul_scale(a, b, layer.y))
    check_sums([reach_of(a) * reach_of(b)], [scale], layer.place, layer.y.dtype)
    size, stride_1, stride_2 = broadcast_loops(layer)
    yield Mul(
        width=width_of(layer.y),
        zero_point_1=zero_point_of(a),
        zero_point_2=zero_point_of(b),
        range=range_record(layer.y, op.activation),
        scale=scale,
        size=size,
        stride_1=stride_1,
        input_1=sources[0],
        stride_2=stride_2,
        input_2=sources[1],
        output=target,
    )


def lower_extremum(op: types.Extremum, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    size, stride_1, stride_2 = broadcast_loops(layer)
    flip = -(op.kind == "minimum")
    yield Maximum(width_of(layer.y), flip, size, stride_1, sources[0], stride_2, sources[1], target)
