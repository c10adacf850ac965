import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.stats import beta_quantile, incomplete_beta, normal_quantile, t_quantile

# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: upper critical values of Student's t distribution.
T_TABLE = {
    (0.90, 1): 3.078,
    (0.95, 4): 2.132,
    (0.975, 1): 12.706,
    (0.975, 4): 2.776,
    (0.975, 14): 2.145,
    (0.975, 37): 2.026,
    (0.99, 10): 2.764,
    (0.999, 5): 5.893,
    (0.999, 100): 3.174,
}
# The same, 1.3.6.7.3: upper 5 % critical values of the F distribution by numerator and denominator degrees of freedom.
F_TABLE = {(1, 1): 161.448, (2, 3): 9.552, (5, 10): 3.326, (10, 20): 2.348, (7, 100): 2.103}
# Abramowitz and Stegun, Handbook of Mathematical Functions, table 26.5 and its heading values.
NORMAL_TABLE = {0.5: 0.0, 0.9: 1.2815515655446, 0.975: 1.9599639845401, 0.995: 2.5758293035489, 0.999: 3.0902323061678}


def binomial_tail(k: int, n: int, p: Fraction) -> float:
    """P(X >= k), exactly."""
    return float(sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)))


@pytest.mark.parametrize(("p", "expected"), NORMAL_TABLE.items())
def test_normal_quantile_equals_the_table(p: float, expected: float) -> None:
    assert normal_quantile(p) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(("key", "expected"), T_TABLE.items())
def test_t_quantile_equals_the_table(key: tuple[float, int], expected: float) -> None:
    assert t_quantile(*key) == pytest.approx(expected, abs=5.01e-4)


@pytest.mark.parametrize("p", [1e-6, 0.01, 0.3, 0.4999, 0.5, 0.6, 0.75, 0.975, 0.999999])
def test_t_quantile_has_its_closed_forms(p: float) -> None:
    """Cauchy for one degree of freedom; (2p - 1) / sqrt(2p (1 - p)) for two."""
    assert t_quantile(p, 1) == pytest.approx(math.tan(math.pi * (p - 0.5)), rel=1e-9, abs=1e-12)
    assert t_quantile(p, 2) == pytest.approx((2 * p - 1) / math.sqrt(2 * p * (1 - p)), rel=1e-9, abs=1e-12)


def test_t_quantile_tends_to_the_normal_one() -> None:
    """Leading term of the Cornish-Fisher expansion: t - z = (z³ + z) / (4 degrees)."""
    z = normal_quantile(0.975)
    assert (t_quantile(0.975, 10_000) - z) * 40_000 == pytest.approx(z**3 + z, rel=1e-3)


@pytest.mark.parametrize(("degrees", "expected"), F_TABLE.items())
def test_incomplete_beta_equals_the_f_table(degrees: tuple[int, int], expected: float) -> None:
    d1, d2 = degrees
    below, above = (incomplete_beta(d1 * f / (d1 * f + d2), d1 / 2, d2 / 2) for f in (expected - 5e-4, expected + 5e-4))
    assert below <= 0.95 <= above
    assert above - below < 3e-4


@given(st.integers(1, 200), st.data())
def test_incomplete_beta_is_the_exact_binomial_tail(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, n))
    p = Fraction(data.draw(st.integers(1, 1023)), 1024)
    assert incomplete_beta(float(p), k, n - k + 1) == pytest.approx(binomial_tail(k, n, p), abs=1e-12)


@pytest.mark.parametrize("k", [49_800, 50_000, 50_400])
def test_incomplete_beta_stays_exact_for_many_trials(k: int) -> None:
    n = 100_000
    term = Fraction(math.comb(n, k), 2**n)
    total, i = 0.0, k
    while i <= n and term > Fraction(1, 10**30):
        total += float(term)
        term, i = term * (n - i) / (i + 1), i + 1
        term = Fraction(float(term))  # keeps the fraction short: an error of one part in 1e16 per step
    assert incomplete_beta(0.5, k, n - k + 1) == pytest.approx(total, abs=1e-9)


@given(st.floats(0.01, 500), st.floats(0.01, 500), st.integers(0, 1024))
def test_incomplete_beta_is_symmetric_and_bounded(a: float, b: float, numerator: int) -> None:
    x = numerator / 1024  # so that 1 - x is exact
    value = incomplete_beta(x, a, b)
    assert -1e-12 <= value <= 1 + 1e-12
    assert value + incomplete_beta(1 - x, b, a) == pytest.approx(1, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.5, 300), st.floats(0.5, 300))
def test_beta_quantile_inverts_the_distribution(p: float, a: float, b: float) -> None:
    assert incomplete_beta(beta_quantile(p, a, b), a, b) == pytest.approx(p, abs=1e-9)


def test_beta_quantile_keeps_the_ends() -> None:
    assert (beta_quantile(0, 2, 3), beta_quantile(1, 2, 3)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: incomplete_beta(0.5, 0, 1),
            "incomplete_beta needs a, b > 0 and 0 <= x <= 1, not x = 0.5, a = 0, b = 1",
        ),
        (
            lambda: incomplete_beta(1.5, 1, 1),
            "incomplete_beta needs a, b > 0 and 0 <= x <= 1, not x = 1.5, a = 1, b = 1",
        ),
        (lambda: beta_quantile(2, 1, 1), "a probability lies between 0 and 1, not at 2"),
        (lambda: t_quantile(1, 3), "t_quantile needs 0 < p < 1 and degrees > 0, not p = 1, degrees = 3"),
    ],
)
def test_arguments_outside_the_domain_are_refused(call: object, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == message
