from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_as_oracle, assert_same_for_every_input
from tests.graph.models import Model, draw_prelu, single_layers, zero_points
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, LeakyRelu, Prelu, Quantization


def leaky(alpha: float, x: tuple[float, int] = (0.1, 0), y: tuple[float, int] = (0.1, 0)) -> Graph:
    model = Model()
    start = model.activation((1, 256), *x)
    return model.graph(start, model.node(LeakyRelu(alpha), (start,), model.activation((1, 256), *y)))


TENTH = Quantization((0.1,), (0,))


def prelu(shape: tuple[int, ...], y_scale: float = 0.05, alpha: Quantization = TENTH) -> Graph:
    model = Model()
    x = model.activation((1, 3, 2, 4))
    slopes = model.tensor(shape, "int8", alpha, np.ones(shape, np.int8))
    return model.graph(x, model.node(Prelu(), (x, slopes), model.activation((1, 3, 2, 4), y_scale)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    alpha=st.floats(-4, 4, width=32),
    exponent=st.floats(-20, 8),
    finer=st.floats(-8, 8),
    x_zero=zero_points,
    y_zero=zero_points,
)
def test_every_input_of_leaky_relu_equals_tflite_micro(
    alpha: float, exponent: float, finer: float, x_zero: int, y_zero: int, oracle: Oracle
) -> None:
    graph = leaky(alpha, (2**exponent, x_zero), (2 ** (exponent + finer), y_zero))
    assert_same_for_every_input(graph, oracle)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_prelu))
def test_prelu_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


FINE = "the output's scale is too fine for the scales of its inputs; quantize the model again with representative data"


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (leaky(0.1), "its alpha 0.1 is not a finite float32 number; use an alpha such as 0.25"),
        (leaky(float("nan")), "its alpha nan is not a finite float32 number; use an alpha such as 0.25"),
        (leaky(1.0, (1.0, 0), (2.0**-23, 0)), FINE),
        (leaky(-(2.0**20), (1.0, 0), (2.0**-4, 0)), FINE),
    ],
)
def test_leaky_relus_beyond_their_arithmetic_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 (LEAKY_RELU -> 't1'): {message}")


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            prelu((2,)),
            "its alpha (2,) does not fit its input (1, 3, 2, 4); share alpha along whole dimensions of the input",
        ),
        (
            prelu((1, 1, 3, 2, 4)),
            "its alpha (1, 1, 3, 2, 4) does not fit its input (1, 3, 2, 4); "
            "share alpha along whole dimensions of the input",
        ),
        (
            prelu((4,), alpha=Quantization((0.1,) * 4, (0,) * 4, 0)),
            "its alpha has several scales; quantize alpha as a whole",
        ),
        (prelu((4,), 2.0**-28), FINE),
        (prelu((4,), alpha=Quantization((2.0**15,), (0,))), FINE),
    ],
)
def test_prelus_beyond_their_arithmetic_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 (PRELU -> 't2'): {message}")
