"""Requantization for machines that multiply 32 by 32 bits to 32: exact where it matters, and nowhere else.

A channel's sum becomes one of at most 256 values, and never a smaller one as the sum grows: only the sums at which the
result steps up matter. Let x be the sum less `offset`, held within 0 .. `width`. Then

    result = (x * factor + (x * fraction >> 12) + constant >> 24) modulo 256, in 32 unsigned bits

with factor and fraction the upper and lower bits of the real factor. It is used only if it steps at the same sums as
TFLite's doubling high multiplication with its second rounding.

Halves are rounded away from zero, so that the steps below zero lie a little farther on than the line through those
above it says: where a channel has both, `extra` is added from x = `knee` on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorsmith.compiler.steps import Range, Scale
from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier

FRACTION_BITS = 12
WIDTH_BITS = 32 - FRACTION_BITS
RESULT_BITS = 24
_CHANGES = (0, *(sign * n for n in range(1, 9) for sign in (1, -1)))


@dataclass(frozen=True)
class Level:
    """The numbers of one channel; `width` and `knee` are below 2^20, `fraction` below 2^12, the others below 2^32."""

    offset: int
    width: int = 0
    factor: int = 0
    fraction: int = 0
    constant: int = 0
    knee: int = 0
    extra: int = 0


def find_level(scale: Scale, limits: Range, low: int, high: int) -> Level | None:
    """The numbers of a channel whose sums lie within low .. high, or None where none were found that step alike."""
    ends = multiply_by_quantized_multiplier(np.array([low, high]), scale.multiplier, scale.shift)
    first, last = np.clip(ends + limits.zero_point, limits.minimum, limits.maximum).tolist()
    base = first % 256 << RESULT_BITS
    if first == last:
        return Level(low, constant=base)
    steps = np.array([first_sum(scale, value - limits.zero_point) for value in range(first + 1, last + 1)])
    offset = int(steps[0]) - 1
    width = int(steps[-1]) - offset
    if width >> WIDTH_BITS:
        return None
    bends = scale.shift < 0 and bool(steps[0] <= 0 < steps[-1])
    knee, extra = (-offset, 1 << RESULT_BITS >> -scale.shift) if bends else (0, 0)
    up = RESULT_BITS + FRACTION_BITS - 31 + scale.shift
    nearest = round(scale.multiplier * 2.0**up)
    for change in _CHANGES:
        factor, fraction = divmod(nearest + change, 1 << FRACTION_BITS)
        found = _constant(steps - offset, factor, fraction, knee, extra)
        if found is not None:
            return Level(offset, width, factor, fraction, (found + base) % (1 << 32), knee, extra)
    return None


def first_sum(scale: Scale, value: int) -> int:
    """The least sum that `multiply_by_quantized_multiplier` makes at least `value`."""
    right = max(-scale.shift, 0)
    # The least result of the first multiplication that the second rounding brings to `value`.
    product = (value << right) - (1 << right >> 1) + (1 if right and value <= 0 else 0)
    return -(((1 << 30) - (product << 31)) // (scale.multiplier << max(scale.shift, 0)))


def _constant(x: Ints, factor: int, fraction: int, knee: int, extra: int) -> int | None:
    """A constant with which the result is k from x[k - 1] on and less before, or None if there is none."""
    at, before = (v * factor + (v * fraction >> FRACTION_BITS) + np.where(v < knee, 0, extra) for v in (x, x - 1))
    target = np.arange(1, len(x) + 1) << RESULT_BITS
    least = max(0, int((target - at).max()))
    most = min(int((target - before).min()), (len(x) + 1 << RESULT_BITS) - int(at[-1])) - 1
    return (least + most) // 2 if least <= most else None
