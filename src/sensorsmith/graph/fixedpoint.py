"""The integer arithmetic of TFLite Micro and gemmlowp, on int64 arrays that hold int32 values.

Sources: tensorflow/lite/kernels/internal/{common,quantization_util}.cc (built with double rounding) and
gemmlowp/fixedpoint/fixedpoint.h. Names are theirs; Qm.n is a number with m integer bits and n fractional bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

INT32_MAX = (1 << 31) - 1


def quantize_multiplier(scale: npt.ArrayLike) -> tuple[Ints, Ints]:
    """Split positive doubles into `multiplier * 2**(shift - 31)`, with multiplier in [2**30, 2**31).

    Scales below 2**-32 become 0 with shift 0.

    Returns:
        multiplier and shift, each of the shape of `scale`.
    """
    fraction, exponent = np.frexp(np.asarray(scale, np.float64))
    multiplier = np.floor(fraction * 2.0**31 + 0.5).astype(np.int64)
    shift = exponent.astype(np.int64)
    carry = multiplier == 1 << 31
    multiplier, shift = np.where(carry, multiplier >> 1, multiplier), shift + carry
    tiny = (shift < -31) | (multiplier == 0)
    return np.where(tiny, 0, multiplier), np.where(tiny, 0, shift)


def wrap_int32(x: Ints) -> Ints:
    """The low 32 bits, as a signed number: what a 32-bit register keeps of a sum."""
    return x.astype(np.int32).astype(np.int64)


def saturating_rounding_doubling_high_mul(a: Ints, b: Ints) -> Ints:
    """The upper half of 2ab, rounded to nearest with ties upwards; -2**31 times itself saturates."""
    product: Ints = np.minimum((a * b + (1 << 30)) >> 31, INT32_MAX)
    return product


def rounding_divide_by_pot(x: Ints, exponent: npt.ArrayLike) -> Ints:
    """x / 2**exponent, rounded to nearest with ties away from zero."""
    bits = np.asarray(exponent, np.int64)
    mask = (np.int64(1) << bits) - 1
    remainder = x & mask
    threshold = (mask >> 1) + (x < 0)
    result: Ints = (x >> bits) + (remainder > threshold)
    return result


def multiply_by_quantized_multiplier(x: Ints, multiplier: npt.ArrayLike, shift: npt.ArrayLike) -> Ints:
    """x times the scale that `quantize_multiplier` split, rounded twice as TFLite Micro does.

    Args:
        x: any shape.
        multiplier, shift: broadcast against `x`.
    """
    shift = np.asarray(shift, np.int64)
    shifted = wrap_int32(x << np.maximum(shift, 0))
    product = saturating_rounding_doubling_high_mul(shifted, np.asarray(multiplier, np.int64))
    return rounding_divide_by_pot(product, np.maximum(-shift, 0))


def multiply_wide_by_quantized_multiplier(x: Ints, multiplier: npt.ArrayLike, shift: npt.ArrayLike) -> Ints:
    """The same for sums of 64 bits: with a multiplier of 15 bits, and rounded once, half up."""
    reduced = reduced_multiplier(multiplier)
    total_shift = 15 - np.asarray(shift, np.int64)
    return wrap_int32((x * reduced + (np.int64(1) << (total_shift - 1))) >> total_shift)


def reduced_multiplier(multiplier: npt.ArrayLike) -> Ints:
    """The upper 15 bits of multipliers of 31, rounded."""
    whole = np.asarray(multiplier, np.int64)
    return np.where(whole < 0x7FFF0000, (whole + (1 << 15)) >> 16, 0x7FFF)


def saturating_left_shift(x: Ints, bits: int) -> Ints:
    saturated: Ints = np.clip(x << bits, -INT32_MAX - 1, INT32_MAX)
    return saturated


def exp_on_negative_values(a: Ints, integer_bits: int = 5) -> Ints:
    """exp(a) in Q0.31 for a <= 0 with 4 or 5 integer bits.

    `a` is split into a multiple of 1/4, whose binary digits each multiply the result by a constant, and a rest in
    [-1/4, 0), whose exponential is a Taylor polynomial around -1/8.
    """
    mul = saturating_rounding_doubling_high_mul
    quarter_bit = 31 - integer_bits - 2
    quarter = 1 << quarter_bit
    rest = (a & (quarter - 1)) - quarter
    digits = rest - a
    result = _exp_between_minus_a_quarter_and_0(rest << integer_bits)
    # exp(-2**k) in Q0.31, for k = -2 ... 4; digits of a higher weight do not occur.
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    for bit, factor in enumerate(factors[: integer_bits + 2], start=quarter_bit):
        result = np.where(digits & (1 << bit), mul(result, np.asarray(factor)), result)
    return np.where(a == 0, INT32_MAX, result)


def _exp_between_minus_a_quarter_and_0(a: Ints) -> Ints:
    mul = saturating_rounding_doubling_high_mul
    exp_minus_eighth, one_third = np.asarray(1895147668), np.asarray(715827883)
    x = a + (1 << 28)
    x2 = mul(x, x)
    x3 = mul(x2, x)
    x4_over_4 = rounding_divide_by_pot(mul(x2, x2), 2)
    tail = rounding_divide_by_pot(mul(x4_over_4 + x3, one_third) + x2, 1)
    return exp_minus_eighth + mul(exp_minus_eighth, x + tail)


def reciprocal(x: Ints, integer_bits: int) -> tuple[Ints, Ints]:
    """1 / x for x > 0 with that many integer bits.

    Returns:
        y in Q0.31 and n, so that 1 / x = y / 2**n.
    """
    leading_zeros = 32 - np.frexp(x.astype(np.float64))[1].astype(np.int64)
    return one_over_one_plus((x << leading_zeros) - (1 << 31)), integer_bits - leading_zeros


def logistic(a: Ints) -> Ints:
    """1 / (1 + exp(-a)) in Q0.31 for a in Q4.27."""
    upper = one_over_one_plus(exp_on_negative_values(-np.abs(a), 4))
    return np.where(a == 0, 1 << 30, np.where(a > 0, upper, INT32_MAX - upper))


def tanh(a: Ints) -> Ints:
    """The hyperbolic tangent of a in Q4.27, in Q0.31: (1 - e) / (1 + e) with e = exp(-2 |a|)."""
    # Twice a number in Q4.27 is the same bits in Q5.26.
    e = exp_on_negative_values(-np.abs(a), 5)
    magnitude = saturating_left_shift(_two_over_one_plus(e) - (1 << 29), 2)
    return np.sign(a) * magnitude


def one_over_one_plus(a: Ints) -> Ints:
    """1 / (1 + a) in Q0.31 for a in [0, 1) in Q0.31."""
    return saturating_left_shift(_two_over_one_plus(a), 1)


def _two_over_one_plus(a: Ints) -> Ints:
    """2 / (1 + a) in Q2.29 for a in [0, 1) in Q0.31: three steps of Newton's division."""
    mul = saturating_rounding_doubling_high_mul
    total = a + INT32_MAX
    half_denominator = (total + 1) >> 1
    one = 1 << 29  # in Q2.29, like x below
    x = 1515870810 + mul(half_denominator, np.asarray(-1010580540))  # 48/17 - 32/17 half_denominator
    for _ in range(3):
        rest = one - mul(half_denominator, x)
        x = x + saturating_left_shift(mul(x, rest), 2)
    return x
