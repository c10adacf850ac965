from __future__ import annotations

import pytest
from tests.compiler.lower.test_geometry import INPUT, OUTPUT, RANGE, SCALE, Access, least_distance

from sensorsmith.compiler.lower.requantize import Requantize


@pytest.mark.parametrize("size", [1, 2, 3, 37])
@pytest.mark.parametrize(("input_width", "output_width"), [(1, 2), (2, 1), (2, 2)])
def test_the_lead_of_a_change_of_width(input_width: int, output_width: int, size: int) -> None:
    accesses: list[Access] = []
    for i in range(size):
        accesses += [("read", i * input_width + byte) for byte in range(input_width)]
        accesses += [("write", i * output_width + byte) for byte in range(output_width)]
    call = Requantize(0, 0, RANGE, SCALE, size, input_width, INPUT, output_width, OUTPUT)
    assert call.lead(INPUT, OUTPUT) == least_distance(accesses, size * output_width)
