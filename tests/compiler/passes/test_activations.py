from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compiler.passes.models import extremes
from tests.graph.models import ACTIVATIONS, Model, scales, zero_points

from sensorsmith.compiler.passes.activations import fuse_activations
from sensorsmith.graph import (
    Abs,
    Add,
    Conv2D,
    Graph,
    LeakyRelu,
    Operator,
    Quantize,
    Relu,
    Relu6,
    check_graph,
    interpret_batch,
    same,
)


def _graph(first: str, second: Operator, scale: float = 0.05, zero_point: int = -20, factor: float = 1.0) -> Graph:
    """A convolution with activation `first`, and a layer upon it."""
    model = Model()
    x = model.activation((1, 5, 4, 3), 0.05, 7)
    filter_ = model.weights((6, 1, 1, 3))
    op: Any = Conv2D(activation=first)  # type: ignore[arg-type]
    y = model.node(op, (x, filter_, model.bias(x, filter_, 6)), model.activation((1, 5, 4, 6), scale, zero_point))
    return model.graph(x, model.node(second, (y,), model.activation((1, 5, 4, 6), scale * factor, zero_point)))


@pytest.mark.parametrize(
    ("first", "second", "activation"),
    [
        ("none", Relu(), "relu"),
        ("none", Relu6(), "relu6"),
        ("relu", Relu6(), "relu6"),
        ("relu6", Relu(), "relu6"),
        ("relu6", Quantize(), "relu6"),
        ("none", Quantize(), "none"),
        ("relu", Abs(), "relu"),
        ("relu6", LeakyRelu(0.5), "relu6"),
    ],
)
def test_a_clamp_goes_into_the_layer_before(first: str, second: Operator, activation: str) -> None:
    graph = _graph(first, second)
    fused = fuse_activations(graph)
    check_graph(fused)
    assert len(fused.nodes) == 1
    assert fused.nodes[0].op == Conv2D(activation=activation)  # type: ignore[arg-type]
    x = extremes(graph, 20)
    np.testing.assert_array_equal(interpret_batch(graph, x), interpret_batch(fused, x))


@pytest.mark.parametrize(("first", "second"), [("none", Abs()), ("none", LeakyRelu(0.5))])
def test_what_is_no_clamp_stays(first: str, second: Operator) -> None:
    graph = _graph(first, second)
    assert same(fuse_activations(graph), graph)


def test_another_scale_stays() -> None:
    for op in (Relu(), Quantize()):
        graph = _graph("none", op, factor=0.7)
        assert same(fuse_activations(graph), graph)


@pytest.mark.parametrize("as_output", [True, False])
def test_a_layer_that_others_read_too_stays(as_output: bool) -> None:
    model = Model()
    x = model.activation((1, 4), 0.05, 3)
    y = model.node(Add(), (x, x), model.activation((1, 4), 0.05, 3))
    z = model.node(Relu(), (y,), model.activation((1, 4), 0.05, 3))
    total = model.node(Add(), (y, z), model.activation((1, 4), 0.1, 3))
    graph = model.graph(x, y if as_output else total)
    assert same(fuse_activations(graph), graph)


def test_one_after_the_other() -> None:
    model = Model()
    x = model.activation((1, 4), 0.05, 3)
    y = model.node(Add(), (x, x), model.activation((1, 4), 0.05, 3))
    y = model.node(Quantize(), (y,), model.activation((1, 4), 0.05, 3))
    y = model.node(Relu(), (y,), model.activation((1, 4), 0.05, 3))
    fused = fuse_activations(model.graph(x, y))
    assert [node.op for node in fused.nodes] == [Add("relu")]
    assert fused.nodes[0].outputs == fused.outputs


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ACTIVATIONS),
    st.sampled_from([Relu(), Relu6(), Quantize(), Abs(), LeakyRelu(0.25)]),
    scales,
    zero_points,
)
def test_outputs_stay_as_they_were(first: str, second: Operator, scale: float, zero_point: int) -> None:
    graph = _graph(first, second, scale, zero_point)
    fused = fuse_activations(graph)
    x = extremes(graph, 5)
    np.testing.assert_array_equal(interpret_batch(graph, x), interpret_batch(fused, x))
