"""Pooling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.lower.geometry import column_as_row, dims_of, window_lead, window_of
from sensorsmith.compiler.requantize import check_sums, range_record
from sensorsmith.compiler.steps import Call, Dims, Range, Scale, Scratch, Source, Target, Window
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer


@dataclass(frozen=True, eq=False)
class AveragePool(Call):
    kernel: ClassVar[str] = "average_pool"
    window: Window
    range: Range
    input_dims: Dims
    input: Source
    pool_dims: Dims
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """Each channel of a pixel reads its own."""
        del source, target
        return window_lead(self.window, self.input_dims, self.output_dims)


@dataclass(frozen=True, eq=False)
class MaxPool(AveragePool):
    kernel: ClassVar[str] = "max_pool"


def lower(op: types.Pool2D, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    x, y, pool = dims_of(layer.input(0)), dims_of(layer.y), Dims(*op.size, 1)
    # Twice the largest sum, rounded up, for the kernel's division.
    check_sums([258 * pool.size], [Scale(0, 0)], layer.place)
    window, x, pool, y = column_as_row(window_of(op, x, pool, layer), x, pool, y)
    # Values pass unscaled, so that the zero point takes no part.
    low_high = range_record(layer.y, op.activation)
    yield (AveragePool if op.kind == "average" else MaxPool)(
        window=window,
        range=Range(0, low_high.minimum, low_high.maximum),
        input_dims=x,
        input=sources[0],
        pool_dims=pool,
        output_dims=y,
        output=target,
    )
