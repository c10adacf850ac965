from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compiler.models import motion_net
from tests.compiler.passes.models import extremes, sparse_networks, thinned
from tests.graph.models import Array, Model
from tests.graph.operators import networks
from tests.graph.shared import INT8, shared_model

from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.passes.channels import fold_channels, free_channels
from sensorsmith.compiler.passes.cut import cut_channels
from sensorsmith.compiler.passes.ranges import intervals
from sensorsmith.compiler.schedule import schedule
from sensorsmith.graph import (
    Add,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Mean,
    Pool2D,
    Reshape,
    check_graph,
    interpret,
    interpret_batch,
    read_tflite,
    same,
)


def _shapes(graph: Graph) -> list[tuple[int, ...]]:
    return [graph.tensors[node.outputs[0]].shape for node in graph.nodes]


def _same_outputs(a: Graph, b: Graph, count: int = 4) -> None:
    check_graph(b)
    x = extremes(a, count)
    np.testing.assert_array_equal(interpret_batch(a, x), interpret_batch(b, x))


@settings(max_examples=50, deadline=None)
@given(sparse_networks(), st.sampled_from([1, 2, 4]))
def test_outputs_stay_as_they_were(graph: Graph, multiple: int) -> None:
    _same_outputs(graph, fold_channels(graph, multiple))


@settings(max_examples=50, deadline=None)
@given(networks(), st.integers(0, 2**32), st.sampled_from([1, 4]))
def test_outputs_stay_as_they_were_beside_any_operator(graph: Graph, seed: int, multiple: int) -> None:
    sparse = thinned(graph, seed, 0.5)
    _same_outputs(sparse, fold_channels(sparse, multiple))


@settings(max_examples=50, deadline=None)
@given(sparse_networks(), st.sampled_from([1, 4]))
def test_every_channel_that_stays_keeps_every_value(graph: Graph, multiple: int) -> None:
    known = intervals(graph)
    free = free_channels(graph, known, multiple)
    cut = cut_channels(graph, {i: ~mask for i, mask in free.items()}, {i: k.low for i, k in known.items()})
    for x in extremes(graph, 2):
        before, after = interpret(graph, x[None]), interpret(cut, x[None])
        for i, mask in free.items():
            a, b = before[i], after[i]
            assert a is not None
            assert b is not None
            np.testing.assert_array_equal(a[..., ~mask], b)


def _count(graph: Graph) -> tuple[int, int]:
    """Multiply-accumulates, and weights."""
    calls = [step.call for step in schedule(legalise(graph)).steps]
    weights = [
        a.data.size for call in calls for _, a in call.constants() if a.data.dtype == np.int8 and a.data.ndim > 1
    ]
    return sum(call.macs for call in calls), sum(weights)


@pytest.mark.parametrize(("multiple", "macs", "weights"), [(1, 3_727_313, 29_066), (4, 3_766_476, 30_340)])
def test_half_the_work_of_vww_goes(multiple: int, macs: int, weights: int) -> None:
    graph = read_tflite(shared_model(INT8["vww"]))
    assert _count(graph) == (7_489_664, 208_112)
    folded = fold_channels(graph, multiple)
    assert _count(folded) == (macs, weights)
    _same_outputs(graph, folded)


@pytest.mark.parametrize("name", ["kws", "ic", "ad", "sww", "micro_speech"])
def test_other_real_models_have_nothing_to_fold(name: str) -> None:
    graph = read_tflite(shared_model(INT8[name]))
    assert same(fold_channels(graph, 1), graph)


def test_a_model_so_small_that_every_input_can_be_tried() -> None:
    graph = read_tflite(shared_model(INT8["hello_world"]))
    folded = fold_channels(graph, 1)
    assert _shapes(folded) == [(1, 12), (1, 16), (1, 1)]
    x = np.arange(-128, 128).astype(np.int8)[:, None]
    np.testing.assert_array_equal(interpret_batch(graph, x), interpret_batch(folded, x))


@pytest.mark.parametrize("name", ["kws", "ic", "sww"])
def test_real_models_that_are_made_sparse(name: str) -> None:
    graph = thinned(read_tflite(shared_model(INT8[name])), 0, 0.3)
    folded = fold_channels(graph)
    assert _count(folded)[0] < 0.75 * _count(graph)[0]
    _same_outputs(graph, folded, 2)


def test_folding_takes_little_time() -> None:
    graph = read_tflite(shared_model(INT8["vww"]))
    start = time.perf_counter()
    fold_channels(graph)
    assert time.perf_counter() - start < 1


