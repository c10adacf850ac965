from __future__ import annotations

import numpy as np
import pytest

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler.requantize import channel_scales, check_sums, range_record, scale_record
from sensorsmith.compiler.steps import Range, Scale
from sensorsmith.graph import Quantization, Tensor


def test_a_factor_becomes_a_multiplier_of_31_bits_and_a_power_of_two() -> None:
    assert scale_record(0.75) == Scale(3 << 29, 0)
    assert scale_record(6.0) == Scale(3 << 29, 3)
    assert scale_record(2.0**-40) == Scale(0, 0)


def test_one_factor_serves_all_channels() -> None:
    assert channel_scales(np.array([0.5]), 3).each() == [Scale(1 << 30, 0)] * 3
    assert channel_scales(np.array([0.5, 1.0]), 2).each() == [Scale(1 << 30, 0), Scale(1 << 30, 1)]


def test_an_activation_narrows_the_range() -> None:
    tensor = Tensor("y", (1, 4), "int8", Quantization((0.5,), (-100,)))
    assert range_record(tensor, "none") == Range(-100, -128, 127)
    assert range_record(tensor, "relu") == Range(-100, -100, 127)
    assert range_record(tensor, "relu6") == Range(-100, -100, -88)


@pytest.mark.parametrize(
    ("largest", "scale"),
    [
        (2**31 - 1, Scale(1 << 30, -1)),
        (2**30 - 1, Scale(1 << 30, 1)),
        (2**30, Scale((1 << 31) - 1, -9)),
        (2**31 - 600, Scale((1 << 31) - 1, 0)),
    ],
)
def test_sums_that_stay_within_32_bits(largest: int, scale: Scale) -> None:
    check_sums([0, largest], [Scale(0, 0), scale], "layer 0")


@pytest.mark.parametrize(
    ("largest", "scale"),
    [
        (2**31, Scale(0, 0)),
        (2**30, Scale(0, 1)),
        (2**31 - 500, Scale((1 << 31) - 1, 0)),
        (2**31 - 1, Scale((1 << 31) - 1, -9)),
    ],
)
def test_sums_that_may_not(largest: int, scale: Scale) -> None:
    with pytest.raises(ModelError) as caught:
        check_sums([0, largest], [Scale(0, 0), scale], "layer 0")
    assert str(caught.value) == (
        f"layer 0: the sum of output channel 1 can reach {largest}, too much for 32 bits at its scale; "
        "quantize the model again, or use smaller weights and biases"
    )
