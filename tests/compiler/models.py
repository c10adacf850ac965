"""The models of the compiler's tests, besides those drawn by tests/graph/models.py."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from tests.graph.models import Model

from sensorsmith.graph import (
    Add,
    ArgMax,
    AssignVariable,
    BatchMatMul,
    Concatenation,
    Conv2D,
    DepthwiseConv2D,
    DType,
    Elu,
    Extremum,
    FullyConnected,
    Gather,
    Graph,
    HardSwish,
    LeakyRelu,
    Logistic,
    Lstm,
    Mean,
    MirrorPad,
    Mul,
    Node,
    Operator,
    Pad,
    Padding,
    PadV2,
    Pool2D,
    Prelu,
    Quantization,
    Quantize,
    ReadVariable,
    ReduceExtremum,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    Softmax,
    StridedSlice,
    Sub,
    Sum,
    Svdf,
    Tanh,
    Tensor,
    Transpose,
    TransposeConv,
    output_size,
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


def int16_net() -> Graph:
    """A small network of every kernel that computes in int16."""
    model = Model("int16")
    x = y = model.activation((1, 6, 5, 2), 2e-4)
    filter_ = model.weights((4, 3, 3, 2), (0.01, 0.02, 0.003, 0.01))
    inputs = (y, filter_, model.bias(y, filter_, 4))
    y = model.node(Conv2D(activation="relu"), inputs, model.activation((1, 6, 5, 4), 4e-4))
    filter_ = model.weights((1, 3, 2, 4), (0.01,) * 4, axis=3)
    y = model.node(DepthwiseConv2D(), (y, filter_), model.activation((1, 6, 5, 4), 8e-4))
    y = model.node(Pool2D("max", (2, 2), (2, 1)), (y,), model.activation((1, 3, 4, 4), 8e-4))
    shape = model.indices((1, 6, 8, 2))
    filter_ = model.weights((2, 2, 2, 4))
    y = model.node(TransposeConv((2, 2)), (shape, filter_, y), model.activation((1, 6, 8, 2), 8e-4))
    y = model.node(Pool2D("average", (2, 2), (2, 2)), (y,), model.activation((1, 3, 4, 2), 8e-4))
    filter_ = model.weights((5, 24))
    y = model.node(FullyConnected(), (y, filter_), model.activation((1, 5), 8e-4))
    gate = model.node(Logistic(), (y,), model.activation((1, 5), 1 / 32768))
    z = model.node(Mul(), (y, gate), model.activation((1, 5), 4e-4))
    z = model.node(LeakyRelu(-0.25), (z,), model.activation((1, 5), 3e-4))
    y = model.node(Tanh(), (y,), model.activation((1, 5), 1 / 32768))
    y = model.node(Sub(), (y, z), model.activation((1, 5), 4e-4))
    y = model.node(BatchMatMul(), (y, model.constant((5, 5), 2e-4)), model.activation((1, 5), 2e-3))
    y = model.node(Prelu(), (y, model.weights((5,))), model.activation((1, 5), 2e-3))
    y = model.node(Extremum("maximum"), (y, model.constant((1, 5), 2e-3)), model.activation((1, 5), 2e-3))
    edges = model.tensor((2, 2), "int32", None, np.array([[0, 0], [1, 0]], np.int32))
    y = model.node(PadV2(), (y, edges, model.constant((), 2e-3)), model.activation((1, 6), 2e-3))
    y = model.node(Reshape((1, 2, 3, 1)), (y,), model.activation((1, 2, 3, 1), 2e-3))
    y = model.node(ResizeNearest(), (y, model.indices((4, 5))), model.activation((1, 4, 5, 1), 2e-3))
    y = model.node(Mean(), (y, model.indices((1, 3))), model.activation((1, 5), 1e-3))
    y = model.node(Quantize(), (y,), model.activation((1, 5), 0.3, -9, "int8"))
    y = model.node(Quantize(), (y,), model.activation((1, 5), 1e-3))
    y = model.node(Softmax(), (y,), model.activation((1, 5), 1 / 32768))
    return model.graph(x, y)


def streaming_net() -> Graph:
    """A keyword spotter that hears one window at a time: two layers with a memory of int8 and int16, then an LSTM."""
    model = Model()
    x = model.activation((1, 12), 0.05, -7)
    y = _remember(model, x, 8, "int8")
    y = _remember(model, y, 6, "int16")
    y = model.node(Reshape((1, 2, 3)), (y,), model.activation((1, 2, 3), model.scale(y), 5))
    weights = [model.weights((4, 3), (0.01 * (i + 1),)) for i in range(4)]
    recurrent = [model.weights((4, 4), (0.01,)) for _ in range(4)]
    biases = [model.bias(y, each, 4) for each in weights]
    states = [model.variable((1, 4), "int8", 1 / 100, -3), model.variable((1, 4), "int16", 2.0**-11)]
    operands = (y, *weights, *recurrent, -1, -1, -1, *biases, -1, -1, *states, -1, -1, -1, -1)
    y = model.node(Lstm(2.0), operands, model.activation((1, 2, 4), 1 / 100, -3))
    y = model.node(Reshape((1, 8)), (y,), model.activation((1, 8), 1 / 100, -3))
    weights_ = model.weights((3, 8))
    y = model.node(FullyConnected(), (y, weights_, model.bias(y, weights_, 3)), model.activation((1, 3), 0.03))
    return model.graph(x, model.node(Softmax(), (y,), model.activation((1, 3), 1 / 256, -128)))


def _remember(model: Model, x: int, units: int, kind: DType) -> int:
    feature = model.weights((2 * units, model.shape(x)[1]))
    state = model.variable((1, 2 * units * 5), kind, 0.2 if kind == "int8" else 0.002, 17 if kind == "int8" else 0)
    limits = np.iinfo(kind)
    data = model.random.integers(limits.min, limits.max, (2 * units, 5), np.dtype(kind))
    time = model.tensor(data.shape, kind, Quantization((0.01 if kind == "int8" else 4e-5,), (0,)), data)
    scale = Quantization((model.scale(state) * model.scale(time),), (0,))
    bias = model.tensor((units,), "int32", scale, model.random.integers(-100, 100, units, np.int32))
    return model.node(Svdf(2), (x, feature, time, bias, state), model.activation((1, units), 0.06, 5))


def variables_net(dtype: DType = "int8") -> Graph:
    """Variables that are read before and after they are assigned; two of them begin with what is no zero point."""
    model = Model(dtype)
    x = model.activation((1, 4, 1, 3), 0.05, -7)
    rows = _begun(model, (1, 2, 1, 3), x)
    whole = model.node(Concatenation(1), (_read(model, rows), x), model.activation((1, 6, 1, 3), 0.05, -7))
    bounds = (model.indices(values) for values in ((0, 4, 0, 0), (1, 6, 1, 3), (1, 1, 1, 1)))
    _assign(model, model.node(StridedSlice(), (whole, *bounds), model.activation((1, 2, 1, 3), 0.05, -7)), rows)
    filter_ = model.weights((4, 3, 1, 3))
    inputs = (whole, filter_, model.bias(whole, filter_, 4))
    y = model.node(Conv2D(), inputs, model.activation((1, 6, 1, 4), 0.05 * model.reach, 5))

    last, most = model.variable((1, 6, 1, 4), dtype, model.scale(y), 5 * (dtype == "int8")), _begun(model, None, y)
    past = _read(model, last)
    _assign(model, y, last)
    largest = model.node(Extremum("maximum"), (y, _read(model, most)), _like(model, y))
    _assign(model, largest, most)
    y = model.node(Sub(), (largest, past), model.activation((1, 6, 1, 4), 0.1 * model.reach, 3))
    return model.graph(x, y)


def _like(model: Model, x: int) -> int:
    return model.activation(model.shape(x), model.scale(x), model.quantization(x).zero_point[0])


def _begun(model: Model, shape: tuple[int, ...] | None, x: int) -> int:
    """A variable of the scale of x, and of its shape unless another is given."""
    quantization = (model.scale(x), model.quantization(x).zero_point[0])
    variable = model.variable(shape or model.shape(x), model.dtype, *quantization)
    first = model.tensors[model.constant(model.shape(variable))].data
    model.tensors[variable] = replace(model.tensors[variable], initial=first)
    return variable


def _read(model: Model, variable: int) -> int:
    return model.node(ReadVariable(), (variable,), _like(model, variable))


def _assign(model: Model, x: int, variable: int) -> None:
    model.nodes.append(Node(AssignVariable(), (x,), (variable,)))


def up_to(graph: Graph, node: int) -> Graph:
    """The same graph with the output of one of its nodes as the model's."""
    return replace(graph, nodes=graph.nodes[: node + 1], outputs=graph.nodes[node].outputs)


