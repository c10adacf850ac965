"""Confidence intervals of a share: of independent trials, and of trials that come in groups such as people."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError
from sensorsmith.stats.estimate import Estimate, check_count, check_level
from sensorsmith.stats.special import beta_quantile, normal_quantile, t_quantile

MINIMUM_TRIALS = 12
"""With fewer, a 95 % Wilson interval at a rate of one half is wider than 0.5."""
MINIMUM_GROUPS = 5
"""Coverage is tested from this number upwards; and of fewer people, one could be recognised in a printed share."""


def insufficient(n: int, groups: int | None = None) -> str | None:
    """Why a share may not be printed with an interval, or None when it may.

    Args:
        n: number of trials.
        groups: number of independent groups; None when the trials are independent.
    """
    if groups is not None and groups < MINIMUM_GROUPS:
        return f"insufficient data: {_count(groups, 'group')}, at least {MINIMUM_GROUPS} are needed"
    if n < MINIMUM_TRIALS:
        return f"insufficient data: {_count(n, 'trial')}, at least {MINIMUM_TRIALS} are needed"
    return None


def wilson(k: int, n: int, level: float = 0.95) -> Estimate:
    """Wilson's score interval for `k` successes in `n` independent trials (Wilson 1927).

    Raises:
        DataError: no trials, `k` not from 0 to `n`, or `level` not between 0 and 1.
    """
    check_level(level)
    check_count(k, n)
    low, high = _score(k / n, n, normal_quantile((1 + level) / 2))
    return Estimate(k / n, low, high, level, "Wilson", n)


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Estimate:
    """Exact interval for `k` successes in `n` independent trials (Clopper and Pearson 1934): never covers too seldom.

    Raises:
        DataError: no trials, `k` not from 0 to `n`, or `level` not between 0 and 1.
    """
    check_level(level)
    check_count(k, n)
    tail = (1 - level) / 2
    low = beta_quantile(tail, k, n - k + 1) if k > 0 else 0.0
    high = beta_quantile(1 - tail, k + 1, n - k) if k < n else 1.0
    return Estimate(k / n, low, high, level, "Clopper-Pearson", n)


def cluster_wilson(correct_by_group: npt.ArrayLike, n_by_group: npt.ArrayLike, level: float = 0.95) -> Estimate:
    """Interval of the pooled share when the trials of one group (a person) resemble each other.

    Wilson's score interval with the effective number of trials in place of the number, and the t quantile on
    groups - 1 degrees of freedom in place of the normal one. The effective number is p (1 - p) / V, where V is the
    variance of the pooled share as a ratio between groups (Cochran 1977, section 6.3), and never above the number of
    trials. When everything or nothing is right, V is zero and says nothing: each group then counts as one trial.

    Args:
        correct_by_group: (groups,) integers.
        n_by_group: (groups,) integers, trials of each group.
        level: nominal coverage.

    Raises:
        DataError: fewer than two groups, a group without trials or with more successes than trials, or a bad `level`.
    """
    check_level(level)
    correct, trials = np.asarray(correct_by_group), np.asarray(n_by_group)
    if correct.ndim != 1 or correct.shape != trials.shape:
        raise DataError(
            f"counts by group have the shapes {correct.shape} and {trials.shape}", todo="give one number per group"
        )
    groups, n = len(trials), int(trials.sum())
    if groups < 2:
        raise DataError(
            f"{_count(groups, 'group')} cannot show how groups differ", todo="use two or more groups, better five"
        )
    for g in range(groups):
        check_count(int(correct[g]), int(trials[g]), where=f"group {g}")
    p = int(correct.sum()) / n
    variance = groups / (groups - 1) * float(np.sum((correct - p * trials) ** 2)) / n**2
    if p in (0.0, 1.0):
        effective = float(groups)
    else:
        effective = min(float(n), p * (1 - p) / variance) if variance > 0 else float(n)
    low, high = _score(p, effective, t_quantile((1 + level) / 2, groups - 1))
    return Estimate(p, low, high, level, "design-effect Wilson, t quantile", n, groups)


def _score(p: float, n: float, z: float) -> tuple[float, float]:
    """Both ends of the score interval; exactly 0 and 1 at the ends of the scale."""
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (0.0 if p == 0 else max(0.0, middle - half), 1.0 if p == 1 else min(1.0, middle + half))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
