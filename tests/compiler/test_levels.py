from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sensorsmith.compiler.levels import Level, find_level, first_sums
from sensorsmith.compiler.steps import Range, Scale
from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier

scales = st.builds(Scale, st.integers(1 << 30, (1 << 31) - 1), st.integers(-12, 0))


def _requantized(sums: Ints, scale: Scale, limits: Range) -> Ints:
    scaled = multiply_by_quantized_multiplier(sums, scale.multiplier, scale.shift) + limits.zero_point
    return np.clip(scaled, limits.minimum, limits.maximum)


def _by_level(sums: Ints, level: Level) -> Ints:
    """What ss_to_level computes."""
    x = np.clip(sums - level.offset, 0, level.width)
    y = x * level.factor + (x * level.fraction >> 12) + level.constant + np.where(x < level.knee, 0, level.extra)
    return (y % (1 << 32) >> 24).astype(np.uint8).view(np.int8).astype(np.int64)


@settings(max_examples=200, deadline=None)
@given(scales, st.integers(-128, 127), st.sampled_from([(-128, 127), (-20, 127), (-128, 45), (3, 4), (7, 7)]),
       st.integers(-(1 << 20), 1 << 20), st.integers(0, 1 << 16))  # fmt: skip
def test_a_level_gives_tflites_result_for_every_sum(
    scale: Scale, zero_point: int, ends: tuple[int, int], low: int, reach: int
) -> None:
    limits = Range(zero_point, *ends)
    level = find_level(scale, limits, low, low + reach)
    if level is None:
        return
    sums = np.arange(low, low + reach + 1)
    np.testing.assert_array_equal(_by_level(sums, level), _requantized(sums, scale, limits))


@pytest.mark.parametrize("shift", range(-11, 1))
def test_usual_channels_have_a_level(shift: int) -> None:
    random = np.random.default_rng(-shift)
    for multiplier in random.integers(1 << 30, 1 << 31, 20):
        scale = Scale(int(multiplier), shift)
        assert find_level(scale, Range(-128, -128, 127), -(1 << 19), 1 << 19) is not None
        assert find_level(scale, Range(5, -128, 127), -(1 << 19), 1 << 19) is not None


def test_a_channel_whose_sums_are_too_wide_has_none() -> None:
    assert find_level(Scale(1 << 30, -20), Range(0, -128, 127), -(1 << 28), 1 << 28) is None


def test_a_channel_of_one_value_needs_no_product() -> None:
    assert find_level(Scale(0, 0), Range(-3, -128, 127), -1000, 1000) == Level(-1000, constant=253 << 24)


@given(st.builds(Scale, st.integers(1 << 30, (1 << 31) - 1), st.integers(-31, 6)), st.integers(-255, 255))
def test_the_first_sum_of_a_value(scale: Scale, value: int) -> None:
    (at,) = first_sums(scale, np.array([value]))
    assume(abs(int(at)) < (1 << 31) >> max(scale.shift, 0))
    sums = np.array([at - 1, at])
    before, there = multiply_by_quantized_multiplier(sums, scale.multiplier, scale.shift)
    assert before < value <= there
