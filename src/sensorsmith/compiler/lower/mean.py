"""Means over axes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.requantize import check_sums, range_record, scale_record
from sensorsmith.compiler.steps import Call, Dims, Range, Scale, Scratch, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.mean import mean_axes
from sensorsmith.graph.requantize import mean_scale, zero_point_of


@dataclass(frozen=True, eq=False)
class Mean(Call):
    kernel: ClassVar[str] = "mean"
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


def lower(_op: types.Mean, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    """Source of the scale: QuantizedMeanOrSum in tensorflow/lite/kernels/internal/reference/reduce.h."""
    x = layer.input(0)
    axes = mean_axes(x, layer.input(1))
    first, last = axes[0], axes[-1]
    layer.require(
        all(x.shape[a] == 1 for a in range(first, last) if a not in axes),
        f"its axes {list(axes)} are not neighbours",
        "take one mean after the other",
    )
    count = int(np.prod(x.shape[first : last + 1]))
    dims = Dims(int(np.prod(x.shape[:first])), count, int(np.prod(x.shape[last + 1 :])))
    whole = scale_record(mean_scale(x, layer.y))
    up = min(count.bit_length() - 1, 32, 31 + whole.shift)
    scale = Scale((whole.multiplier << up) // count, whole.shift - up)
    check_sums([count * 255], [scale], layer.place)
    low_high = range_record(layer.y, "none")
    yield Mean(zero_point_of(x), low_high, scale, dims, sources[0], target)
