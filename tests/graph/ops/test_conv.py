from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, draw_conv, draw_depthwise, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import Conv2D, DepthwiseConv2D, Graph, Operator


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_conv))
def test_convolution_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_depthwise))
def test_depthwise_convolution_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def layer(
    op: Operator,
    x: tuple[int, ...] = (1, 6, 5, 2),
    filter_: tuple[int, ...] = (3, 3, 3, 2),
    y: tuple[int, ...] = (1, 6, 5, 3),
) -> Graph:
    model = Model()
    image = model.activation(x)
    weights = model.weights(filter_)
    return model.graph(image, model.node(op, (image, weights), model.activation(y)))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            layer(Conv2D(), filter_=(3, 3, 3, 1)),
            "layer 0 (CONV_2D -> 't2'): its filter (3, 3, 3, 1) does not fit its input (1, 6, 5, 2); "
            "use an ungrouped convolution over images of shape (1, H, W, C)",
        ),
        (
            layer(DepthwiseConv2D(multiplier=2), filter_=(1, 3, 3, 2)),
            "layer 0 (DEPTHWISE_CONV_2D -> 't2'): its filter (1, 3, 3, 2) with multiplier 2 does not fit its input "
            "(1, 6, 5, 2); convert the model again",
        ),
        (
            layer(Conv2D(stride=(2, 2))),
            "layer 0 (CONV_2D -> 't2'): its output has shape (1, 6, 5, 3), its input and windows give (1, 3, 3, 3); "
            "convert the model again",
        ),
        (
            layer(Conv2D(stride=(0, 1))),
            "layer 0 (CONV_2D -> 't2'): a size, stride or dilation is below 1; convert the model again",
        ),
        (
            layer(Conv2D(dilation=(12, 1))),
            "layer 0 (CONV_2D -> 't2'): its window (3, 3) with dilation (12, 1) is more than four times as large as "
            "its input (1, 6, 5, 2); use a smaller window",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, message)
