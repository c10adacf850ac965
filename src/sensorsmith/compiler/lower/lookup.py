"""Functions of a single int8: the compiler fills a table with the interpreter's own values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sensorsmith.compiler.steps import Call, Constant, Scratch, Source, Target
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.ops.family import Layer


@dataclass(frozen=True, eq=False)
class Lookup(Call):
    kernel: ClassVar[str] = "lookup"
    table: Constant
    size: int
    input: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


def lower(op: Any, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    """For an operator whose first input is int8, and any others constants of one element."""
    every = np.arange(-128, 128, dtype=np.int8)
    values = family_of(op).int8(op, layer, every, *(None if t is None else t.data for t in layer.x[1:]))
    yield Lookup(Constant(values.reshape(256), "by input, from -128"), layer.y.size, sources[0], target)
