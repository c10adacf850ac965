"""The models of the compiler's tests, besides those drawn by tests/graph/models.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.graph.models import Model

from sensorsmith.graph import (
    Conv2D,
    FullyConnected,
    Graph,
    Mean,
    Pool2D,
    Quantization,
    Reshape,
    Softmax,
    Tensor,
)


def tiny() -> Graph:
    """A network of few numbers, without random ones: the golden C is made from it."""
    model = Model()
    x = model.activation((1, 8), 0.5, -1)
    y = model.node(Reshape((1, 4, 1, 2)), (x,), model.activation((1, 4, 1, 2), 0.5, -1))
    filter_ = model.tensor((3, 3, 1, 2), "int8", Quantization((0.25, 0.5, 0.125), (0,) * 3, 0), _ramp((3, 3, 1, 2), 7))
    bias = model.tensor((3,), "int32", Quantization((0.125, 0.25, 0.0625), (0,) * 3, 0), _ramp((3,), 90, "int32"))
    y = model.node(Conv2D(activation="relu"), (y, filter_, bias), model.activation((1, 4, 1, 3), 4.0, -128))
    y = model.node(Pool2D("max", (2, 1), (2, 1)), (y,), model.activation((1, 2, 1, 3), 4.0, -128))
    y = model.node(Reshape((1, 6)), (y,), model.activation((1, 6), 4.0, -128))
    weights = model.tensor((2, 6), "int8", Quantization((0.01,), (0,)), _ramp((2, 6), 13))
    y = model.node(FullyConnected(), (y, weights), model.activation((1, 2), 0.25, 3))
    y = model.node(Softmax(), (y,), model.activation((1, 2), 1 / 256, -128))
    return model.graph(x, y)


def _ramp(shape: tuple[int, ...], step: int, dtype: str = "int8") -> np.ndarray:
    count = int(np.prod(shape))
    return ((np.arange(count) * step) % 255 - 127).astype(dtype).reshape(shape)


def motion_net(seed: int = 0) -> Graph:
    """Three 1-D convolutions as the motion sensors use them: 100 steps of 6 channels to 5 classes."""
    model = Model(seed=seed)
    x = y = model.activation((1, 100, 1, 6), 1 / 128, 0)
    steps, depth = 100, 6
    for channels in (16, 24, 32):
        filter_ = model.weights((channels, 5, 1, depth), tuple(0.004 + 0.001 * (i % 3) for i in range(channels)))
        bias = model.bias(y, filter_, channels)
        near = model.scale(y) * 0.005 * 60 * (5 * depth) ** 0.5
        wide = model.activation((1, steps, 1, channels), near, -128)
        y = model.node(Conv2D(activation="relu"), (y, filter_, bias), wide)
        steps, depth = steps // 2, channels
        y = model.node(Pool2D("max", (2, 1), (2, 1)), (y,), model.activation((1, steps, 1, depth), near, -128))
    y = model.node(Mean(), (y, model.indices((1, 2))), model.activation((1, depth), model.scale(y) / 2, -128))
    weights = model.weights((5, depth))
    y = model.node(FullyConnected(), (y, weights, model.bias(y, weights, 5)), model.activation((1, 5), 0.2, 0))
    y = model.node(Softmax(), (y,), model.activation((1, 5), 1 / 256, -128))
    return model.graph(x, y)


def up_to(graph: Graph, node: int) -> Graph:
    """The same graph with the output of one of its nodes as the model's."""
    return replace(graph, nodes=graph.nodes[: node + 1], outputs=graph.nodes[node].outputs)


def renamed(graph: Graph, name: str) -> Graph:
    """The same graph with all tensors of one name."""
    return replace(graph, tensors=tuple(replace(t, name=name) for t in graph.tensors))


def with_tensor(graph: Graph, index: int, tensor: Tensor) -> Graph:
    """The same graph with another tensor in one place."""
    return replace(graph, tensors=(*graph.tensors[:index], tensor, *graph.tensors[index + 1 :]))
