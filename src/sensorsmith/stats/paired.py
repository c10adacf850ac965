"""Comparison of two classifiers on the same trials."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError
from sensorsmith.stats.estimate import Estimate, check_level
from sensorsmith.stats.proportions import clopper_pearson
from sensorsmith.stats.special import incomplete_beta, t_quantile

EXACT_GROUPS = 20
"""Up to this number of groups all sign flips are tried: a million sums at most."""


def mcnemar_exact(b: int, c: int, level: float = 0.95) -> Estimate:
    """McNemar's exact test on independent pairs, from the pairs in which only one of the two is right.

    Under no difference `b` is binomial with `b + c` trials at one half; the p-value is twice the smaller tail, at
    most 1. The value is b / (b + c) with its Clopper-Pearson interval: one half means no difference.

    Args:
        b: trials that only the first gets right.
        c: trials that only the second gets right.
        level: nominal coverage.

    Raises:
        DataError: a negative count, or `level` not between 0 and 1.
    """
    check_level(level)
    if min(b, c) < 0:
        raise DataError(f"{min(b, c)} is not a number of pairs", todo="count from 0")
    method = "McNemar exact, Clopper-Pearson"
    if b + c == 0:  # the two are never apart: all shares are possible
        return Estimate(0.5, 0.0, 1.0, level, method, 0, p_value=1.0)
    share = clopper_pearson(b, b + c, level)
    p_value = min(1.0, 2 * _half_binomial(min(b, c), b + c))
    return Estimate(share.value, share.low, share.high, level, method, b + c, p_value=p_value)


def paired_cluster_difference(
    a_correct: npt.ArrayLike, b_correct: npt.ArrayLike, group: npt.ArrayLike, level: float = 0.95
) -> Estimate:
    """Difference of accuracies, first minus second, with groups (people) as the independent units.

    The value is the mean over groups of each group's own difference, so that every group counts the same. Interval:
    t on these differences with groups - 1 degrees of freedom. p-value, up to `EXACT_GROUPS` groups: the share of all
    sign flips of the differences whose sum is at least as far from zero (Fisher's randomisation test); above, None.

    Args:
        a_correct: (n,) booleans, whether the first is right on each trial.
        b_correct: (n,) booleans for the second, on the same trials.
        group: (n,) names or numbers of the groups.
        level: nominal coverage.

    Raises:
        DataError: lengths differ, fewer than two groups, or `level` not between 0 and 1.
    """
    check_level(level)
    a, b, names = np.asarray(a_correct, bool), np.asarray(b_correct, bool), np.asarray(group)
    if a.ndim != 1 or not a.shape == b.shape == names.shape:
        raise DataError(
            f"the trials have the shapes {a.shape}, {b.shape} and {names.shape}", todo="give one entry per trial"
        )
    unique, index = np.unique(names, return_inverse=True)
    groups = len(unique)
    if groups < 2:
        raise DataError(
            f"{'no groups' if groups == 0 else '1 group'} cannot show how groups differ", todo="use two or more groups"
        )
    surplus = np.bincount(index, weights=a.astype(float) - b.astype(float))
    differences = surplus / np.bincount(index)
    mean = float(differences.mean())
    half = t_quantile((1 + level) / 2, groups - 1) * float(differences.std(ddof=1)) / math.sqrt(groups)
    p_value = _sign_flip(differences) if groups <= EXACT_GROUPS else None
    low, high = max(-1.0, mean - half), min(1.0, mean + half)
    return Estimate(mean, low, high, level, "t on differences by group", len(a), groups, p_value)


def _half_binomial(k: int, n: int) -> float:
    """Probability of at most `k` successes in `n` trials at one half."""
    return 1.0 if k >= n else incomplete_beta(0.5, n - k, k + 1)


def _sign_flip(differences: npt.NDArray[np.float64]) -> float:
    """Share of the sign flips that reach the observed sum; by symmetry the first sign stays."""
    sums = differences[:1]
    for difference in differences[1:]:
        sums = np.concatenate((sums + difference, sums - difference))
    slack = 1e-12 * float(np.abs(differences).sum())  # equal sums may differ by rounding
    return float(np.mean(np.abs(sums) >= abs(float(differences.sum())) - slack))
