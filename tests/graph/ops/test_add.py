from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Draw, Model, draw_add, draw_constant_add, draw_conv, inputs_of, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import Add, Graph, interpret, interpret_batch


def two_branches(draw: Draw, model: Model, x: int) -> int:
    """x and a convolution of x, added where their shapes agree; x twice where they do not."""
    draw_conv(draw, model, x)
    return draw_add(draw, model, x)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(two_branches))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def test_different_shapes_are_refused() -> None:
    model = Model()
    x = model.activation((1, 4))
    y = model.node(Add(), (x, x), model.activation((1, 2)))
    assert_refused(
        model.graph(x, y),
        "layer 0 (ADD -> 't1'): adds shapes (1, 4) and (1, 4) to (1, 2); add tensors of one shape",
    )


def test_an_output_of_too_fine_a_scale_is_refused() -> None:
    model = Model()
    x = model.activation((1, 4), scale=1.0)
    y = model.node(Add(), (x, x), model.activation((1, 4), scale=2.0**-19))
    assert_refused(
        model.graph(x, y),
        "layer 0 (ADD -> 't1'): the output's scale is too fine for the scales of its inputs; "
        "quantize the model again with representative data",
    )


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_constant_add))
def test_adding_a_constant_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)
    inputs = inputs_of(graph, 3)
    for x, y in zip(inputs, interpret_batch(graph, inputs), strict=True):
        np.testing.assert_array_equal(interpret(graph, x[None])[graph.outputs[0]], y[None])
