"""AVR: 8 by 8 bits to 16 are the products that it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sensorsmith.compiler.lower import conv, dense
from sensorsmith.compiler.lower.geometry import window_lead
from sensorsmith.compiler.steps import Call, Constant, Dims, Scratch, Source, Target, Window
from sensorsmith.compiler.variants.tables import level_table

_LEAST_WEIGHT = -127  # two products with a weight of -128 may need 17 bits


@dataclass(frozen=True, eq=False)
class Conv2D(Call):
    kernel: ClassVar[str] = "conv2d"
    variant: ClassVar[str] = "avr"
    window: Window
    input_zero_point: int
    bends: int
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    levels: Constant
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """The window is read again for each channel of its pixel."""
        del source, target
        return window_lead(self.window, self.input_dims, self.output_dims, early=self.output_dims.c - 1)


@dataclass(frozen=True, eq=False)
class FullyConnected(Call):
    kernel: ClassVar[str] = "fully_connected"
    variant: ClassVar[str] = "avr"
    bends: int
    inputs: int
    input: Source
    weights: Constant
    levels: Constant
    outputs: int
    output: Target


def _conv2d(call: conv.Conv2D) -> Conv2D | None:
    rows = call.filter.data.reshape(call.output_dims.c, -1).astype(np.int64)
    levels = level_table(call, rows, call.input_zero_point)
    if levels is None or rows.min() < _LEAST_WEIGHT:
        return None
    return Conv2D(
        window=call.window,
        input_zero_point=call.input_zero_point,
        bends=int(levels.data.shape[1] == 6),
        input_dims=call.input_dims,
        input=call.input,
        filter_dims=call.filter_dims,
        filter=call.filter,
        levels=levels,
        output_dims=call.output_dims,
        output=call.output,
    )


def _dense(call: dense.FullyConnected) -> FullyConnected | None:
    rows = call.weights.data.astype(np.int64)
    levels = level_table(call, rows, 0)
    if levels is None or rows.min() < _LEAST_WEIGHT:
        return None
    return FullyConnected(
        bends=int(levels.data.shape[1] == 6),
        inputs=call.inputs,
        input=call.input,
        weights=call.weights,
        levels=levels,
        outputs=call.outputs,
        output=call.output,
    )


SPECIALISE: dict[type[Call], Callable[[Any], Call | None]] = {
    conv.Conv2D: _conv2d,
    dense.FullyConnected: _dense,
}
