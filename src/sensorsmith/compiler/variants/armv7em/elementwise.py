"""Sums and pooling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sensorsmith.compiler.lower import add, pool
from sensorsmith.compiler.lower.geometry import window_lead
from sensorsmith.compiler.steps import Call, Dims, Range, Scale, Scratch, Source, Target, Window
from sensorsmith.compiler.variants.armv7em.rows import activation_of

_MOST_PIXELS = 255  # whose sum fits 16 bits


@dataclass(frozen=True, eq=False)
class Add(Call):
    kernel: ClassVar[str] = "add"
    variant: ClassVar[str] = "armv7em"
    zero_point_1: int
    zero_point_2: int
    offset: int
    clamp: int
    clamped: int
    scale_1: Scale
    scale_2: Scale
    multiplier: int
    shift: int
    size: int
    input_1: Source
    input_2: Source
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        del source, target
        return 0


@dataclass(frozen=True, eq=False)
class MaxPool(Call):
    kernel: ClassVar[str] = "max_pool"
    variant: ClassVar[str] = "armv7em"
    window: Window
    input_dims: Dims
    input: Source
    pool_dims: Dims
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """Each four channels of a pixel read their own."""
        del source, target
        return window_lead(self.window, self.input_dims, self.output_dims)


@dataclass(frozen=True, eq=False)
class AveragePool(Call):
    kernel: ClassVar[str] = "average_pool"
    variant: ClassVar[str] = "armv7em"
    window: Window
    range: Range
    input_dims: Dims
    input: Source
    pool_dims: Dims
    output_dims: Dims
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int:
        """Each four channels of a pixel read their own."""
        del source, target
        return window_lead(self.window, self.input_dims, self.output_dims)


def sum_of_two(call: add.Add) -> Add | None:
    shift = -call.output_scale.shift - 1
    # The terms are below 2^28 each; see ss_round_to_int8 for the second rounding.
    if shift < 0 or ((1 << 29) * call.output_scale.multiplier >> 31) + (256 << shift) >= 1 << 31:
        return None
    offset, clamp, clamped = activation_of(call.range)
    return Add(
        zero_point_1=call.zero_point_1,
        zero_point_2=call.zero_point_2,
        offset=offset << shift,
        clamp=clamp,
        clamped=clamped,
        scale_1=call.scale_1,
        scale_2=call.scale_2,
        multiplier=call.output_scale.multiplier,
        shift=shift,
        size=call.size,
        input_1=call.input_1,
        input_2=call.input_2,
        output=call.output,
    )


def max_pool(call: pool.MaxPool) -> MaxPool | None:
    if call.output_dims.c % 4 or (call.range.minimum, call.range.maximum) != (-128, 127):
        return None
    return MaxPool(call.window, call.input_dims, call.input, call.pool_dims, call.output_dims, call.output)


def average_pool(call: pool.AveragePool) -> AveragePool | None:
    if call.output_dims.c % 4 or call.pool_dims.size > _MOST_PIXELS:
        return None
    return AveragePool(
        call.window, call.range, call.input_dims, call.input, call.pool_dims, call.output_dims, call.output
    )
