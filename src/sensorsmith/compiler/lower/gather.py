"""Slices picked by a table of positions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.steps import Call, Constant, Dims, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer


@dataclass(frozen=True, eq=False)
class Gather(Call):
    kernel: ClassVar[str] = "gather"
    input_dims: Dims
    input: Source
    count: int
    positions: Constant
    output: Target


def lower(op: types.Gather, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    shape, positions = layer.input(0).shape, layer.input(1).data
    assert positions is not None, layer.place
    axis = op.axis % len(shape)
    dims = Dims(math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]))
    table = Constant(positions.ravel().astype(np.int32))
    yield Gather(dims, sources[0], positions.size, table, target)
