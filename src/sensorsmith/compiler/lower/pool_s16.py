"""Pooling of int16 activations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.lower.geometry import column_as_row, dims_of, window_of
from sensorsmith.compiler.requantize import check_sums, range_record
from sensorsmith.compiler.steps import Call, Dims, Range, Scale, Source, Target, Window
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer


@dataclass(frozen=True, eq=False)
class AveragePoolS16(Call):
    kernel: ClassVar[str] = "average_pool_s16"
    window: Window
    range: Range
    input_dims: Dims
    input: Source
    pool_dims: Dims
    output_dims: Dims
    output: Target


@dataclass(frozen=True, eq=False)
class MaxPoolS16(AveragePoolS16):
    kernel: ClassVar[str] = "max_pool_s16"


def lower(op: types.Pool2D, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    x, y, pool = dims_of(layer.input(0)), dims_of(layer.y), Dims(*op.size, 1)
    # Twice the largest sum, rounded up, for the kernel's division.
    check_sums([65538 * pool.size], [Scale(0, 0)], layer.place)
    window, x, pool, y = column_as_row(window_of(op, x, pool, layer), x, pool, y)
    call = AveragePoolS16 if op.kind == "average" else MaxPoolS16
    yield call(window, range_record(layer.y, op.activation), x, sources[0], pool, y, target)
