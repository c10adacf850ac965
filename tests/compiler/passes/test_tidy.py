from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from tests.graph import messy
from tests.graph.models import Model, inputs_of
from tests.graph.operators import networks

from sensorsmith.compiler.passes.tidy import tidy
from sensorsmith.compiler.passes.unread import drop_unread
from sensorsmith.graph import (
    Add,
    Conv2D,
    FullyConnected,
    Graph,
    Pool2D,
    Quantization,
    Quantize,
    Reshape,
    check_graph,
    interpret_batch,
    read_tflite,
)


@settings(max_examples=60, deadline=None)
@given(graph=networks())
def test_results_stay_the_same(graph: Graph) -> None:
    less = tidy(graph)
    check_graph(less)
    assert len(less.nodes) <= len(graph.nodes)
    x = inputs_of(graph, 3)
    np.testing.assert_array_equal(interpret_batch(less, x), interpret_batch(graph, x))


def test_reshapes_around_a_one_dimensional_convolution_become_one_each() -> None:
    graph = read_tflite(messy.conv1d())
    less = drop_unread(tidy(graph))
    # Before: to an image; to steps and back to an image; to steps and to one row.
    assert [type(node.op) for node in less.nodes] == [Reshape, Conv2D, Pool2D, Reshape, FullyConnected]
    x = inputs_of(graph, 20)
    np.testing.assert_array_equal(interpret_batch(less, x), interpret_batch(graph, x))


def test_a_reshape_that_makes_the_output_stays() -> None:
    model = Model()
    x = model.activation((1, 6))
    graph = model.graph(x, model.node(Reshape((1, 6)), (x,), model.activation((1, 6))))
    assert tidy(graph).nodes == graph.nodes


def test_a_reshape_that_changes_the_scale_a_little_stays() -> None:
    model = Model()
    x = model.activation((1, 6))
    y = model.node(Reshape((1, 6)), (x,), model.activation((1, 6)))
    graph = model.graph(x, model.node(Add(), (y, y), model.activation((1, 6))))
    assert [type(node.op) for node in tidy(graph).nodes] == [Add]
    other = replace(graph.tensors[y], quantization=Quantization((0.05 + 1e-7,), (0,)))
    apart = replace(graph, tensors=(graph.tensors[0], other, graph.tensors[2]))
    check_graph(apart)
    assert tidy(apart).nodes == apart.nodes


def test_requantization_to_the_same_scale_is_left_out() -> None:
    model = Model()
    x = model.activation((1, 6))
    y = model.node(Quantize(), (x,), model.activation((1, 6)))
    z = model.node(Quantize(), (y,), model.activation((1, 6), 0.1))
    assert [node.outputs for node in tidy(model.graph(x, z)).nodes] == [(z,)]


def test_constants_that_are_there_twice_are_shared() -> None:
    model = Model()
    x = y = model.activation((1, 4))
    weights = model.weights((4, 4))
    again = model.tensor((4, 4), "int8", model.quantization(weights), model.tensors[weights].data)
    other = model.tensor((4, 4), "int8", Quantization((0.02,), (0,)), model.tensors[weights].data)
    for w in (weights, again, other):
        y = model.node(FullyConnected(), (y, w), model.activation((1, 4), 0.2))
    less = tidy(model.graph(x, y))
    assert [node.inputs[1] for node in less.nodes] == [weights, weights, other]