def renamed(graph: Graph, name: str) -> Graph:
    """The same graph with all tensors of one name."""
    return replace(graph, tensors=tuple(replace(t, name=name) for t in graph.tensors))


def with_tensor(graph: Graph, index: int, tensor: Tensor) -> Graph:
    """The same graph with another tensor in one place."""
    return replace(graph, tensors=(*graph.tensors[:index], tensor, *graph.tensors[index + 1 :]))


def corner_cases() -> dict[str, Graph]:
    """One small graph for each thing that a kernel can get wrong, whatever hypothesis happens to draw."""
    return {
        "dilated, padded": _conv((1, 7, 6, 3), (4, 3, 2, 3), Conv2D(dilation=(2, 3))),
        "dilated, valid": _conv((1, 9, 8, 2), (3, 3, 2, 2), Conv2D((2, 1), "valid", (1, 2))),
        "strided, padded": _conv((1, 6, 7, 3), (5, 3, 4, 3), Conv2D((2, 3), activation="relu6")),
        "column, dilated": _conv((1, 9, 1, 2), (3, 3, 1, 2), Conv2D((1, 1), "same", (2, 1))),
        "window beyond the input": _conv((1, 4, 3, 3), (2, 2, 2, 3), Conv2D(dilation=(3, 5))),
        "padded above and below only": _conv((1, 5, 4, 2), (3, 3, 1, 2), Conv2D()),
        "padded behind only": _conv((1, 4, 5, 2), (3, 2, 2, 2), Conv2D()),
        "no bias": _conv((1, 4, 4, 3), (5, 1, 1, 3), Conv2D(), bias=False),
        "factor above 1": _conv((1, 3, 3, 2), (3, 3, 3, 2), Conv2D(), output_scale=2e-4),
        "dead channel": _conv((1, 4, 4, 2), (2, 1, 1, 2), Conv2D(), weight_scales=(0.01, 1e-12)),
        "depthwise, multiplier": _conv((1, 5, 6, 3), (1, 3, 2, 6), DepthwiseConv2D((2, 1), multiplier=2)),
        "depthwise, dilated": _conv((1, 8, 7, 3), (1, 3, 3, 3), DepthwiseConv2D(dilation=(2, 3), activation="relu")),
        "depthwise, valid": _conv((1, 5, 5, 2), (1, 3, 3, 6), DepthwiseConv2D((1, 2), "valid", multiplier=3)),
        "dense, scale per channel": _dense(6, 4, (0.01, 0.02, 0.03, 0.001)),
        "dense, rows": _dense(6, 4, (0.01, 0.02, 0.03, 0.001), rows=5),
        "dense, one output": _dense(33, 1, (0.02,)),
        "average, padded": _pool("average", (3, 2), (2, 1), "same"),
        "average, relu6": _pool("average", (2, 5), (1, 1), "valid"),
        "maximum, padded": _pool("max", (2, 3), (2, 2), "same"),
        "every fourth pixel": _thinned(),
        "mean of rows": _mean((1, 5, 4, 3), (1,), (1, 4, 3)),
        "mean of columns": _mean((1, 5, 4, 3), (-2,), (1, 5, 3)),
        "mean of channels": _mean((1, 5, 4, 3), (3,), (1, 5, 4)),
        "mean of all": _mean((1, 5, 4, 3), (1, 2, 3), (1,)),
        "sum of two": _sum(),
        "softmax, fine": _softmax((1, 10), 0.002),
        "softmax, coarse": _softmax((1, 10), 1.0),
        "softmax, almost a maximum": _softmax((1, 6), 0.5, beta=100.0),
        "softmax, rows": _softmax((1, 3, 4), 0.1),
        "softmax, most classes": _softmax((1, 511), 0.02),
        "logistic": _unary(Logistic(), 1 / 256, -128),
        "tanh": _unary(Tanh(), 1 / 128, 0),
        "hard swish": _unary(HardSwish(), 0.03, -100),
        "elu": _unary(Elu(), 0.04, -90),
        "leaky relu": _unary(LeakyRelu(0.25), 0.04, -30),
        "resize, nearest": _resize(ResizeNearest(), 9, 3),
        "resize, nearest, half pixel": _resize(ResizeNearest(half_pixel_centers=True), 2, 11),
        "resize, bilinear": _resize(ResizeBilinear(), 9, 3),
        "resize, bilinear, half pixel": _resize(ResizeBilinear(half_pixel_centers=True), 8, 10),
        "resize, bilinear, corners": _resize(ResizeBilinear(align_corners=True), 1, 13),
        "transposed, strided": _transpose_conv(TransposeConv((2, 3), activation="relu"), 7, 15),
        "transposed, valid": _transpose_conv(TransposeConv((2, 3), "valid"), 10, 16),
        "transposed, stride above filter": _transpose_conv(TransposeConv((5, 6)), 20, 27),
        "products of matrices": _attention(),
        "prelu, one slope": _prelu((1, 1, 1)),
        "prelu, slope per channel": _prelu((1, 1, 3)),
        "prelu, slope per row": _prelu((4, 1, 1)),
        "prelu, slope per element": _prelu((4, 5, 3)),
    }


