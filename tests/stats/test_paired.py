import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.base.errors import DataError
from sensorsmith.stats import mcnemar_exact, paired_cluster_difference


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_twice_the_smaller_binomial_tail(b: int, c: int) -> None:
    n = b + c
    tail = sum(math.comb(n, i) for i in range(min(b, c) + 1)) / 2**n
    result = mcnemar_exact(b, c)
    assert result.p_value == pytest.approx(min(1.0, 2 * tail), abs=1e-12)
    assert result.p_value == pytest.approx(mcnemar_exact(c, b).p_value)
    assert result.low <= result.value <= result.high
    assert result.n == n


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_interval_leaves_out_one_half_exactly_when_the_test_is_significant(b: int, c: int) -> None:
    result = mcnemar_exact(b, c)
    assert (result.p_value is not None and result.p_value < 0.05) == (not result.low <= 0.5 <= result.high)


def test_no_discordant_pair_leaves_everything_possible() -> None:
    result = mcnemar_exact(0, 0)
    assert (result.low, result.high, result.p_value, result.n) == (0.0, 1.0, 1.0, 0)


def test_difference_equals_a_hand_worked_one() -> None:
    """Differences by group 0.5, 0, 0.25: mean 0.25, standard deviation 0.25; t(0.975, 2) = 4.302653 (NIST 4.303)."""
    group = ["anna"] * 2 + ["ben"] * 2 + ["cleo"] * 4
    a, b = [1, 1, 1, 0, 1, 1, 1, 1], [1, 0, 0, 1, 1, 1, 1, 0]
    result = paired_cluster_difference(a, b, group)
    half = 4.302652729911275 * 0.25 / math.sqrt(3)
    assert (result.value, result.low, result.high) == pytest.approx((0.25, 0.25 - half, 0.25 + half))
    assert (result.n, result.groups) == (8, 3)
    assert result.p_value == 0.5  # of the flips of (0.5, 0, 0.25), those with 0.5 and 0.25 of one sign: 4 of 8


trials = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=6, max_size=60).filter(
    lambda rows: len({row[2] for row in rows}) > 1
)


@given(trials)
def test_p_value_counts_all_sign_flips(rows: list[tuple[bool, bool, int]]) -> None:
    a, b, group = (np.array(column) for column in zip(*rows, strict=True))
    result = paired_cluster_difference(a, b, group)
    means = [float(np.mean(a[group == g].astype(int) - b[group == g].astype(int))) for g in np.unique(group)]
    flips = [
        abs(sum(s * m for s, m in zip(signs, means, strict=True)))
        for signs in itertools.product((1, -1), repeat=len(means))
    ]
    assert result.p_value == pytest.approx(np.mean([f >= abs(sum(means)) - 1e-9 for f in flips]))
    assert result.value == pytest.approx(np.mean(means))
    assert -1 <= result.low <= result.value <= result.high <= 1


@given(trials)
def test_swapping_the_two_mirrors_the_difference(rows: list[tuple[bool, bool, int]]) -> None:
    a, b, group = zip(*rows, strict=True)
    one, other = paired_cluster_difference(a, b, group), paired_cluster_difference(b, a, group)
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    assert one.p_value == other.p_value


def test_one_sided_groups_give_the_smallest_p_value() -> None:
    group = np.arange(20)
    result = paired_cluster_difference(np.ones(20), np.zeros(20), group)
    assert result.p_value == 2 / 2**20
    assert paired_cluster_difference(np.ones(21), np.zeros(21), np.arange(21)).p_value is None


def test_difference_covers_with_few_people() -> None:
    """Twelve people whose own difference varies around 0.05: the interval over people covers, over trials not."""
    generator = np.random.Generator(np.random.PCG64(3))
    people, size, rounds = 12, 100, 1000
    group = np.repeat(np.arange(people), size)
    covered = plain = 0
    for _ in range(rounds):
        shift = np.repeat(generator.choice([-0.1, 0.05, 0.2], people), size)  # mean 0.05
        a, b = generator.random(len(group)) < 0.7 + shift, generator.random(len(group)) < 0.7
        result = paired_cluster_difference(a, b, group)
        covered += result.low <= 0.05 <= result.high
        difference = a.astype(float) - b
        plain += abs(difference.mean() - 0.05) <= 1.96 * difference.std() / math.sqrt(len(group))
    assert 0.92 <= covered / rounds <= 0.97
    assert plain / rounds < 0.8


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mcnemar_exact(-1, 2), "-1 is not a number of pairs; count from 0"),
        (lambda: mcnemar_exact(1, 2, 0), "0 is not a confidence level; give a share between 0 and 1, such as 0.95"),
        (
            lambda: paired_cluster_difference([1], [1, 0], [1]),
            "the trials have the shapes (1,), (2,) and (1,); give one entry per trial",
        ),
        (
            lambda: paired_cluster_difference([1, 0], [1, 1], ["a", "a"]),
            "1 group cannot show how groups differ; use two or more groups",
        ),
        (
            lambda: paired_cluster_difference([], [], []),
            "no groups cannot show how groups differ; use two or more groups",
        ),
    ],
)
def test_impossible_pairs_are_refused(call: object, message: str) -> None:
    with pytest.raises(DataError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == message
