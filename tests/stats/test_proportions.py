import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.base.errors import DataError
from sensorsmith.stats import Estimate, clopper_pearson, cluster_wilson, insufficient, wilson

# Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: methods 3 (score) and 5 (Clopper-Pearson), 95 %.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def ends(estimate: Estimate) -> tuple[float, float]:
    return estimate.low, estimate.high


@pytest.mark.parametrize(("k", "n", "score", "exact"), NEWCOMBE)
def test_both_intervals_equal_the_published_ones(
    k: int, n: int, score: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert ends(wilson(k, n)) == pytest.approx(score, abs=5.01e-5)
    assert ends(clopper_pearson(k, n)) == pytest.approx(exact, abs=5.01e-5)


def test_five_of_five_is_a_wide_interval() -> None:
    assert ends(wilson(5, 5)) == pytest.approx((0.566, 1.0), abs=5e-4)


@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_intervals_hold_the_value_mirror_and_widen(kn: tuple[int, int], level: float) -> None:
    k, n = kn
    for method in (wilson, clopper_pearson):
        estimate, mirrored, wider = method(k, n, level), method(n - k, n, level), method(k, n, (1 + level) / 2)
        assert 0 <= wider.low <= estimate.low <= k / n <= estimate.high <= wider.high <= 1
        assert ends(mirrored) == pytest.approx((1 - estimate.high, 1 - estimate.low), abs=1e-9)


@given(st.integers(1, 300))
def test_clopper_pearson_of_nothing_has_its_closed_form(n: int) -> None:
    assert clopper_pearson(0, n).high == pytest.approx(1 - 0.025 ** (1 / n), abs=1e-10)


@pytest.mark.parametrize(
    ("n", "groups", "message"),
    [
        (11, None, "insufficient data: 11 trials, at least 12 are needed"),
        (12, None, None),
        (4000, 4, "insufficient data: 4 groups, at least 5 are needed"),
        (4000, 1, "insufficient data: 1 group, at least 5 are needed"),
        (4000, 5, None),
    ],
)
def test_insufficient_says_what_is_missing(n: int, groups: int | None, message: str | None) -> None:
    assert insufficient(n, groups) == message


def test_the_minimum_of_trials_is_where_the_interval_is_half_the_scale() -> None:
    assert wilson(6, 12).high - wilson(6, 12).low < 0.5 < wilson(5, 10).high - wilson(5, 10).low


def test_groups_that_do_not_differ_count_every_trial() -> None:
    """Effective trials equal trials; only the quantile differs: t with 4 degrees of freedom, 2.7764451."""
    estimate = cluster_wilson([15, 15, 15, 15, 15], [20, 20, 20, 20, 20])
    z, n, p = 2.7764451051977987, 100, 0.75
    middle, half = (p + z * z / 2 / n), z * (p * (1 - p) / n + z * z / 4 / n**2) ** 0.5
    assert ends(estimate) == pytest.approx(((middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)))
    assert (estimate.n, estimate.groups, estimate.value) == (100, 5, 0.75)


def test_groups_that_are_all_or_nothing_count_once_each() -> None:
    """Variance between groups g/(g-1) · Σ(k - pn)²/N² = p(1-p)/(g-1): effective trials are groups - 1, not 400."""
    whole = cluster_wilson([100, 100, 0, 0], [100, 100, 100, 100])
    same = cluster_wilson([1, 1, 0, 0], [1, 1, 1, 1])
    assert ends(whole) == pytest.approx(ends(same))
    z, n = 3.182446305284263, 3  # t quantile with 3 degrees of freedom (NIST 3.182)
    half = z / (1 + z * z / n) * (0.25 / n + z * z / 4 / n**2) ** 0.5
    assert ends(whole) == pytest.approx((0.5 - half, 0.5 + half))


@pytest.mark.parametrize("share", [0, 1])
def test_all_or_nothing_right_counts_each_group_as_one_trial(share: int) -> None:
    few = cluster_wilson([share] * 6, [1] * 6)
    many = cluster_wilson([1000 * share] * 6, [1000] * 6)
    assert ends(few) == ends(many)
    assert many.high - many.low > 0.4


@given(st.lists(counts, min_size=2, max_size=12))
def test_cluster_interval_holds_the_pooled_share_in_any_order(groups: list[tuple[int, int]]) -> None:
    k, n = zip(*groups, strict=True)
    estimate = cluster_wilson(k, n)
    assert 0 <= estimate.low <= sum(k) / sum(n) <= estimate.high <= 1
    assert ends(cluster_wilson(k[::-1], n[::-1])) == pytest.approx(ends(estimate), abs=1e-12)


@pytest.mark.parametrize("clusters", [5, 15])
def test_cluster_interval_covers_where_the_plain_one_fails(clusters: int) -> None:
    """True rate 0.75, intra-class correlation 0.3, 50 readings per person: beta-binomial with alpha + beta = 7/3."""
    generator = np.random.Generator(np.random.PCG64(20))
    size, rounds, concentration = 50, 2000, (1 - 0.3) / 0.3
    rates = generator.beta(0.75 * concentration, 0.25 * concentration, (rounds, clusters))
    correct = generator.binomial(size, rates)
    trials = np.full(clusters, size)
    clustered = [cluster_wilson(row, trials) for row in correct]
    plain = [wilson(int(row.sum()), size * clusters) for row in correct]
    assert 0.92 <= np.mean([e.low <= 0.75 <= e.high for e in clustered]) <= 0.97
    assert np.mean([e.low <= 0.75 <= e.high for e in plain]) < 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: wilson(0, 0), "there are no trials; leave out what was never tried"),
        (lambda: wilson(4, 3), "4 of 3 is not a share; count from 0 to the number of trials"),
        (lambda: clopper_pearson(-1, 3), "-1 of 3 is not a share; count from 0 to the number of trials"),
        (lambda: wilson(1, 2, 95), "95 is not a confidence level; give a share between 0 and 1, such as 0.95"),
        (
            lambda: cluster_wilson([1], [2]),
            "1 group cannot show how groups differ; use two or more groups, better five",
        ),
        (lambda: cluster_wilson([], []), "0 groups cannot show how groups differ; use two or more groups, better five"),
        (
            lambda: cluster_wilson([1, 3], [2, 2]),
            "group 1: 3 of 2 is not a share; count from 0 to the number of trials",
        ),
        (lambda: cluster_wilson([1, 0], [2, 0]), "group 1: there are no trials; leave out what was never tried"),
        (
            lambda: cluster_wilson([1, 0], [2, 2, 2]),
            "counts by group have the shapes (2,) and (3,); give one number per group",
        ),
    ],
)
def test_impossible_counts_are_refused(call: object, message: str) -> None:
    with pytest.raises(DataError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == message