def other_corner_cases() -> dict[str, Graph]:
    """The same for activations in int16 and for layers with a memory."""
    return {
        "int16, dilated, padded": _conv((1, 7, 6, 3), (4, 3, 2, 3), Conv2D(dilation=(2, 3)), dtype="int16"),
        "int16, column": _conv((1, 9, 1, 2), (3, 3, 1, 2), Conv2D(activation="relu"), dtype="int16"),
        "int16, long sums": _conv((1, 2, 2, 600), (3, 1, 2, 600), Conv2D(), output_scale=20.0, dtype="int16"),
        "int16, factor above 1": _conv((1, 3, 3, 2), (3, 3, 3, 2), Conv2D(), output_scale=2e-4, dtype="int16"),
        "int16, dead channel": _conv((1, 4, 4, 2), (2, 1, 1, 2), Conv2D(), weight_scales=(0.01, 1e-12), dtype="int16"),
        "int16, depthwise": _conv(
            (1, 5, 6, 3), (1, 3, 2, 6), DepthwiseConv2D((2, 1), multiplier=2, activation="relu6"), dtype="int16"
        ),
        "int16, dense": _dense(33, 3, (0.02, 0.01, 0.005), rows=2, dtype="int16"),
        "int16, transposed": _transpose_conv(TransposeConv((2, 3), activation="relu"), 7, 15, dtype="int16"),
        "int16, average": _pool("average", (3, 2), (2, 1), "same", dtype="int16"),
        "int16, bias of 32 bits": _narrow(),
        "int16, products of matrices": _attention("int16"),
        "int16, prelu, one slope": _prelu((1, 1, 1), "int16"),
        "int16, prelu, slope per channel": _prelu((1, 1, 3), "int16"),
        "int16, mean of rows": _mean((1, 5, 4, 3), (1,), (1, 4, 3), "int16"),
        "int16, mean of rows and channels": _mean((1, 5, 4, 3), (1, 3), (1, 4), "int16"),
        "int16, nearest": _resize(ResizeNearest(), 9, 3, "int16"),
        "int16, between widths": _widths(),
        "int16, maximum": _pool("max", (2, 3), (2, 2), "same", dtype="int16"),
        "int16, variables": variables_net("int16"),
        "variables": variables_net(),
        "memory": streaming_net(),
    }


