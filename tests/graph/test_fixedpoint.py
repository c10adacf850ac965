"""Against the definitions written out in Python's unbounded integers, and against the mathematical functions."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.graph.fixedpoint import (
    exp_on_negative_values,
    logistic,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    reciprocal,
    rounding_divide_by_pot,
    saturating_left_shift,
    saturating_rounding_doubling_high_mul,
    tanh,
    wrap_int32,
)

INT32 = st.integers(-(2**31), 2**31 - 1)


def one(value: int) -> np.ndarray:
    return np.array([value], np.int64)


def c_division(a: int, b: int) -> int:
    """Division that truncates, as in C."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


@given(INT32, INT32)
def test_high_mul_is_gemmlowps(a: int, b: int) -> None:
    product = a * b
    nudge = 2**30 if product >= 0 else 1 - 2**30
    expected = 2**31 - 1 if a == b == -(2**31) else c_division(product + nudge, 2**31)
    assert saturating_rounding_doubling_high_mul(one(a), one(b))[0] == expected


def test_high_mul_saturates_where_both_are_the_least_number() -> None:
    assert saturating_rounding_doubling_high_mul(one(-(2**31)), one(-(2**31)))[0] == 2**31 - 1


@given(INT32, st.integers(0, 31))
def test_division_by_a_power_of_two_rounds_ties_away_from_zero(x: int, exponent: int) -> None:
    expected = (abs(2 * x) + 2**exponent) // 2 ** (exponent + 1) * (1 if x > 0 else -1)
    assert rounding_divide_by_pot(one(x), exponent)[0] == expected


@given(st.floats(1e-9, 1e6))
def test_a_quantized_multiplier_is_the_scale_to_31_bits(scale: float) -> None:
    multiplier, shift = quantize_multiplier(scale)
    assert 2**30 <= multiplier < 2**31
    assert math.isclose(float(multiplier) * 2.0 ** (int(shift) - 31), scale, rel_tol=2**-31)


def test_multipliers_at_the_edges() -> None:
    scales = [1.0, 0.5, 1 - 2**-40, 2**-32, 0.99 * 2**-32, 1e-30, 0.0]
    multiplier, shift = quantize_multiplier(scales)
    assert multiplier.tolist() == [2**30, 2**30, 2**30, 2**30, 0, 0, 0]
    assert shift.tolist() == [1, 0, 1, -31, 0, 0, 0]


@given(st.integers(-(2**23), 2**23), st.floats(1e-6, 100))
def test_scaling_rounds_twice(x: int, scale: float) -> None:
    multiplier, shift = (int(n) for n in quantize_multiplier(scale))
    product = (x << max(shift, 0)) * multiplier
    high = c_division(product + (2**30 if product >= 0 else 1 - 2**30), 2**31)
    right = max(-shift, 0)
    expected = (abs(2 * high) + 2**right) // 2 ** (right + 1) * (1 if high > 0 else -1)
    assert multiply_by_quantized_multiplier(one(x), multiplier, shift)[0] == expected
    assert abs(expected - x * scale) <= 1


def test_double_rounding_differs_from_single_rounding() -> None:
    # 0.25 * 1.98 = 0.495: the high multiply gives 1 (0.99 * 1), the shift then rounds 1/2 away from zero.
    multiplier, shift = quantize_multiplier(0.495)
    assert (int(shift), multiply_by_quantized_multiplier(one(1), multiplier, shift)[0]) == (-1, 1)


def test_scaling_takes_one_multiplier_per_channel() -> None:
    x = np.array([[100, 100], [-100, -100]])
    result = multiply_by_quantized_multiplier(x, *quantize_multiplier([0.5, 0.01]))
    assert result.tolist() == [[50, 1], [-50, -1]]


def test_sums_wrap_as_in_a_32_bit_register() -> None:
    assert wrap_int32(np.array([2**31, -(2**31) - 1, 5])).tolist() == [-(2**31), 2**31 - 1, 5]


def test_left_shifts_saturate() -> None:
    assert saturating_left_shift(np.array([2**30, -(2**30) - 1, 3]), 1).tolist() == [2**31 - 1, -(2**31), 6]


def test_the_exponential_is_close_to_the_real_one() -> None:
    a = -np.unique(np.geomspace(1, 2**31 - 1, 5000).astype(np.int64))
    error = exp_on_negative_values(a) / 2**31 - np.exp(a / 2**26)
    assert np.abs(error).max() < 3e-7
    assert exp_on_negative_values(one(0))[0] == 2**31 - 1


def test_the_reciprocal_is_close_to_the_real_one() -> None:
    x = np.unique(np.geomspace(2**19, 2**31 - 1, 5000).astype(np.int64))
    y, bits = reciprocal(x, integer_bits=12)
    real = y / 2**31 / 2.0**bits * (x / 2**19)
    assert np.abs(real - 1).max() < 1e-7


@pytest.mark.parametrize(
    ("function", "real"), [(logistic, lambda x: 1 / (1 + np.exp(-x))), (tanh, np.tanh)], ids=["logistic", "tanh"]
)
def test_sigmoids_are_close_to_the_real_ones(
    function: Callable[[np.ndarray], np.ndarray], real: Callable[[np.ndarray], np.ndarray]
) -> None:
    a = np.unique(np.geomspace(1, 2**31 - 1, 5000).astype(np.int64))
    a = np.concatenate([-a, one(0), a])
    assert np.abs(function(a) / 2**31 - real(a / 2**27)).max() < 1e-6
