from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, draw_matmul, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import BatchMatMul, Graph


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_matmul))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def product(
    a: tuple[int, ...], b: tuple[int, ...], y: tuple[int, ...], y_scale: float = 0.5, *, adj_x: bool = False
) -> Graph:
    model = Model()
    first = model.activation(a)
    return model.graph(first, model.node(BatchMatMul(adj_x), (first, model.constant(b)), model.activation(y, y_scale)))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            product((1,), (1, 1), (1, 1)),
            "multiplies matrices (1,) and (1, 1); use tensors of 2 to 5 dimensions",
        ),
        (
            product((1, 3, 4), (5, 2), (1, 3, 2)),
            "multiplies matrices (1, 3, 4) and (5, 2) to (1, 3, 2); convert the model again",
        ),
        (
            product((1, 3, 4), (4, 2), (1, 3, 2), adj_x=True),
            "multiplies matrices (1, 3, 4) and (4, 2) to (1, 3, 2); convert the model again",
        ),
        (
            product((1, 2, 3, 4), (3, 4, 2), (1, 2, 3, 2)),
            "multiplies matrices (1, 2, 3, 4) and (3, 4, 2) to (1, 2, 3, 2); convert the model again",
        ),
        (
            product((1, 3, 4), (4, 2), (1, 3, 2), y_scale=2.0**-40),
            "the output's scale is too fine for the scales of its inputs; "
            "quantize the model again with representative data",
        ),
    ],
)
def test_what_does_not_fit_is_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 (BATCH_MATMUL -> 't2'): {message}")