def _conv(
    shape: tuple[int, ...],
    filter_shape: tuple[int, ...],
    op: Conv2D | DepthwiseConv2D,
    *,
    bias: bool = True,
    output_scale: float = 0.02,
    weight_scales: tuple[float, ...] = (),
    dtype: DType = "int8",
) -> Graph:
    model = Model(dtype)
    x = model.activation(shape, 0.05, -17)
    axis = 3 if isinstance(op, DepthwiseConv2D) else 0
    channels = filter_shape[axis]
    filter_ = model.weights(filter_shape, weight_scales or tuple(0.002 * (i + 1) for i in range(channels)), axis)
    inputs = (x, filter_, model.bias(x, filter_, channels)) if bias else (x, filter_)
    rows, columns = (
        output_size(n, k, s, op.padding, d)
        for n, k, s, d in zip(shape[1:3], filter_shape[1:3], op.stride, op.dilation, strict=True)
    )
    return model.graph(x, model.node(op, inputs, model.activation((1, rows, columns, channels), output_scale, 9)))


def _dense(inputs: int, outputs: int, weight_scales: tuple[float, ...], rows: int = 1, dtype: DType = "int8") -> Graph:
    model = Model(dtype)
    x = model.activation((1, rows, inputs), 0.05, 31)
    weights = model.weights((outputs, inputs), weight_scales)
    y = model.activation((1, rows, outputs), 0.1, -5)
    return model.graph(
        x, model.node(FullyConnected("relu", keep_dims=True), (x, weights, model.bias(x, weights, outputs)), y)
    )


