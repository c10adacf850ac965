from __future__ import annotations

import numpy as np
import pytest

from sensorsmith.compiler.lower.add import Add
from sensorsmith.compiler.requantize import scale_record
from sensorsmith.compiler.steps import Range, Scale, Source, Target
from sensorsmith.compiler.sums import find_sum
from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier


def _add(first: float, second: float, output: float, limits: Range) -> Add:
    """A sum of tensors with these scales, as lower/add.py makes it."""
    twice = 2 * max(first, second)
    scales = (scale_record(real) for real in (first / twice, second / twice, twice / ((1 << 20) * output)))
    return Add(-17, 40, limits, *scales, 1, Source(0), Source(1), Target(2))


def _scaled(x: Ints, scale: Scale) -> Ints:
    return multiply_by_quantized_multiplier(x, scale.multiplier, scale.shift)


@pytest.mark.parametrize("limits", [Range(-128, -128, 127), Range(-3, -3, 60)])
@pytest.mark.parametrize("scales", [(0.05, 0.031, 0.07), (0.02, 0.06, 0.02), (0.1, 0.001, 0.1)])
def test_a_sum_gives_tflites_result_for_every_pair(scales: tuple[float, float, float], limits: Range) -> None:
    add = _add(*scales, limits)
    found = find_sum(add)
    assert found is not None
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(-128, 128), np.arange(-128, 128)))
    total = _scaled(x - add.zero_point_1 << 20, add.scale_1) + _scaled(y - add.zero_point_2 << 20, add.scale_2)
    expected = np.clip(_scaled(total, add.output_scale) + limits.zero_point, limits.minimum, limits.maximum)
    whole = found.factor_1 * x + found.factor_2 * y + found.constant
    assert np.abs(whole).max() < 1 << 31
    above = np.clip(whole >> found.shift, 0, limits.maximum - limits.minimum)
    np.testing.assert_array_equal(above + limits.minimum, expected)


def test_none_where_halves_are_rounded_differently() -> None:
    assert find_sum(_add(0.05, 0.031, 0.07, Range(5, -128, 127))) is None


def test_none_where_the_result_reaches_too_far() -> None:
    assert find_sum(_add(0.9, 0.9, 1e-9, Range(0, -128, 127))) is None
