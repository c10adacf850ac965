"""Layers on which kernels that work in blocks, segments and planes can go wrong, and what is checked of them."""

from __future__ import annotations

import numpy as np
from tests.compiler.models import corner_cases
from tests.graph.models import Model, inputs_of
from tests.measure.tools import assert_no_warnings, require

from sensorsmith.compiler import compile_graph
from sensorsmith.emulate.bench import Emulator
from sensorsmith.firmware import Compiler
from sensorsmith.graph import (
    Activation,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    interpret_batch,
    output_size,
)
from sensorsmith.measure import ModelRun, run_model


def layer(
    op: Conv2D | DepthwiseConv2D,
    image: tuple[int, int, int],
    kernel: tuple[int, int],
    channels: int,
    zero_points: tuple[int, int] = (-128, -128),
    seed: int = 0,
    largest: int = 127,
) -> Graph:
    """One convolution whose outputs cover the int8 range."""
    model = Model(seed=seed)
    x = model.activation((1, *image), 0.05, zero_points[0])
    depthwise = isinstance(op, DepthwiseConv2D)
    shape = (1, *kernel, channels) if depthwise else (channels, *kernel, image[2])
    filter_ = model.weights(shape, tuple(0.004 + 0.001 * (i % 4) for i in range(channels)), 3 if depthwise else 0)
    weights = model.tensors[filter_].data
    assert weights is not None
    weights[np.abs(weights.astype(int)) > largest] = largest
    taps = kernel[0] * kernel[1] * (1 if depthwise else image[2])
    size = (
        output_size(n, k, s, op.padding, d)
        for n, k, s, d in zip(image[:2], kernel, op.stride, op.dilation, strict=True)
    )
    y = model.activation((1, *size, channels), 0.05 * 0.005 * 60 * taps**0.5, zero_points[1])
    return model.graph(x, model.node(op, (x, filter_, model.bias(x, filter_, channels)), y))


def dense(inputs: int, outputs: int, activation: Activation = "none", seed: int = 0) -> Graph:
    model = Model(seed=seed)
    x = model.activation((1, inputs), 0.05, -7)
    weights = model.weights((outputs, inputs), tuple(0.004 + 0.001 * (i % 4) for i in range(outputs)))
    y = model.activation((1, outputs), 0.05 * 0.005 * 60 * inputs**0.5, 11)
    return model.graph(x, model.node(FullyConnected(activation), (x, weights, model.bias(x, weights, outputs)), y))


CASES = {
    "conv, 6 pixels": layer(Conv2D(), (2, 3, 5), (1, 1), 3),
    "conv, 7 pixels": layer(Conv2D(), (1, 7, 16), (1, 1), 5, (3, -128)),
    "conv, last block over two rows": layer(Conv2D(), (5, 4, 3), (2, 2), 4, (-20, -128)),
    "conv, one product": layer(Conv2D(), (3, 3, 1), (1, 1), 1),
    "conv, 16 products": layer(Conv2D(), (3, 4, 16), (1, 1), 2),
    "conv, 17 products": layer(Conv2D(), (3, 4, 17), (1, 1), 2),
    "conv, three segments": layer(Conv2D(), (4, 4, 60), (3, 3), 3, (-128, 4)),
    "conv, bent": layer(Conv2D(), (5, 5, 7), (3, 3), 9, (-3, 20)),
    "conv, strides": layer(Conv2D((2, 3)), (9, 11, 3), (3, 2), 6, (4, -128)),
    "conv, valid": layer(Conv2D(padding="valid"), (6, 6, 4), (3, 3), 5),
    "conv, dilated": layer(Conv2D(dilation=(2, 2)), (7, 8, 3), (3, 3), 4, (9, -128)),
    "conv, signal": layer(Conv2D(), (20, 1, 6), (5, 1), 8, (-5, -128)),
    "conv, whole image": layer(Conv2D(padding="valid"), (3, 4, 5), (3, 4), 7, (0, -128)),
    "conv, dilated beyond the whole image": layer(Conv2D((3, 3), "same", (2, 2)), (3, 3, 5), (3, 3), 7, (0, -128)),
    "conv, few pixels": layer(Conv2D(padding="valid"), (3, 3, 5), (2, 2), 7, (1, -128)),
    "depthwise": layer(DepthwiseConv2D(), (6, 5, 4), (3, 3), 4),
    "depthwise, 16 channels": layer(DepthwiseConv2D((1, 2)), (5, 6, 16), (3, 3), 16, (5, -128)),
    "depthwise, bent": layer(DepthwiseConv2D(), (6, 5, 3), (3, 3), 3, (5, -10)),
    "depthwise, strides": layer(DepthwiseConv2D((2, 2)), (8, 9, 3), (3, 3), 3, (5, -128)),
    "depthwise, multiplier": layer(DepthwiseConv2D(multiplier=3), (5, 4, 2), (3, 2), 6, (5, -128)),
    "depthwise, signal": layer(DepthwiseConv2D(), (17, 1, 5), (10, 1), 5, (-9, -128)),
    "depthwise, row": layer(DepthwiseConv2D(), (3, 17, 2), (1, 7), 2, (-9, -128)),
    "depthwise, dilated rows": layer(DepthwiseConv2D(dilation=(2, 1)), (9, 4, 2), (3, 3), 2, (-9, -128)),
    "depthwise, column": layer(DepthwiseConv2D(padding="valid"), (8, 3, 2), (8, 1), 2),
    "depthwise, wide window": layer(DepthwiseConv2D(), (6, 6, 2), (4, 4), 2),
    "dense, 1 input": dense(1, 3),
    "dense, 8 inputs": dense(8, 8, "relu"),
    "dense, 9 inputs": dense(9, 17),
    "dense, 300 inputs": dense(300, 4, "relu6"),
}
CASES |= {
    f"corner: {name}": graph for name, graph in corner_cases().items() if not name.startswith(("softmax", "int16"))
}


def inputs(graph: Graph, count: int) -> np.ndarray:
    """Extremes and noise."""
    x = inputs_of(graph, count)
    x[0], x[1] = -128, 127
    return x


def run_emulated(graph: Graph, target: str, emulator: Emulator, compiler: Compiler) -> ModelRun:
    """The run of a model whose outputs are the interpreter's."""
    require(compiler, target)
    require(emulator, target)
    emitted = compile_graph(graph, "m", target)
    assert_no_warnings(emitted, target, compiler)
    x = inputs(graph, 4)
    run = run_model(emitted, target, x, emulator=emulator, compiler=compiler)
    np.testing.assert_array_equal(run.outputs.reshape(len(x), -1), interpret_batch(graph, x).reshape(len(x), -1))
    return run
