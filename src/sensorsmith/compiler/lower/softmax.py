"""Softmax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.steps import Call, Scale, Scratch, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.softmax import softmax_constants


@dataclass(frozen=True, eq=False)
class Softmax(Call):
    kernel: ClassVar[str] = "softmax"
    lowest: int
    scale: Scale
    rows: int
    classes: int
    input: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """A row is written in a pass of its own, each element after its last read."""
        del source, target
        return 0


def lower(op: types.Softmax, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    x = layer.input(0)
    classes = x.shape[-1]
    # TFLite Micro aborts where the exponentials add up to 512.
    layer.require(classes < 512, f"has {classes} classes", "use fewer than 512 classes")
    multiplier, shift, lowest = softmax_constants(op, x)
    yield Softmax(lowest, Scale(multiplier, shift), x.size // classes, classes, sources[0], target)
