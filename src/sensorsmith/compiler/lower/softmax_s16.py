"""Softmax of int16 activations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.requantize import scale_record
from sensorsmith.compiler.steps import Call, Constant, Scale, Scratch, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.softmax_16 import exp_table, input_scale_16, reciprocal_table


@dataclass(frozen=True, eq=False)
class SoftmaxS16(Call):
    kernel: ClassVar[str] = "softmax_s16"
    scale: Scale
    exponential: Constant
    reciprocal: Constant
    rows: int
    classes: int
    input: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


def lower(op: types.Softmax, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    x = layer.input(0)
    classes = x.shape[-1]
    scale = scale_record(input_scale_16(op, x))
    exponential = Constant(exp_table(), "exp(x) for x from -10 to 0")
    reciprocal = Constant(reciprocal_table(), "1 / (1 + x) for x from 0 to 1")
    yield SoftmaxS16(scale, exponential, reciprocal, x.size // classes, classes, sources[0], target)
