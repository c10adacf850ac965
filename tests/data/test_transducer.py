from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.data import counts_per_unit, dimension, resolution, window_samples
from sensorsmith.data.transducer import check_rate
from sensorsmith.spec.types import Channel, Sensor

ACCELERATION = Channel(name="ax", unit="g", resolution="0.244 mg")
RATE = Channel(name="wz", unit="rad/s", resolution="70 mdps")


def test_units_and_counts() -> None:
    assert (dimension(ACCELERATION), dimension(RATE)) == ("acceleration", "angular rate")
    assert resolution(ACCELERATION) == pytest.approx(0.244e-3 * 9.80665)
    assert counts_per_unit(ACCELERATION, "g") == pytest.approx(1 / 0.244e-3)
    assert counts_per_unit(ACCELERATION, "m/s2") == pytest.approx(1 / (0.244e-3 * 9.80665))
    assert counts_per_unit(RATE, "rad/s") == pytest.approx(180 / math.pi / 0.07)
    assert counts_per_unit(RATE, "dps") == pytest.approx(1 / 0.07)


def test_a_foreign_unit_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        counts_per_unit(ACCELERATION, "dps")
    assert str(caught.value) == "channel 'ax' is recorded in 'dps', which is not a unit of acceleration"


def test_window_in_samples(sensor: Callable[..., Sensor]) -> None:
    assert window_samples(sensor(window={"length": "4 s", "hop": "20 ms"})) == (200, 1)


@pytest.mark.parametrize("rate", [49.51, 50.0, 50.49])
def test_a_rate_within_one_percent_passes(sensor: Callable[..., Sensor], rate: float) -> None:
    check_rate(rate, sensor(), "a.csv")


@pytest.mark.parametrize("rate", [49.4, 50.6, 100.0, math.nan, math.inf])
def test_another_rate_is_refused(sensor: Callable[..., Sensor], rate: float) -> None:
    with pytest.raises(DataError) as caught:
        check_rate(rate, sensor(), "a.csv")
    assert str(caught.value) == (
        f"a.csv: recorded at {rate:.4g} Hz, but the transducer samples at 50 Hz; "
        "set transducer.rate to the rate of the recordings, or record again"
    )
