"""Element-wise sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.lower import binary
from sensorsmith.compiler.requantize import range_record, scale_record
from sensorsmith.compiler.steps import Call, Range, Scale, Scratch, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import add_scales, zero_point_of


@dataclass(frozen=True, eq=False)
class Add(Call):
    kernel: ClassVar[str] = "add"
    zero_point_1: int
    zero_point_2: int
    range: Range
    scale_1: Scale
    scale_2: Scale
    output_scale: Scale
    size: int
    input_1: Source
    input_2: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


def lower(op: types.Add, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    a, b = layer.input(0), layer.input(1)
    if a.shape != b.shape:
        yield from binary.lower_sum(op, layer, sources, target)
        return
    scale_1, scale_2, output_scale = (scale_record(s) for s in add_scales(a, b, layer.y))
    yield Add(
        zero_point_1=zero_point_of(a),
        zero_point_2=zero_point_of(b),
        range=range_record(layer.y, op.activation),
        scale_1=scale_1,
        scale_2=scale_2,
        output_scale=output_scale,
        size=layer.y.size,
        input_1=sources[0],
        input_2=sources[1],
        output=target,
    )
