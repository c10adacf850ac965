from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, draw_softmax, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, Softmax, interpret


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_softmax))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def softmax(
    beta: float = 1.0, shape: tuple[int, ...] = (1, 4), scale: float = 0.1, output: tuple[float, int] = (1 / 256, -128)
) -> Graph:
    model = Model()
    x = model.activation(shape, scale)
    return model.graph(x, model.node(Softmax(beta), (x,), model.activation(shape, *output)))


def test_every_difference_of_two_inputs_equals_tflite_micro(oracle: Oracle) -> None:
    inputs = [np.array([[127, 127 - d]], np.int8) for d in range(256)]
    for scale in (0.01, 0.1, 0.9):
        graph = softmax(shape=(1, 2), scale=scale)
        for x, expected in zip(inputs, oracle.run(graph, inputs), strict=True):
            np.testing.assert_array_equal(interpret(graph, x)[1], expected[1])


def softmax_16(scale: float, shape: tuple[int, ...] = (1, 2), beta: float = 1.0, output: float = 1 / 32768) -> Graph:
    model = Model("int16")
    x = model.activation(shape, scale)
    return model.graph(x, model.node(Softmax(beta), (x,), model.activation(shape, output)))


@pytest.mark.parametrize("scale", [1e-5, 2e-4, 0.004, 4.0])
def test_differences_of_two_int16_equal_tflite_micro(scale: float, oracle: Oracle) -> None:
    inputs = [np.array([[32767, 32767 - d]], np.int16) for d in range(0, 65536, 113)]
    graph = softmax_16(scale)
    for x, expected in zip(inputs, oracle.run(graph, inputs), strict=True):
        np.testing.assert_array_equal(interpret(graph, x)[1], expected[1])


def test_many_equal_int16_classes(oracle: Oracle) -> None:
    for classes in (1, 2, 3, 4, 31, 1000):
        graph = softmax_16(0.001, (1, classes))
        x = np.zeros((1, classes), np.int16)
        np.testing.assert_array_equal(interpret(graph, x)[1], oracle.run(graph, [x])[0][1])


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (softmax(beta=0.0), "its beta 0.0 is not a positive float32 number; use beta 1"),
        (softmax(beta=0.1), "its beta 0.1 is not a positive float32 number; use beta 1"),
        (
            softmax(output=(1 / 128, -128)),
            "its output is not quantized with scale 1/256 and zero point -128; quantize the model again",
        ),
        (softmax(scale=1e-9), "its input's scale is too fine; quantize the model again"),
        (
            softmax_16(0.1, output=1 / 256),
            "its output is not quantized with scale 1/32768 and zero point 0; quantize the model again",
        ),
        (softmax_16(5.1), "its input's scale is too coarse; quantize the model again"),
        (softmax_16(0.1, (1, 65537)), "has 65537 classes; use at most 65536 classes"),
        (softmax(shape=(1, 4096)), "has 4096 classes; use fewer than 4096 classes"),
    ],
)
def test_what_tflite_micro_cannot_do_is_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 (SOFTMAX -> 't1'): {message}")
