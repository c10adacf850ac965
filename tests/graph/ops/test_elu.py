from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_for_every_input
from tests.graph.models import Model, zero_points
from tests.graph.oracle import Oracle

from sensorsmith.graph import Elu, Graph


def elu(x: tuple[float, int], y: tuple[float, int]) -> Graph:
    model = Model()
    start = model.activation((1, 256), *x)
    return model.graph(start, model.node(Elu(), (start,), model.activation((1, 256), *y)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exponent=st.floats(-20, 8), finer=st.floats(-8, 8), x_zero=zero_points, y_zero=zero_points)
def test_every_input_equals_tflite_micro(
    exponent: float, finer: float, x_zero: int, y_zero: int, oracle: Oracle
) -> None:
    assert_same_for_every_input(elu((2**exponent, x_zero), (2 ** (exponent + finer), y_zero)), oracle)


def test_an_output_of_too_fine_a_scale_is_refused() -> None:
    assert_refused(
        elu((1.0, 0), (2.0**-23, 0)),
        "layer 0 (ELU -> 't1'): the output's scale is too fine for the scale of its input; "
        "quantize the model again with representative data",
    )