def _convs(channels: int, zero: tuple[int, ...], second: Conv2D, size: tuple[int, int] = (1, 1)) -> Graph:
    """Two convolutions; the first makes of channel c, where it is among `zero`, the constant 10 + c."""
    model = Model()
    x = model.activation((1, 4, 4, 3), 0.05, 0)
    filter_ = model.weights((channels, 1, 1, 3))
    bias = model.bias(x, filter_, channels)
    weights, biases = _data(model, filter_), _data(model, bias)
    for c in zero:
        weights[c], biases[c] = 0, 100 * c
    y = model.node(Conv2D(), (x, filter_, bias), model.activation((1, 4, 4, channels), 0.05, 10))
    filter_ = model.weights((5, *size, channels), (0.01, 0.02, 0.03, 0.04, 0.05))
    return model.graph(x, model.node(second, (y, filter_), model.activation((1, 4, 4, 5), 0.3, 4)))


def _data(model: Model, index: int) -> Array:
    data = model.tensors[index].data
    assert data is not None
    return data


def test_constant_channels_go_into_the_next_bias() -> None:
    graph = _convs(8, (0, 2, 3, 5, 6), Conv2D())
    folded = fold_channels(graph, 1)
    assert _shapes(folded) == [(1, 4, 4, 3), (1, 4, 4, 5)]
    bias = folded.tensors[folded.nodes[1].inputs[2]]
    weights = _data_of(graph, 1)
    assert bias.data is not None
    np.testing.assert_array_equal(bias.data, weights[:, 0, 0].astype(int) @ [0, 0, 2, 3, 0, 5, 6, 0])
    assert bias.quantization is not None
    np.testing.assert_allclose(bias.quantization.scale, [0.0005, 0.001, 0.0015, 0.002, 0.0025], rtol=1e-6)
    _same_outputs(graph, folded)


def _data_of(graph: Graph, node: int) -> Array:
    data = graph.tensors[graph.nodes[node].inputs[1]].data
    assert data is not None
    return data


def test_a_multiple_of_channels_stays() -> None:
    graph = _convs(8, (0, 2, 3, 5, 6), Conv2D())
    assert _shapes(fold_channels(graph))[0] == (1, 4, 4, 4)
    assert _shapes(fold_channels(_convs(8, (0, 2, 3, 5), Conv2D())))[0] == (1, 4, 4, 4)
    assert _shapes(fold_channels(_convs(6, (0, 2), Conv2D())))[0] == (1, 4, 4, 4)
    assert _shapes(fold_channels(_convs(6, (0,), Conv2D())))[0] == (1, 4, 4, 6)
    assert _shapes(fold_channels(_convs(3, (0, 1), Conv2D())))[0] == (1, 4, 4, 3)


def test_one_channel_stays_where_all_are_constant() -> None:
    graph = _convs(3, (0, 1, 2), Conv2D())
    folded = fold_channels(graph, 1)
    assert _shapes(folded) == [(1, 4, 4, 1), (1, 4, 4, 5)]
    _same_outputs(graph, folded)


def test_in_reach_of_padding_only_the_zero_point_goes() -> None:
    graph = _convs(6, (0, 2, 3), Conv2D(), (3, 3))
    folded = fold_channels(graph, 1)
    assert _shapes(folded)[0] == (1, 4, 4, 5)
    assert len(folded.nodes[1].inputs) == 2  # nothing to add to the bias
    _same_outputs(graph, folded)
    far = _convs(6, (0, 2, 3), Conv2D((4, 4)), (1, 1))
    shorter = replace(far.tensors[far.outputs[0]], shape=(1, 1, 1, 5))
    far = replace(far, tensors=(*far.tensors[:-1], shorter))
    assert _shapes(fold_channels(far, 1))[0] == (1, 4, 4, 3)


def test_channels_that_all_readers_multiply_by_zero_go() -> None:
    graph = _convs(6, (), Conv2D(), (3, 3))
    _data_of(graph, 1)[..., 2:5] = 0
    folded = fold_channels(graph, 1)
    assert _shapes(folded)[0] == (1, 4, 4, 3)
    _same_outputs(graph, folded)


def test_a_channel_that_the_model_gives_or_another_layer_reads_stays() -> None:
    graph = _convs(6, (2, 3), Conv2D())
    first = graph.nodes[0].outputs
    assert same(
        fold_channels(replace(graph, nodes=graph.nodes[:1], outputs=first), 1),
        replace(graph, nodes=graph.nodes[:1], outputs=first),
    )
    model = Model()
    model.tensors, model.nodes = list(graph.tensors), list(graph.nodes)
    filter_ = model.weights((5, 3, 3, 6))
    z = model.node(Conv2D(), (first[0], filter_), model.activation((1, 4, 4, 5), 0.3, 4))
    y = model.node(Add(), (z, graph.outputs[0]), model.activation((1, 4, 4, 5), 0.3, 4))
    both = model.graph(graph.inputs[0], y)
    assert _shapes(fold_channels(both, 1))[0] == (1, 4, 4, 6)


