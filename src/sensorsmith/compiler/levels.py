"""Requantization for machines that multiply 32 by 32 bits to 32: exact where it matters, and nowhere else.

A channel's sum becomes one of at most 256 values, and never a smaller one as the sum grows: only the sums at which the
result steps up matter. Let x be the sum less `offset`, held within 0 .. `width`. Then

    result = (x * factor + (x * fraction >> 12) + constant >> 24) modulo 256, in 32 unsigned bits

with factor and fraction the upper and lower bits of the real factor. It is used only if it steps at the same sums as
TFLite's doubling high multiplication with its second rounding.

Halves are rounded away from zero, so that the steps below zero lie a little farther on than the line through those
above it says: where a channel has both, `extra` is added from x = `knee` on. So it is where no single line passes
between all steps: then the knee is in the middle of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sensorsmith.compiler.steps import Range, Scale
from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier

FRACTION_BITS = 12
WIDTH_BITS = 32 - FRACTION_BITS
RESULT_BITS = 24
_WORD = 1 << 32
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
    steps = first_sums(scale, np.arange(first + 1, last + 1) - limits.zero_point)
    offset = int(steps[0]) - 1
    width = int(steps[-1]) - offset
    if width >> WIDTH_BITS:
        return None
    x = steps - offset
    bends = scale.shift < 0 and bool(steps[0] <= 0 < steps[-1])
    for knee in [-offset] if bends else [0, int(x[len(x) // 2])]:
        for factor, fraction in _factors(scale):
            constants = _constants(x, factor, fraction, knee)
            if constants is not None:
                low, high = constants
                return Level(offset, width, factor, fraction, (low + base) % _WORD, knee, (high - low) % _WORD)
    return None


def _factors(scale: Scale) -> Iterator[tuple[int, int]]:
    """The real factor in its two parts, and its neighbours."""
    nearest = round(scale.multiplier * 2.0 ** (RESULT_BITS + FRACTION_BITS - 31 + scale.shift))
    return (divmod(nearest + change, 1 << FRACTION_BITS) for change in _CHANGES)


def first_sums(scale: Scale, values: Ints) -> Ints:
    """The least sums that `multiply_by_quantized_multiplier` makes at least these values, |value| < 2^9."""
    left, right = max(scale.shift, 0), max(-scale.shift, 0)
    exact = values.astype(np.int64 if right < 20 else object)  # which may be larger than 64 bits
    # The least result of the first multiplication that the second rounding brings to each value.
    products = (exact << right) - (1 << right >> 1) + (values <= 0) * (1 if right else 0)
    return np.asarray(-(((1 << 30) - (products << 31)) // (scale.multiplier << left)), np.int64)


def _constants(x: Ints, factor: int, fraction: int, knee: int) -> tuple[int, int] | None:
    """Constants below the knee and from it on, with which the result is k from x[k - 1] on and less before, or None."""

    def products(v: Ints) -> Ints:
        return v * factor + (v * fraction >> FRACTION_BITS)

    # From which x on the result has to be how much at least, and up to which x how much at most.
    results = np.arange(1, len(x) + 1)
    edge = np.array([knee])
    rises = np.concatenate([x, edge, [0]]), np.concatenate([results, np.searchsorted(x, edge, "right"), [0]])
    stays = (
        np.concatenate([x - 1, edge - 1, x[-1:]]),
        np.concatenate([results - 1, np.searchsorted(x, edge), results[-1:]]),
    )
    least = (rises[1] << RESULT_BITS) - products(rises[0])
    most = (stays[1] + 1 << RESULT_BITS) - 1 - products(stays[0])
    below = _middle(least[rises[0] < knee], most[stays[0] < knee])
    above = _middle(least[rises[0] >= knee], most[stays[0] >= knee])
    if knee == 0:
        below = above
    return None if below is None or above is None else (below, above)


def _middle(least: Ints, most: Ints) -> int | None:
    """The middle of the interval with these bounds, or None if it is empty."""
    low, high = int(least.max(initial=-_WORD)), int(most.min(initial=_WORD))
    return (low + high) // 2 if low <= high else None
