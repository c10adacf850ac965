from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_for_every_input
from tests.graph.models import Model, zero_points
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, HardSwish


def hard_swish(x: tuple[float, int], y: tuple[float, int]) -> Graph:
    model = Model()
    start = model.activation((1, 256), *x)
    return model.graph(start, model.node(HardSwish(), (start,), model.activation((1, 256), *y)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exponent=st.floats(-20, 20), finer=st.floats(-6.9, 7.9), x_zero=zero_points, y_zero=zero_points)
def test_every_input_equals_tflite_micro(
    exponent: float, finer: float, x_zero: int, y_zero: int, oracle: Oracle
) -> None:
    assert_same_for_every_input(hard_swish((2**exponent, x_zero), (2 ** (exponent + finer), y_zero)), oracle)


@pytest.mark.parametrize("scale", [0.02, 3 / 256, 6 / 255, 0.1])
def test_usual_scales(scale: float, oracle: Oracle) -> None:
    assert_same_for_every_input(hard_swish((scale, -5), (scale / 2, -110)), oracle)


@pytest.mark.parametrize(("x", "y"), [(1.0, 2.0**-8), (1.0, 2.0**9), (2.0**-23, 2.0**-23), (2.0**25, 2.0**25)])
def test_scales_too_far_apart_are_refused(x: float, y: float) -> None:
    assert_refused(
        hard_swish((x, 0), (y, 0)),
        "layer 0 (HARD_SWISH -> 't1'): its scales are too far apart; quantize the model again with representative data",
    )
