"""Long short-term memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sensorsmith.compiler.lower.weights import data_of
from sensorsmith.compiler.requantize import channel_scales, check_sums, range_record, scale_record
from sensorsmith.compiler.steps import Call, ChannelScales, Constant, Range, Scale, Scratch, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.fixedpoint import Ints
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.lstm import (
    BIAS,
    HIDDEN,
    RECURRENT,
    WEIGHTS,
    X,
    cell_clip,
    cell_power,
    lstm_scales,
    tanh_multiplier,
)
from sensorsmith.graph.ops.sigmoid_16 import sigmoid_table
from sensorsmith.graph.requantize import zero_point_of


@dataclass(frozen=True, eq=False)
class Lstm(Call):
    kernel: ClassVar[str] = "lstm"
    range: Range
    scales: ChannelScales
    forget_scale: Scale
    update_scale: Scale
    output_scale: Scale
    multiplier: int
    shift: int
    clip: int
    table: Constant
    steps: int
    inputs: int
    input: Source
    weights: Constant
    bias: Constant
    recurrent: Constant
    hidden_bias: Constant
    hidden: Source
    cell: Source
    gates: Scratch
    units: int
    output: Target

    @property
    def macs(self) -> int:
        return self.steps * 4 * self.units * (self.inputs + self.units)


def lower(op: types.Lstm, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    """Sources: the input, the hidden state and the cell state."""
    _, steps, inputs = layer.input(X).shape
    units, reals = layer.y.shape[-1], lstm_scales(layer)
    scales = channel_scales(np.asarray([*reals.input, *reals.recurrent]), 8)
    weights, recurrent = (
        np.stack([data_of(layer.input(first + gate)) for gate in range(4)]) for first in (WEIGHTS, RECURRENT)
    )
    given = np.stack([data_of(layer.input(BIAS + gate)) for gate in range(4)]).astype(np.int64)
    bias = given - zero_point_of(layer.input(X)) * weights.astype(np.int64).sum(axis=2)
    hidden_bias = -zero_point_of(layer.input(HIDDEN)) * recurrent.astype(np.int64).sum(axis=2)
    reach = np.stack([_reach(bias, weights), _reach(hidden_bias, recurrent)]).ravel()
    check_sums(reach.tolist(), [scale for scale in scales.each() for _ in range(units)], layer.place)
    multiplier, shift = tanh_multiplier(cell_power(layer))
    yield Lstm(
        range=range_record(layer.y, "none"),
        scales=scales,
        forget_scale=scale_record(reals.forget),
        update_scale=scale_record(reals.update),
        output_scale=scale_record(reals.output),
        multiplier=multiplier,
        shift=shift,
        clip=cell_clip(op, layer) or 32768,
        table=Constant(sigmoid_table(), "of the logistic function, at every 1/24"),
        steps=steps,
        inputs=inputs,
        input=sources[0],
        weights=Constant(weights),
        bias=Constant(bias.astype(np.int32), "the input's zero point folded in"),
        recurrent=Constant(recurrent),
        hidden_bias=Constant(hidden_bias.astype(np.int32), "of the hidden state's zero point"),
        hidden=sources[1],
        cell=sources[2],
        gates=Scratch(8 * units, "int16"),
        units=units,
        output=target,
    )


def _reach(bias: Ints, weights: np.ndarray) -> Ints:
    """The largest magnitude of each sum, (4, units)."""
    reach: Ints = np.abs(bias) + 128 * np.abs(weights.astype(np.int64)).sum(axis=2)
    return reach
