"""Functions of a single int16."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.requantize import range_record, scale_record
from sensorsmith.compiler.steps import Call, Constant, Range, Scale, Scratch, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.sigmoid_16 import input_scaling, sigmoid_table
from sensorsmith.graph.requantize import leaky_scales, mean_scale


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
