from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, draw_reshape, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, Reshape


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_reshape))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def test_another_number_of_elements_is_refused() -> None:
    model = Model()
    x = model.activation((1, 4, 3, 2))
    y = model.node(Reshape((1, 12)), (x,), model.activation((1, 12)))
    assert_refused(
        model.graph(x, y),
        "layer 0 (RESHAPE -> 't1'): reshapes (1, 4, 3, 2) by (1, 12) to (1, 12); "
        "give input and output the same number of elements",
    )
