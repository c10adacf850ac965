from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_for_every_input
from tests.graph.models import Model, zero_points
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, Logistic, Tanh

OUTPUTS = {Logistic(): (1 / 256, -128), Tanh(): (1 / 128, 0)}


def sigmoid(op: Logistic | Tanh, scale: float, zero_point: int = 0, output: tuple[float, int] | None = None) -> Graph:
    model = Model()
    x = model.activation((1, 256), scale, zero_point)
    return model.graph(x, model.node(op, (x,), model.activation((1, 256), *(output or OUTPUTS[op]))))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(op=st.sampled_from(list(OUTPUTS)), exponent=st.floats(-28, 29), zero_point=zero_points)
def test_every_input_equals_tflite_micro(op: Logistic | Tanh, exponent: float, zero_point: int, oracle: Oracle) -> None:
    assert_same_for_every_input(sigmoid(op, 2**exponent, zero_point), oracle)


@pytest.mark.parametrize("op", OUTPUTS, ids=["logistic", "tanh"])
@pytest.mark.parametrize("scale", [2.0**-28, 1 / 256, 0.1, 0.5, 15.9, 16.0, 2.0**29])
def test_scales_at_the_ends_of_their_ranges(op: Logistic | Tanh, scale: float, oracle: Oracle) -> None:
    assert_same_for_every_input(sigmoid(op, scale, -3), oracle)


def sigmoid_16(op: Logistic | Tanh, scale: float, output: float = 1 / 32768) -> Graph:
    model = Model("int16")
    x = model.activation((1, 65536), scale)
    return model.graph(x, model.node(op, (x,), model.activation((1, 65536), output)))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(op=st.sampled_from(list(OUTPUTS)), exponent=st.floats(-30, 1.4))
def test_every_input_of_int16_equals_tflite_micro(op: Logistic | Tanh, exponent: float, oracle: Oracle) -> None:
    assert_same_for_every_input(sigmoid_16(op, 2**exponent), oracle)


@pytest.mark.parametrize("op", OUTPUTS, ids=["logistic", "tanh"])
@pytest.mark.parametrize("scale", [2.0**-12, 2.0**-11, 2.0**-10, 2.0**-12 * 1.0005, 2.0**-12 * 1.002, 2.6, 1e-12])
def test_powers_of_two_and_the_ends_of_the_range(op: Logistic | Tanh, scale: float, oracle: Oracle) -> None:
    assert_same_for_every_input(sigmoid_16(op, scale), oracle)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            sigmoid(Logistic(), 0.1, output=(1 / 256, -127)),
            "layer 0 (LOGISTIC -> 't1'): its output is not quantized with scale 1/256 and zero point -128; "
            "quantize the model again",
        ),
        (
            sigmoid(Tanh(), 0.1, output=(1 / 256, 0)),
            "layer 0 (TANH -> 't1'): its output is not quantized with scale 1/128 and zero point 0; "
            "quantize the model again",
        ),
        (
            sigmoid_16(Tanh(), 0.1, 1 / 256),
            "layer 0 (TANH -> 't1'): its output is not quantized with scale 1/32768 and zero point 0; "
            "quantize the model again",
        ),
        (
            sigmoid_16(Logistic(), 2.7),
            "layer 0 (LOGISTIC -> 't1'): its input's scale 2.7 is out of range; quantize the model again",
        ),
        (
            sigmoid(Tanh(), 2.0**-29),
            "layer 0 (TANH -> 't1'): its input's scale 1.86265e-09 is out of range; quantize the model again",
        ),
        (
            sigmoid(Logistic(), 2.0**30),
            "layer 0 (LOGISTIC -> 't1'): its input's scale 1.07374e+09 is out of range; quantize the model again",
        ),
    ],
)
def test_what_tflite_micro_cannot_do_is_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, message)


def test_an_output_of_another_shape_is_refused() -> None:
    model = Model()
    x = model.activation((1, 4))
    assert_refused(
        model.graph(x, model.node(Tanh(), (x,), model.activation((1, 4, 1), 1 / 128, 0))),
        "layer 0 (TANH -> 't1'): its input (1, 4) and output (1, 4, 1) differ; convert the model again",
    )
