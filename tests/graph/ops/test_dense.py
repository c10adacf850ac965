from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, draw_dense, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import FullyConnected, Graph


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_dense))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def layer(x: tuple[int, ...], weights: tuple[int, ...], y: tuple[int, ...]) -> Graph:
    model = Model()
    start = model.activation(x)
    inputs = (start, model.weights(weights))
    return model.graph(start, model.node(FullyConnected(), inputs, model.activation(y)))


def test_one_row_for_each_of_many_steps_is_refused() -> None:
    assert_refused(
        layer((1, 7, 4), (3, 4), (1, 7, 3)),
        "layer 0 (FULLY_CONNECTED -> 't2'): its weights (3, 4) do not fit its input (1, 7, 4); "
        "flatten the input, or use a 1x1 convolution to apply a dense layer at every step",
    )


def test_an_output_of_another_shape_is_refused() -> None:
    assert_refused(
        layer((1, 4), (3, 4), (1, 1, 3)),
        "layer 0 (FULLY_CONNECTED -> 't2'): its output has shape (1, 1, 3), its weights give (1, 3); "
        "convert the model again",
    )
