from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import ACTIVATIONS, Draw, Model, draw_dense, inputs_of, scales, single_layers, zero_points
from tests.graph.oracle import Oracle

from sensorsmith.graph import FullyConnected, Graph, interpret_batch


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_dense))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def layer(x: tuple[int, ...], weights: tuple[int, ...], y: tuple[int, ...]) -> Graph:
    model = Model()
    start = model.activation(x)
    inputs = (start, model.weights(weights))
    return model.graph(start, model.node(FullyConnected(), inputs, model.activation(y)))


@st.composite
def layers_at_many_steps(draw: Draw) -> Graph:
    model = Model(seed=draw(st.integers(0, 2**32)))
    steps, inputs, outputs = (draw(st.integers(1, n)) for n in (5, 9, 4))
    between = draw(st.sampled_from([(), (2,)]))
    x = model.activation((1, *between, steps, inputs), 0.05, draw(zero_points))
    weights = model.weights((outputs, inputs), tuple(draw(scales) for _ in range(draw(st.sampled_from([1, outputs])))))
    operands = (x, weights, model.bias(x, weights, outputs)) if draw(st.booleans()) else (x, weights)
    y = model.activation((1, *between, steps, outputs), draw(scales), draw(zero_points))
    return model.graph(x, model.node(FullyConnected(draw(st.sampled_from(ACTIVATIONS))), operands, y))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=layers_at_many_steps())
def test_a_layer_at_each_of_many_steps_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def test_a_layer_at_each_of_many_steps_in_float32() -> None:
    model = Model("float32")
    x = model.activation((1, 7, 4))
    graph = model.graph(x, model.node(FullyConnected(), (x, model.weights((3, 4))), model.activation((1, 7, 3))))
    given = inputs_of(graph, 2)
    weights = graph.tensors[1].data
    assert weights is not None
    np.testing.assert_allclose(interpret_batch(graph, given), given @ weights.T, rtol=1e-5, atol=1e-6)


def test_weights_that_do_not_fit_are_refused() -> None:
    assert_refused(
        layer((1, 7, 4), (3, 5), (1, 7, 3)),
        "layer 0 (FULLY_CONNECTED -> 't2'): its weights (3, 5) do not fit its input (1, 7, 4); flatten the input",
    )


def test_an_output_of_another_shape_is_refused() -> None:
    assert_refused(
        layer((1, 4), (3, 4), (1, 1, 3)),
        "layer 0 (FULLY_CONNECTED -> 't2'): its output has shape (1, 1, 3), its weights give (1, 3); "
        "convert the model again",
    )
    assert_refused(
        layer((1, 7, 4), (3, 4), (1, 21)),
        "layer 0 (FULLY_CONNECTED -> 't2'): its output has shape (1, 21), its weights give (1, 7, 3); "
        "convert the model again",
    )
