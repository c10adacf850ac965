"""Images of another size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.geometry import dims_of
from sensorsmith.compiler.steps import Call, Constant, Dims, Record, Source, Target, width_of
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.resize import bilinear_axis, nearest_pixels

_FARTHEST = 32767


@dataclass(frozen=True)
class Axis(Record):
    """Pixel i of the output lies at i * step + start, in 1/1024 pixel of the input."""

    struct: ClassVar[str] = "ss_axis"
    step: int
    start: int


@dataclass(frozen=True, eq=False)
class ResizeNearest(Call):
    kernel: ClassVar[str] = "resize_nearest"
    width: int
    input_dims: Dims
    input: Source
    rows: Constant
    columns: Constant
    output_dims: Dims
    output: Target


@dataclass(frozen=True, eq=False)
class ResizeBilinear(Call):
    kernel: ClassVar[str] = "resize_bilinear"
    rows: Axis
    columns: Axis
    input_dims: Dims
    input: Source
    output_dims: Dims
    output: Target


def lower(
    op: types.ResizeNearest | types.ResizeBilinear, layer: Layer, sources: tuple[Source, ...], target: Target
) -> Iterator[Call]:
    x, y = dims_of(layer.input(0)), dims_of(layer.y)
    layer.require(
        max(x.h, x.w, y.h, y.w) <= _FARTHEST, f"has more than {_FARTHEST} rows or columns", "use smaller images"
    )
    if isinstance(op, types.ResizeNearest):
        rows, columns = (
            Constant(nearest_pixels(op, size, result).astype(np.int16)) for size, result in ((x.h, y.h), (x.w, y.w))
        )
        yield ResizeNearest(width_of(layer.y), x, sources[0], rows, columns, y, target)
    else:
        down, along = (bilinear_axis(op, size, result) for size, result in ((x.h, y.h), (x.w, y.w)))
        yield ResizeBilinear(Axis(down.step, down.start), Axis(along.step, along.start), x, sources[0], y, target)
