"""Sums, means, maxima and minima over axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.nest import element_strides, loops
from sensorsmith.compiler.requantize import check_sums, range_record, reach_of
from sensorsmith.compiler.steps import Call, Dims, Nest, Range, Scale, Scratch, Source, Target, width_of
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.move import whole
from sensorsmith.graph.ops.reduce import mean_multiplier, reduced_axes, sum_multiplier
from sensorsmith.graph.requantize import zero_point_of


@dataclass(frozen=True, eq=False)
class Mean(Call):
    kernel: ClassVar[str] = "mean"
    width: int
    input_zero_point: int
    range: Range
    scale: Scale
    input_dims: Dims
    input: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """A mean is written upon the first of its terms, or before it."""
        del source, target
        return 0


@dataclass(frozen=True, eq=False)
class ReduceSum(Call):
    kernel: ClassVar[str] = "reduce_sum"
    width: int
    correction: int
    range: Range
    scale: Scale
    size: Nest
    stride: Nest
    reduced_size: Nest
    reduced_stride: Nest
    input: Source
    output: Target


@dataclass(frozen=True, eq=False)
class ReduceMaximum(Call):
    kernel: ClassVar[str] = "reduce_maximum"
    flip: int
    size: Nest
    stride: Nest
    reduced_size: Nest
    reduced_stride: Nest
    input: Source
    output: Target


def lower_sum(op: types.Mean | types.Sum, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    x, low_high = layer.input(0), range_record(layer.y, "none")
    count, axes = x.size // layer.y.size, reduced_axes(layer)
    scale = Scale(*(mean_multiplier if isinstance(op, types.Mean) else sum_multiplier)(layer))
    check_sums([count * reach_of(x)], [scale], layer.place, layer.y.dtype)
    first, last = axes[0], axes[-1]
    if all(x.shape[a] == 1 for a in range(first, last) if a not in axes):
        dims = Dims(int(np.prod(x.shape[:first])), count, int(np.prod(x.shape[last + 1 :])))
        yield Mean(width_of(x), zero_point_of(x), low_high, scale, dims, sources[0], target)
    else:
        correction = -zero_point_of(x) * count
        yield ReduceSum(width_of(x), correction, low_high, scale, *_loops(layer), sources[0], target)


def lower_extremum(
    op: types.ReduceExtremum, layer: Layer, sources: tuple[Source, ...], target: Target
) -> Iterator[Call]:
    yield ReduceMaximum(-(op.kind == "minimum"), *_loops(layer), sources[0], target)


def _loops(layer: Layer) -> tuple[Nest, Nest, Nest, Nest]:
    """Counts and strides of the loops over what remains and over what goes."""
    shape, over = layer.input(0).shape, reduced_axes(layer)
    strides = element_strides(whole, layer.input(0))
    kept = [i for i in range(len(shape)) if i not in over]
    size, stride = loops(layer, [shape[i] for i in kept], [strides[i] for i in kept])
    reduced_size, reduced_stride = loops(layer, [shape[i] for i in over], [strides[i] for i in over])
    return size, stride, reduced_size, reduced_stride
