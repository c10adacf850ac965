"""What every function of this room returns."""

from __future__ import annotations

from dataclasses import dataclass

from sensorsmith.base.errors import DataError
from sensorsmith.base.records import Interval


@dataclass(frozen=True)
class Estimate:
    """A value with its confidence interval.

    Attributes:
        value: the point estimate, a share or a difference of shares.
        low, high: ends of the interval.
        level: nominal coverage.
        method: name of the interval, as printed.
        n: trials or pairs behind it.
        groups: independent groups behind it; None where every trial is taken as independent.
        p_value: two-sided, of the hypothesis that there is no difference; None where none was tested.
    """

    value: float
    low: float
    high: float
    level: float
    method: str
    n: int
    groups: int | None = None
    p_value: float | None = None

    def interval(self) -> Interval:
        """The interval as records carry it."""
        return Interval(
            low=self.low, high=self.high, level=self.level, method=self.method, n=self.n, groups=self.groups
        )


def check_level(level: float) -> None:
    """Refuse a confidence level outside 0 to 1.

    Raises:
        DataError: `level` is not a share.
    """
    if not 0 < level < 1:
        raise DataError(f"{level} is not a confidence level", todo="give a share between 0 and 1, such as 0.95")


def check_count(k: int, n: int, where: str = "") -> None:
    """Refuse a number of successes that does not fit the number of trials.

    Raises:
        DataError: there are no trials, or `k` is not from 0 to `n`.
    """
    if n < 1:
        raise DataError("there are no trials", where=where, todo="leave out what was never tried")
    if not 0 <= k <= n:
        raise DataError(f"{k} of {n} is not a share", where=where, todo="count from 0 to the number of trials")
