"""The three functions behind every interval here: regularised incomplete beta, and quantiles of beta, normal and t."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_TINY = 1e-300  # stands in for a zero denominator of the continued fraction


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b): the distribution function of Beta(a, b).

    Continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, evaluated by Lentz's method.
    Absolute error below 1e-12 for a + b <= 1000 and below 1e-9 for a + b <= 100 000, where the logarithm of the
    gamma function begins to cancel.

    Args:
        x: from 0 to 1.
        a: positive.
        b: positive.
    """
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise ValueError(f"incomplete_beta needs a, b > 0 and 0 <= x <= 1, not x = {x}, a = {a}, b = {b}")
    if x in (0.0, 1.0):
        return float(x)
    log_power = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    if x <= (a + 1) / (a + b + 2):  # the fraction converges quickly only below the mode; above, I_x = 1 - I_(1-x)
        return math.exp(log_power) / a * _fraction(x, a, b)
    return 1.0 - math.exp(log_power) / b * _fraction(1.0 - x, b, a)


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction 1/(1 + d1/(1 + d2/(1 + ...))); some sqrt(max(a, b)) terms are needed."""
    c, d = 1.0, 1.0 / _nonzero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    m = 0
    while True:
        m += 1
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _nonzero(1.0 + term * d)
            c = _nonzero(1.0 + term / c)
            step = c * d
            value *= step
        if abs(step - 1.0) < 1e-15:
            return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def beta_quantile(p: float, a: float, b: float) -> float:
    """The x with I_x(a, b) = p, by bisection down to neighbouring floats; as exact as `incomplete_beta` is."""
    if not 0 <= p <= 1:
        raise ValueError(f"a probability lies between 0 and 1, not at {p}")
    if p in (0.0, 1.0):
        return float(p)
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if incomplete_beta(middle, a, b) < p:
            low = middle
        else:
            high = middle


def normal_quantile(p: float) -> float:
    """Quantile of the standard normal distribution for 0 < p < 1; relative error below 1e-15.

    The standard library's algorithm AS 241 (Wichura 1988).
    """
    return NormalDist().inv_cdf(p)


@lru_cache(maxsize=256)
def t_quantile(p: float, degrees: float) -> float:
    """Quantile of Student's t distribution for 0 < p < 1; relative error below 1e-9 up to 10 000 degrees of freedom.

    With x = degrees / (degrees + t²), I_x(degrees / 2, 1 / 2) is the probability of both tails together; with
    y = 1 - x, I_y(1 / 2, degrees / 2) that of the middle. The smaller of the two is solved for, which cancels nothing.
    """
    if not (0 < p < 1 and degrees > 0):
        raise ValueError(f"t_quantile needs 0 < p < 1 and degrees > 0, not p = {p}, degrees = {degrees}")
    tails = 2 * min(p, 1 - p)
    if tails < 0.5:
        x = beta_quantile(tails, degrees / 2, 0.5)
        size = math.sqrt(degrees * (1 - x) / x)
    else:
        y = beta_quantile(1 - tails, 0.5, degrees / 2)
        size = math.sqrt(degrees * y / (1 - y))
    return math.copysign(size, p - 0.5)