def _pool(
    kind: Literal["average", "max"],
    size: tuple[int, int],
    stride: tuple[int, int],
    padding: Padding,
    dtype: DType = "int8",
) -> Graph:
    model = Model(dtype)
    x = model.activation((1, 7, 5, 3), 0.05, -20)
    rows, columns = (output_size(n, k, s, padding) for n, k, s in zip((7, 5), size, stride, strict=True))
    y = model.activation((1, rows, columns, 3), 0.05, -20)
    return model.graph(x, model.node(Pool2D(kind, size, stride, padding, "relu6"), (x,), y))


def _thinned() -> Graph:
    """What gcc 12 left out: see `ss_at` in runtime/ss_base.h."""
    model = Model()
    x = model.activation((1, 1, 36, 1))
    y = model.node(Pool2D("max", (1, 1), (1, 4)), (x,), model.activation((1, 1, 9, 1)))
    return model.graph(x, model.node(Pool2D("max", (1, 1), (1, 1)), (y,), model.activation((1, 1, 9, 1))))


def _mean(shape: tuple[int, ...], axes: tuple[int, ...], result: tuple[int, ...], dtype: DType = "int8") -> Graph:
    model = Model(dtype)
    x = model.activation(shape, 0.05, 11)
    return model.graph(x, model.node(Mean(), (x, model.indices(axes)), model.activation(result, 0.02, -30)))


def _narrow() -> Graph:
    """A convolution and a dense layer whose sums of int16 activations have 32 bits."""
    model = Model("int16")
    x = model.activation((1, 4, 5, 2), 2e-4)
    filter_ = model.weights((3, 2, 2, 2), (0.01, 0.02, 0.003))
    inputs = (x, filter_, model.bias(x, filter_, 3, narrow=True))
    y = model.node(Conv2D(activation="relu"), inputs, model.activation((1, 4, 5, 3), 4e-4))
    weights = model.weights((4, 60))
    return model.graph(x, model.node(FullyConnected(narrow_sums=True), (y, weights), model.activation((1, 4), 8e-4)))


def _widths() -> Graph:
    """Int8 to int16, at that width to another scale, and back."""
    model = Model()
    x = model.activation((1, 37), 0.05, -20)
    y = model.node(Quantize(), (x,), model.activation((1, 37), 3e-4, dtype="int16"))
    y = model.node(Quantize(), (y,), model.activation((1, 37), 2e-4, dtype="int16"))
    return model.graph(x, model.node(Quantize(), (y,), model.activation((1, 37), 0.07, 11)))


def _sum() -> Graph:
    model = Model()
    x = model.activation((1, 4, 4, 3), 0.05, -17)
    pooled = model.node(Pool2D("max", (3, 3), (1, 1), "same"), (x,), model.activation((1, 4, 4, 3), 0.05, -17))
    filter_ = model.weights((3, 1, 1, 3), (0.01,))
    other = model.node(Conv2D(), (x, filter_), model.activation((1, 4, 4, 3), 0.031, 40))
    return model.graph(x, model.node(Add("relu"), (pooled, other), model.activation((1, 4, 4, 3), 0.07, -90)))


def _resize(op: ResizeNearest | ResizeBilinear, rows: int, columns: int, dtype: DType = "int8") -> Graph:
    model = Model(dtype)
    x = model.activation((1, 4, 5, 3), 0.05, 7)
    y = model.activation((1, rows, columns, 3), 0.05, 7)
    return model.graph(x, model.node(op, (x, model.indices((rows, columns))), y))


def _transpose_conv(op: TransposeConv, rows: int, columns: int, dtype: DType = "int8") -> Graph:
    model = Model(dtype)
    x = model.activation((1, 4, 5, 3), 0.05, 7)
    filter_ = model.weights((2, 3, 4, 3), (0.01, 0.02))
    inputs = (model.indices((1, rows, columns, 2)), filter_, x, model.bias(x, filter_, 2))
    return model.graph(x, model.node(op, inputs, model.activation((1, rows, columns, 2), 0.1, -20)))


