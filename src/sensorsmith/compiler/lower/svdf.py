"""Dense layers that remember their last sums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.weights import data_of
from sensorsmith.compiler.requantize import check_sums, range_record, reach_of, scale_record
from sensorsmith.compiler.steps import Call, Constant, Range, Scale, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.svdf import svdf_scales
from sensorsmith.graph.requantize import zero_point_of


@dataclass(frozen=True, eq=False)
class Svdf(Call):
    kernel: ClassVar[str] = "svdf"
    input_zero_point: int
    range: Range
    state_scale: Scale
    output_scale: Scale
    inputs: int
    input: Source
    feature_weights: Constant
    memory: int
    time_weights: Constant
    rank: int
    bias: Constant
    state: Source
    units: int
    output: Target

    @property
    def macs(self) -> int:
        return self.units * self.rank * (self.inputs + self.memory)


@dataclass(frozen=True, eq=False)
class SvdfS8(Call):
    kernel: ClassVar[str] = "svdf_s8"
    input_zero_point: int
    state_zero_point: int
    range: Range
    state_scale: Scale
    output_scale: Scale
    inputs: int
    input: Source
    feature_weights: Constant
    memory: int
    time_weights: Constant
    rank: int
    bias: Constant
    state: Source
    units: int
    output: Target

    @property
    def macs(self) -> int:
        return self.units * self.rank * (self.inputs + self.memory)


def lower(op: types.Svdf, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    """Sources: the input, and the state."""
    x, time = layer.input(0), data_of(layer.input(2))
    feature = data_of(layer.input(1))
    state_scale, output_scale = (scale_record(scale) for scale in svdf_scales(layer))
    reach = reach_of(x) * np.abs(feature.astype(np.int64)).sum(axis=1)
    check_sums(reach.tolist(), [state_scale] * len(reach), layer.place)
    common = {
        "input_zero_point": zero_point_of(x),
        "range": range_record(layer.y, "none"),
        "state_scale": state_scale,
        "output_scale": output_scale,
        "inputs": feature.shape[1],
        "input": sources[0],
        "feature_weights": Constant(feature),
        "memory": time.shape[1],
        "time_weights": Constant(time),
        "rank": op.rank,
        "bias": Constant(data_of(layer.input(3))),
        "state": sources[1],
        "units": layer.y.size,
        "output": target,
    }
    if time.dtype == np.int16:
        yield Svdf(**common)
    else:
        yield SvdfS8(state_zero_point=zero_point_of(layer.input(4)), **common)
