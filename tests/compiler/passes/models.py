"""Graphs in which channels are constant or unread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from tests.graph.draw_move import batched, draw_mean, draw_reshape
from tests.graph.models import (
    ACTIVATIONS,
    Draw,
    Model,
    draw_conv,
    draw_dense,
    draw_depthwise,
    draw_input,
    draw_pool,
    zero_points,
)

from sensorsmith.graph import Add, Conv2D, DepthwiseConv2D, FullyConnected, Graph, Tensor


def _draw_pool(draw: Draw, model: Model, x: int) -> int:
    return draw_pool(draw, model, x, draw(st.sampled_from(["average", "max"])))


def _draw_add(draw: Draw, model: Model, x: int) -> int:
    """Adds the newest other tensor of the same shape, or x to itself."""
    alike = [i for i, t in enumerate(model.tensors) if t.data is None and t.shape == model.shape(x) and i != x]
    other = alike[-1] if alike else x
    scale, zero_point = max(model.scale(x), model.scale(other)) * draw(st.floats(0.5, 2)), draw(zero_points)
    y = model.activation(model.shape(x), scale, zero_point)
    return model.node(Add(draw(st.sampled_from(ACTIVATIONS))), (x, other), y)


BODY = (draw_conv, draw_conv, draw_depthwise, _draw_pool, _draw_add)


@st.composite
def sparse_networks(draw: Draw) -> Graph:
    """Layers with rows and columns of zeros among their weights, and biases so large that outputs saturate."""
    model = Model("int8", draw(st.integers(0, 2**32)))
    x = y = draw_input(draw, model)
    for layer in draw(st.lists(st.sampled_from(BODY), min_size=2, max_size=7)):
        y = layer(draw, model, y)
    for end in (draw_reshape, draw_mean, draw_dense, draw_dense):
        if draw(st.booleans()):
            y = batched(model, end(draw, model, y))
    return thinned(model.graph(x, y), draw(st.integers(0, 2**32)), draw(st.sampled_from([0.2, 0.5, 0.8])))


def thinned(graph: Graph, seed: int, share: float) -> Graph:
    """The graph with that share of the rows and columns of its weights zero, and of its biases huge."""
    random, tensors = np.random.default_rng(seed), list(graph.tensors)
    for node in graph.nodes:
        if isinstance(node.op, Conv2D | DepthwiseConv2D | FullyConnected):
            weights = tensors[node.inputs[1]]
            outputs = 3 if isinstance(node.op, DepthwiseConv2D) else 0
            tensors[node.inputs[1]] = _zeroed(weights, (outputs, len(weights.shape) - 1), random, share)
            if len(node.inputs) > 2:
                bias = tensors[node.inputs[2]]
                assert bias.data is not None
                huge = np.where(
                    random.random(bias.size) < share, random.choice([-(10**8), 10**8], bias.size), bias.data
                )
                tensors[node.inputs[2]] = replace(bias, data=huge.astype(np.int32))
    return replace(graph, tensors=tuple(tensors))


def _zeroed(tensor: Tensor, axes: tuple[int, ...], random: np.random.Generator, share: float) -> Tensor:
    assert tensor.data is not None
    data = tensor.data.copy()
    for axis in axes:
        np.moveaxis(data, axis, 0)[random.random(data.shape[axis]) < share] = 0
    return replace(tensor, data=data)


def extremes(graph: Graph, count: int, seed: int = 0) -> npt.NDArray[Any]:
    """Inputs of the smallest and largest values, then of both mixed, then of all."""
    shape, random = graph.tensors[graph.inputs[0]].shape[1:], np.random.default_rng(seed)
    ends = random.choice(np.array([-128, 127], np.int8), (count, *shape))
    ends[0], ends[1] = -128, 127
    return np.concatenate([ends, random.integers(-128, 128, (count, *shape), np.int8)])
