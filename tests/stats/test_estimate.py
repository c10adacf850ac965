from sensorsmith.base.records import Interval
from sensorsmith.stats import Estimate


def test_an_estimate_becomes_the_interval_of_a_record() -> None:
    estimate = Estimate(0.8, 0.7, 0.9, 0.9, "Wilson", 60, 12, 0.03)
    assert estimate.interval() == Interval(low=0.7, high=0.9, level=0.9, method="Wilson", n=60, groups=12)
