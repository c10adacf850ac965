"""From one scale to another, between widths, and magnitudes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.lower import lookup
from sensorsmith.compiler.requantize import range_record, scale_record
from sensorsmith.compiler.steps import Call, Range, Scale, Scratch, Source, Target, width_of
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import mean_scale, zero_point_of


@dataclass(frozen=True, eq=False)
class Requantize(Call):
    kernel: ClassVar[str] = "requantize"
    unsign: int
    zero_point: int
    range: Range
    scale: Scale
    size: int
    input_width: int
    input: Source
    output_width: int
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """What is written ahead of the reading, where the output is wider, may reach the last element at most."""
        del source, target
        return (self.output_width > self.input_width) * (self.size - 1)


def lower(op: types.Abs | types.Quantize, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    x, y = layer.input(0), layer.y
    if x.dtype == y.dtype == "int8":
        yield from lookup.lower(op, layer, sources, target)
        return
    yield Requantize(
        unsign=-isinstance(op, types.Abs),
        zero_point=zero_point_of(x),
        range=range_record(y, "none"),
        scale=scale_record(mean_scale(x, y)),
        size=y.size,
        input_width=width_of(x),
        input=sources[0],
        output_width=width_of(y),
        output=target,
    )
