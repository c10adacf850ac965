from __future__ import annotations

from math import log2

import pytest

from sensorsmith.base.errors import RequirementFailed
from sensorsmith.interface import check_budget, information_budget
from sensorsmith.spec.types import Sensor


def _with(sensor: Sensor, bits: int, budget: float, hop: float) -> Sensor:
    outputs = sensor.outputs.model_copy(update={"confidence_bits": bits, "budget": budget})
    return sensor.model_copy(update={"outputs": outputs, "window": sensor.window.model_copy(update={"hop": hop})})


def test_four_classes_four_bits_and_the_range_once_a_second_are_seven_bits_per_second(tiny_sensor: Sensor) -> None:
    budget = information_budget(_with(tiny_sensor, 4, 7.0, 1.0), 4)
    assert budget.bits_per_second == 7.0
    lines = [(line.register, line.levels, line.bits) for line in budget.lines]
    assert lines == [("STATUS", 2, 1.0), ("CLASS", 4, 2.0), ("CONF", 16, 4.0)]


@pytest.mark.parametrize(("classes", "bits", "hop"), [(1, 0, 1.0), (7, 4, 1.0), (10, 8, 0.25), (254, 8, 0.02)])
def test_the_formula(tiny_sensor: Sensor, classes: int, bits: int, hop: float) -> None:
    budget = information_budget(_with(tiny_sensor, bits, 1e9, hop), classes)
    assert budget.bits_per_second == pytest.approx((1 + log2(classes) + bits) / hop)


def test_a_sensor_at_its_budget_passes(tiny_sensor: Sensor) -> None:
    assert check_budget(_with(tiny_sensor, 4, 7.0, 1.0), 4).allowed == 7.0


def test_one_over_its_budget_is_refused(tiny_sensor: Sensor) -> None:
    with pytest.raises(RequirementFailed) as caught:
        check_budget(_with(tiny_sensor, 8, 6.0, 0.5), 4)
    assert str(caught.value) == (
        "outputs.budget: the sensor could tell its host 22.00 bit/s, 16.00 bit/s more than its budget of 6 bit/s "
        "(STATUS 1.00 + CLASS 2.00 + CONF 8.00 bit per window, 2 windows per second); "
        "lower outputs.confidence_bits, lengthen window.hop, or raise the budget"
    )
