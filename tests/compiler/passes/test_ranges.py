from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from tests.compiler.models import motion_net
from tests.compiler.passes.models import extremes, sparse_networks
from tests.graph.models import (
    Model,
    draw_conv,
    draw_dense,
    draw_depthwise,
    single_layers,
    small_convnet,
)
from tests.graph.operators import networks
from tests.graph.shared import INT8, shared_model

from sensorsmith.compiler.passes.ranges import Interval, intervals
from sensorsmith.graph import Conv2D, DepthwiseConv2D, Graph, Mean, Softmax, interpret, interpret_batch, read_tflite
from sensorsmith.graph.window import windows

Array = Any


def _stays_within(graph: Graph, count: int) -> None:
    known = intervals(graph)
    for x in extremes(graph, count):
        values = interpret(graph, x[None])
        for index, interval in known.items():
            value = values[index]
            assert value is not None
            rows = value.reshape(-1, value.shape[-1])
            assert (interval.low <= rows.min(axis=0)).all(), index
            assert (rows.max(axis=0) <= interval.high).all(), index


@settings(max_examples=25, deadline=None)
@given(networks())
def test_values_stay_within_their_interval(graph: Graph) -> None:
    _stays_within(graph, 4)


@settings(max_examples=25, deadline=None)
@given(sparse_networks())
def test_values_stay_within_their_interval_where_channels_are_constant(graph: Graph) -> None:
    _stays_within(graph, 4)


@pytest.mark.parametrize("name", ["kws", "vww", "ic", "ad", "sww"])
def test_values_of_real_models_stay_within_their_interval(name: str) -> None:
    _stays_within(read_tflite(shared_model(INT8[name])), 2)


def _reached(graph: Graph) -> Interval:
    """The ends that some input reaches, each sum being driven to its largest and its smallest at every position."""
    node, x = graph.nodes[0], graph.tensors[graph.inputs[0]]
    weights = graph.tensors[node.inputs[1]].data
    assert weights is not None
    y = graph.tensors[node.outputs[0]]
    if isinstance(node.op, Conv2D | DepthwiseConv2D):
        # Where each element of the input lies in each window; -1 in the padding.
        numbers = np.arange(x.size).reshape(x.shape)
        size = weights.shape[1], weights.shape[2]
        taps = windows(numbers, size, node.op.stride, node.op.padding, node.op.dilation, fill=-1)[0]
        taps = taps.reshape(-1, weights.shape[1] * weights.shape[2], x.shape[3])
    else:
        taps = np.arange(x.size).reshape(1, 1, -1)
    ends: dict[int, list[Array]] = {-1: [], 1: []}
    for sign, rows in ends.items():
        for o in range(y.shape[-1]):
            inputs = np.zeros((len(taps), x.size + 1), np.int8)
            for window, places in zip(inputs, taps, strict=True):
                if isinstance(node.op, DepthwiseConv2D):
                    places, factors = places[:, o // node.op.multiplier], weights[0, :, :, o].ravel()
                else:
                    factors = weights[o].reshape(places.shape)
                window[places] = np.where(sign * factors.astype(int) > 0, 127, -128)
            outputs = interpret_batch(graph, inputs[:, :-1].reshape(-1, *x.shape[1:]))
            places_of_o = outputs.reshape(len(taps), -1, y.shape[-1])[np.arange(len(taps)), np.arange(len(taps)), o]
            rows.append(places_of_o.min() if sign < 0 else places_of_o.max())
    return Interval(np.array(ends[-1]), np.array(ends[1]))


@pytest.mark.parametrize("layer", [draw_conv, draw_depthwise, draw_dense])
def test_some_input_reaches_both_ends(layer: Any) -> None:
    @settings(max_examples=25, deadline=None)
    @given(single_layers(layer))
    def check(graph: Graph) -> None:
        found, reached = intervals(graph)[graph.outputs[0]], _reached(graph)
        np.testing.assert_array_equal(found.low, reached.low)
        np.testing.assert_array_equal(found.high, reached.high)

    check()


def test_activations_narrow_and_softmax_may_give_anything() -> None:
    graph = small_convnet()
    known = intervals(graph)
    relu6 = known[graph.nodes[1].outputs[0]]
    assert (relu6.low == -128).all()
    assert (relu6.high <= -68).all()
    softmax = next(n for n in graph.nodes if isinstance(n.op, Softmax)).outputs[0]
    assert (known[softmax].low == -128).all()
    assert (known[softmax].high == 127).all()


def test_constants_pass_through_pooling_mean_and_sum() -> None:
    graph = motion_net()
    bias = graph.tensors[graph.nodes[0].inputs[2]]
    assert bias.data is not None
    bias.data[3] = -(10**7)
    known = intervals(graph)
    for node in graph.nodes[:2]:
        assert known[node.outputs[0]].constant.nonzero()[0].tolist() == [3]


def test_a_constant_beside_padding_is_one_only_where_it_equals_the_zero_point() -> None:
    model = Model()
    x = model.activation((1, 4, 4, 1), 0.05, 0)
    filter_ = model.weights((2, 1, 1, 1))
    bias = model.bias(x, filter_, 2)
    model.tensors[filter_].data[:] = 0  # type: ignore[index]
    model.tensors[bias].data[:] = (0, 10_000)  # type: ignore[index]
    y = model.node(Conv2D(), (x, filter_, bias), model.activation((1, 4, 4, 2), 0.05, 5))
    depthwise = model.weights((1, 3, 3, 2), (0.01,), 3)
    z = model.node(DepthwiseConv2D(), (y, depthwise), model.activation((1, 4, 4, 2), 0.5, 5))
    known = intervals(model.graph(x, z))
    assert known[y].constant.tolist() == [True, True]
    assert known[y].low.tolist() == [5, 105]
    assert known[z].constant.tolist() == [True, False]


def test_a_mean_whose_sum_wraps_around_may_give_anything() -> None:
    model = Model()
    x = model.activation((1, 300, 300, 1), 1.0, 0)
    y = model.node(Mean(), (x, model.indices((1, 2))), model.activation((1, 1), 2.0**-20, 0))
    known = intervals(model.graph(x, y))
    assert (known[y].low.tolist(), known[y].high.tolist()) == ([-128], [127])
