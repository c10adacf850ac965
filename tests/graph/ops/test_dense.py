from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Draw, Model, draw_dense, draw_dense_rows, draw_input, inputs_of, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import FullyConnected, Graph, Reshape, interpret, interpret_batch


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_dense))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


@st.composite
def rows(draw: Draw) -> Graph:
    """Rows that need not come to one at the model's output, which begins with a batch of 1."""
    model = Model("int8", draw(st.integers(0, 2**32)))
    x = draw_input(draw, model)
    y = draw_dense_rows(draw, model, x)
    flat = (1, model.tensors[y].size)
    z = model.activation(flat, model.scale(y), model.quantization(y).zero_point[0])
    return model.graph(x, model.node(Reshape(flat), (y,), z))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=rows())
def test_several_rows_equal_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


@settings(max_examples=20, deadline=None)
@given(graph=rows())
def test_rows_of_many_inputs_do_not_mix(graph: Graph) -> None:
    inputs = inputs_of(graph, 3)
    for x, y in zip(inputs, interpret_batch(graph, inputs), strict=True):
        alone = interpret(graph, x[None])[graph.outputs[0]]
        assert alone is not None
        np.testing.assert_array_equal(alone[0], y)


def layer(x: tuple[int, ...], weights: tuple[int, ...], y: tuple[int, ...]) -> Graph:
    model = Model()
    start = model.activation(x)
    inputs = (start, model.weights(weights))
    return model.graph(start, model.node(FullyConnected(), inputs, model.activation(y)))


def test_weights_of_another_depth_are_refused() -> None:
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
