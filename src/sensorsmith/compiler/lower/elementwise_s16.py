"""Element-wise operators on int16 activations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.lower.binary import broadcast_loops
from sensorsmith.compiler.requantize import check_sums, range_record, scale_record
from sensorsmith.compiler.steps import Call, Constant, Nest, Range, Scale, Scratch, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.sigmoid_16 import input_scaling, sigmoid_table
from sensorsmith.graph.requantize import add_scales, leaky_scales, mean_scale, mul_scale


@dataclass(frozen=True, eq=False)
class SumS16(Call):
    kernel: ClassVar[str] = "sum_s16"
    sign: int
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
class MulS16(Call):
    kernel: ClassVar[str] = "mul_s16"
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
class LeakyReluS16(Call):
    kernel: ClassVar[str] = "leaky_relu_s16"
    range: Range
    positive_scale: Scale
    negative_scale: Scale
    sign: int
    size: int
    input: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


@dataclass(frozen=True, eq=False)
class LogisticS16(Call):
    kernel: ClassVar[str] = "logistic_s16"
    multiplier: int
    shift: int
    table: Constant
    size: int
    input: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


@dataclass(frozen=True, eq=False)
class TanhS16(LogisticS16):
    kernel: ClassVar[str] = "tanh_s16"


def lower_sum(op: types.Add | types.Sub, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    scale_1, scale_2, output_scale = (scale_record(s) for s in add_scales(layer.input(0), layer.input(1), layer.y))
    size, stride_1, stride_2 = broadcast_loops(layer)
    yield SumS16(
        sign=1 if isinstance(op, types.Add) else -1,
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
    scale = scale_record(mul_scale(layer.input(0), layer.input(1), layer.y))
    check_sums([1 << 30], [scale], layer.place)
    size, stride_1, stride_2 = broadcast_loops(layer)
    low_high = range_record(layer.y, op.activation)
    yield MulS16(low_high, scale, size, stride_1, sources[0], stride_2, sources[1], target)


def lower_leaky(op: types.LeakyRelu, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    identity, slope = leaky_scales(op, layer.input(0), layer.y)
    yield _rectifier(layer, range_record(layer.y, "none"), identity, slope, sources[0], target)


def lower_relu(_op: types.Relu, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    identity = mean_scale(layer.input(0), layer.y)
    yield _rectifier(layer, range_record(layer.y, "relu"), identity, 0.0, sources[0], target)


def lower_relu6(_op: types.Relu6, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    """Values pass unscaled."""
    yield _rectifier(layer, range_record(layer.y, "relu6"), 1.0, 0.0, sources[0], target)


def _rectifier(
    layer: Layer, low_high: Range, positive: float, negative: float, source: Source, target: Target
) -> LeakyReluS16:
    sign = -1 if negative < 0 else 1
    scales = scale_record(positive), scale_record(abs(negative))
    return LeakyReluS16(low_high, *scales, sign, layer.y.size, source, target)


def lower_sigmoid(
    op: types.Logistic | types.Tanh, layer: Layer, sources: tuple[Source, ...], target: Target
) -> Iterator[Call]:
    table = Constant(sigmoid_table(), "of the logistic function, at every 1/24")
    call = LogisticS16 if isinstance(op, types.Logistic) else TanhS16
    yield call(*input_scaling(op, layer), table, layer.y.size, sources[0], target)


def _lead(call: SumS16 | MulS16, source: Source) -> int | None:
    """In place where an input is read in the order in which the output is written."""
    once = Nest(0, 0, 0, 0, 1)
    ends = ((call.input_1, call.stride_1), (call.input_2, call.stride_2))
    return 0 if all(stride == once for end, stride in ends if end == source) else None
