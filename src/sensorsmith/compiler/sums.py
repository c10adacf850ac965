"""Element-wise sums by two products: TFLite's three rescalings of an Add, as one, where that gives the same bytes.

There are only 65,536 pairs of int8 inputs. All of them are tried here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from sensorsmith.compiler.lower.add import Add
from sensorsmith.compiler.steps import Scale
from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier

_VALUES = np.arange(-128, 128)
_CHANGES = sorted(product(range(-3, 4), repeat=2), key=lambda pair: (abs(pair[0]) + abs(pair[1]), pair))


@dataclass(frozen=True)
class Sum:
    """factor_1 * x1 + factor_2 * x2 + constant >> shift, in 32 bits: the result before its clamp, less the minimum."""

    factor_1: int
    factor_2: int
    constant: int
    shift: int


def find_sum(add: Add) -> Sum | None:
    """The numbers of a layer, or None where none were found that give TFLite's result for every pair."""
    whole = _rescaled(
        (
            _rescaled(_VALUES - add.zero_point_1 << 20, add.scale_1)[:, None]
            + _rescaled(_VALUES - add.zero_point_2 << 20, add.scale_2)
        ),
        add.output_scale,
    )
    whole += add.range.zero_point - add.range.minimum
    width = add.range.maximum - add.range.minimum
    shift = 31 - int(np.abs(whole).max() + 2).bit_length()
    if shift < 0:
        return None
    result = np.clip(whole, 0, width)
    # Where the clamp holds a result, the sum may be anything beyond.
    floor = np.where(result > 0, result << shift, -(1 << 31))
    ceiling = np.where(result < width, (result + 1 << shift) - 1, (1 << 31) - 1)
    up = _real(add.output_scale) * 2.0 ** (20 + shift)
    nearest = round(_real(add.scale_1) * up), round(_real(add.scale_2) * up)
    for changes in _CHANGES:
        factor_1, factor_2 = (factor + change for factor, change in zip(nearest, changes, strict=True))
        products = (_VALUES * factor_1)[:, None] + _VALUES * factor_2
        least, most = int((floor - products).max()), int((ceiling - products).min())
        if least <= most:
            return Sum(factor_1, factor_2, (least + most) // 2, shift)
    return None


def _rescaled(x: Ints, scale: Scale) -> Ints:
    return multiply_by_quantized_multiplier(x, scale.multiplier, scale.shift)


def _real(scale: Scale) -> float:
    return scale.multiplier * 2.0 ** (scale.shift - 31)
