"""Positions of the largest or smallest element."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.steps import Call, Dims, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.arg import searched_axis
from sensorsmith.graph.ops.family import Layer


@dataclass(frozen=True, eq=False)
class ArgMaximum(Call):
    kernel: ClassVar[str] = "arg_maximum"
    flip: int
    input_dims: Dims
    input: Source
    output: Target


def lower(op: types.ArgMax | types.ArgMin, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    shape, axis = layer.input(0).shape, searched_axis(layer)
    dims = Dims(math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]))
    yield ArgMaximum(-isinstance(op, types.ArgMin), dims, sources[0], target)