def _attention(dtype: DType = "int8") -> Graph:
    """x times its transpose, times a constant: strides of every kind."""
    model = Model(dtype)
    x = model.activation((1, 2, 5, 3), 0.05, 7)
    near = 0.2 * model.reach
    scores = model.node(BatchMatMul(adj_y=True), (x, x), model.activation((1, 2, 5, 5), near, -9))
    values = model.constant((5, 4), 0.03, 11)
    near = 0.5 * model.reach**2
    y = model.node(BatchMatMul(adj_x=True), (scores, values), model.activation((1, 2, 5, 4), near, 3))
    return model.graph(x, y)


def _unary(op: Operator, scale: float, zero_point: int) -> Graph:
    model = Model()
    x = model.activation((1, 4, 5, 3), 0.05, 7)
    return model.graph(x, model.node(op, (x,), model.activation((1, 4, 5, 3), scale, zero_point)))


def _prelu(shape: tuple[int, ...], dtype: DType = "int8") -> Graph:
    model = Model(dtype)
    x = model.activation((1, 4, 5, 3), 0.05, 7)
    slopes = np.random.default_rng(0).integers(-128, 128, shape, np.int8)
    alpha = model.tensor(shape, "int8", Quantization((0.01,), (-3,)), slopes)
    return model.graph(x, model.node(Prelu(), (x, alpha), model.activation((1, 4, 5, 3), 0.04, -20)))


def _softmax(shape: tuple[int, ...], scale: float, beta: float = 1.0) -> Graph:
    model = Model()
    x = model.activation(shape, scale, 3)
    return model.graph(x, model.node(Softmax(beta), (x,), model.activation(shape, 1 / 256, -128)))


def every_move() -> Graph:
    """Each kernel that moves elements, combines tensors or reduces axes, one after the other."""
    model = Model()
    same = (0.05, -20)

    def add(op: Operator, inputs: tuple[int, ...], shape: tuple[int, ...], *quantization: float) -> int:
        scale, zero_point = quantization or same
        return model.node(op, inputs, model.activation(shape, scale, int(zero_point)))

    def pairs(*values: tuple[int, int]) -> int:
        return model.tensor((len(values), 2), "int32", None, np.array(values, np.int32))

    x = model.activation((1, 4, 6, 2), *same)
    y = add(Transpose(), (x, model.indices((0, 2, 1, 3))), (1, 6, 4, 2))
    y = add(Pad(), (y, pairs((0, 0), (1, 0), (0, 2), (0, 0))), (1, 7, 6, 2))
    y = add(MirrorPad(), (y, pairs((0, 0), (1, 1), (0, 0), (0, 0))), (1, 9, 6, 2))
    bounds = [model.indices(values) for values in ((0, 8, 0, 0), (1, 0, 6, 2), (1, -2, 1, 1))]
    y = add(StridedSlice(), (y, *bounds), (1, 4, 6, 2))
    y = add(Gather(2), (y, model.indices((5, 0, 2, 2))), (1, 4, 4, 2))
    z = add(Mul("relu6"), (y, model.constant((2,), 0.03)), (1, 4, 4, 2), 0.02, -128)
    z = add(Sub(), (y, z), (1, 4, 4, 2), 0.05, 3)
    z = add(Quantize(), (z,), (1, 4, 4, 2))
    y = add(Add(), (z, model.constant((4, 1))), (1, 4, 4, 2))
    y = add(Extremum("minimum"), (y, z), (1, 4, 4, 2))
    most = add(ReduceExtremum("maximum", True), (y, model.indices((1, 3))), (1, 1, 4, 1))
    total = add(Sum(True), (y, model.indices((1, 3))), (1, 1, 4, 1), 0.2, 5)
    total = add(Quantize(), (total,), (1, 1, 4, 1))
    return model.graph(x, add(Concatenation(2), (most, total), (1, 1, 8, 1)))


def largest_of_each_row() -> Graph:
    """Positions, as int32."""
    model = Model()
    x = model.activation((1, 3, 5))
    return model.graph(x, model.node(ArgMax(), (x, model.indices((2,))), model.tensor((1, 3), "int32")))
