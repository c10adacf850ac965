from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, draw_transpose_conv, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, TransposeConv


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_transpose_conv))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def layer(
    stride: tuple[int, int] = (2, 2),
    x: tuple[int, ...] = (1, 3, 4, 2),
    filter_: tuple[int, ...] = (5, 3, 3, 2),
    shape: tuple[int, ...] = (1, 6, 8, 5),
    y: tuple[int, ...] = (1, 6, 8, 5),
) -> Graph:
    model = Model()
    image = model.activation(x)
    inputs = (model.indices(shape), model.weights(filter_), image)
    return model.graph(image, model.node(TransposeConv(stride), inputs, model.activation(y)))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            layer(filter_=(5, 3, 3, 1)),
            "its filter (5, 3, 3, 1) does not fit its input (1, 3, 4, 2); "
            "use an ungrouped convolution over images of shape (1, H, W, C)",
        ),
        (
            layer(shape=(1, 6, 7, 5)),
            "its output has shape (1, 6, 8, 5), it asks for [1, 6, 7, 5]; convert the model again",
        ),
        (layer((0, 1)), "a stride is below 1; convert the model again"),
        (
            layer(filter_=(5, 26, 3, 2)),
            "its window (26, 3) is more than four times as large as its output (1, 6, 8, 5); use a smaller window",
        ),
        (
            layer((2, 3)),
            "its output (1, 6, 8, 5) and windows (3, 3) belong to an input of (3, 3), not (3, 4); "
            "convert the model again",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 (TRANSPOSE_CONV -> 't3'): {message}")
