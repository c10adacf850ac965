from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, draw_mean, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, Mean, mean_axes


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=single_layers(draw_mean))
def test_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


def mean(axes: tuple[int, ...], y: tuple[int, ...], scale: float = 0.05) -> Graph:
    model = Model()
    x = model.activation((1, 4, 3, 2))
    return model.graph(x, model.node(Mean(), (x, model.indices(axes)), model.activation(y, scale)))


def test_axes_are_sorted_and_each_counts_once() -> None:
    graph = mean((-2, 1, 2), (1, 2))
    assert mean_axes(graph.tensors[0], graph.tensors[1]) == (1, 2)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            mean((0, 1), (3, 2)),
            "the shape (3, 2) of 't2' does not begin with a batch of 1; convert the model with batch 1",
        ),
        (
            mean((0, 1), (1, 3, 2)),
            "its axes [0, 1] are not dimensions of its input (1, 4, 3, 2) other than the batch; "
            "take the mean over dimensions 1 and up",
        ),
        (
            mean((4,), (1, 2)),
            "its axes [4] are not dimensions of its input (1, 4, 3, 2) other than the batch; "
            "take the mean over dimensions 1 and up",
        ),
        (mean((1,), (1, 2)), "its output has shape (1, 2), its axes give (1, 3, 2); convert the model again"),
        (
            mean((1, 2), (1, 2), scale=1e-20),
            "the output's scale is too fine for the scales of its inputs; "
            "quantize the model again with representative data",
        ),
    ],
)
def test_axes_and_scales_that_do_not_fit_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 (MEAN -> 't2'): {message}")
