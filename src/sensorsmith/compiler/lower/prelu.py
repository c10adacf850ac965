"""Rectifiers whose slope differs from element to element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower import lookup
from sensorsmith.compiler.requantize import range_record, scale_record
from sensorsmith.compiler.steps import Call, Constant, Range, Scale, Scratch, Source, Target, width_of
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import prelu_scales, zero_point_of


@dataclass(frozen=True, eq=False)
class Prelu(Call):
    kernel: ClassVar[str] = "prelu"
    width: int
    input_zero_point: int
    alpha_zero_point: int
    range: Range
    positive_scale: Scale
    negative_scale: Scale
    repeats: int
    input: Source
    alphas: int
    alpha: Constant
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


def lower(op: types.Prelu, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    x, alpha = layer.input(0), layer.input(1)
    assert alpha.data is not None, alpha.name
    if alpha.size == 1 and x.dtype == "int8":
        yield from lookup.lower(op, layer, sources, target)
        return
    repeated = _repeated(alpha.data.astype(np.int8), x.shape)
    identity, slope = prelu_scales(x, alpha, layer.y)
    yield Prelu(
        width=width_of(x),
        input_zero_point=zero_point_of(x),
        alpha_zero_point=zero_point_of(alpha),
        range=range_record(layer.y, "none"),
        positive_scale=scale_record(identity),
        negative_scale=scale_record(slope),
        repeats=x.size // repeated.size,
        input=sources[0],
        alphas=repeated.size,
        alpha=Constant(repeated),
        output=target,
    )


def _repeated(alpha: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The slopes of so many last dimensions that they repeat along all others."""
    own = (1,) * (len(shape) - alpha.ndim) + alpha.shape
    first = next((i for i, n in enumerate(own) if n != 1), len(own))
    return np.ascontiguousarray(np.broadcast_to(alpha.reshape(own[first:]), shape[first:]))
