"""Intervals and paired tests: numpy only, one home for all of it."""

from sensorsmith.stats.estimate import Estimate
from sensorsmith.stats.paired import EXACT_GROUPS, mcnemar_exact, paired_cluster_difference
from sensorsmith.stats.proportions import (
    MINIMUM_GROUPS,
    MINIMUM_TRIALS,
    clopper_pearson,
    cluster_wilson,
    insufficient,
    wilson,
)
from sensorsmith.stats.special import beta_quantile, incomplete_beta, normal_quantile, t_quantile

__all__ = [
    "EXACT_GROUPS",
    "MINIMUM_GROUPS",
    "MINIMUM_TRIALS",
    "Estimate",
    "beta_quantile",
    "clopper_pearson",
    "cluster_wilson",
    "incomplete_beta",
    "insufficient",
    "mcnemar_exact",
    "normal_quantile",
    "paired_cluster_difference",
    "t_quantile",
    "wilson",
]