def _through(middle: str) -> Graph:
    """A convolution with the constant channels 1 and 3 of four, then `middle`, then a dense layer over all."""
    model = Model()
    x = model.activation((1, 4, 6, 3), 0.05, 0)
    filter_ = model.weights((4, 1, 1, 3))
    bias = model.bias(x, filter_, 4)
    for c in (1, 3):
        _data(model, filter_)[c], _data(model, bias)[c] = 0, 100 * c
    y = model.node(Conv2D(), (x, filter_, bias), model.activation((1, 4, 6, 4), 0.05, 10))
    if middle == "depthwise":
        weights = model.weights((1, 2, 2, 8), (0.01,), 3)
        y = model.node(
            DepthwiseConv2D((1, 1), "valid", (1, 1), 2), (y, weights), model.activation((1, 3, 5, 8), 0.1, 2)
        )
    elif middle == "pool":
        y = model.node(Pool2D("average", (3, 3), (1, 1), "same"), (y,), model.activation((1, 4, 6, 4), 0.05, 10))
    elif middle == "mean":
        y = model.node(Mean(), (y, model.indices((1, -2))), model.activation((1, 4), 0.05, 7))
    elif middle == "add":
        y = model.node(Add(), (y, y), model.activation((1, 4, 6, 4), 0.1, 10))
    elif middle == "flatten":
        y = model.node(Reshape((1, 96)), (y, model.indices((1, 96))), model.activation((1, 96), 0.05, 10))
    elif middle == "rows":
        y = model.node(Reshape((1, 4, 24)), (y,), model.activation((1, 4, 24), 0.05, 10))
    elif middle == "rows and back":
        y = model.node(Reshape((1, 4, 24)), (y,), model.activation((1, 4, 24), 0.05, 10))
        y = model.node(Reshape((1, 3, 2, 4, 4)), (y,), model.activation((1, 3, 2, 4, 4), 0.05, 10))
    weights = model.weights((3, model.tensors[y].size), (0.001, 0.002, 0.003))
    z = model.node(FullyConnected(), (y, weights, model.bias(y, weights, 3)), model.activation((1, 3), 0.1, 0))
    return model.graph(x, z)


@pytest.mark.parametrize("middle", ["depthwise", "pool", "mean", "add", "flatten", "rows", "rows and back", "nothing"])
def test_channels_go_through(middle: str) -> None:
    graph = _through(middle)
    folded = fold_channels(graph, 1)
    assert _shapes(folded)[0] == (1, 4, 6, 2)
    assert folded.tensors[folded.nodes[-1].inputs[1]].size * 2 == graph.tensors[graph.nodes[-1].inputs[1]].size
    _same_outputs(graph, folded)


def test_a_reshape_across_channels_keeps_them() -> None:
    graph = _through("flatten")
    node = graph.nodes[1]
    across = replace(graph.tensors[node.outputs[0]], shape=(1, 32, 3))
    tensors = tuple(across if i == node.outputs[0] else t for i, t in enumerate(graph.tensors))
    graph = replace(
        graph, tensors=tensors, nodes=(graph.nodes[0], replace(node, op=Reshape((1, 32, 3))), graph.nodes[2])
    )
    check_graph(graph)
    assert same(fold_channels(graph, 1), graph)


def test_a_sum_keeps_a_channel_unless_both_sides_can_do_without() -> None:
    graph = _convs(6, (2, 3), Conv2D())
    model = Model()
    model.tensors, model.nodes = list(graph.tensors), list(graph.nodes)
    x, first = graph.inputs[0], graph.nodes[0].outputs[0]
    filter_ = model.weights((6, 1, 1, 3))
    bias = model.bias(x, filter_, 6)
    _data(model, filter_)[2], _data(model, bias)[2] = 0, 70
    other = model.node(Conv2D(), (x, filter_, bias), model.activation((1, 4, 4, 6), 0.05, 10))
    total = model.node(Add(), (first, other), model.activation((1, 4, 4, 6), 0.1, 10))
    model.nodes = [model.nodes[0], *model.nodes[2:]]
    y = model.node(graph.nodes[1].op, (total, *graph.nodes[1].inputs[1:]), graph.outputs[0])
    folded = fold_channels(model.graph(x, y), 1)
    assert _shapes(folded) == [(1, 4, 4, 5), (1, 4, 4, 5), (1, 4, 4, 5), (1, 4, 4, 5)]
    _same_outputs(model.graph(x, y), folded)


def test_a_dense_layer_may_keep_one_output_where_scales_differ() -> None:
    model = Model()
    x = model.activation((1, 5), 0.05, 0)
    weights = model.weights((4, 5), (0.01, 0.02, 0.03, 0.04))
    _data(model, weights)[1:] = 0
    y = model.node(FullyConnected(), (x, weights), model.activation((1, 4), 0.1, 3))
    last = model.weights((2, 4))
    graph = model.graph(x, model.node(FullyConnected(), (y, last), model.activation((1, 2), 0.1, 0)))
    folded = fold_channels(graph, 1)
    assert _shapes(folded) == [(1, 1), (1, 2)]
    _same_outputs(graph, folded)


def test_nothing_is_done_where_nothing_is_constant() -> None:
    assert same(fold_channels(motion_net()), motion_net())
