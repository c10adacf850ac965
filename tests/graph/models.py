"""Small models for tests: a builder, and hypothesis strategies that draw layers of every operator onto it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from sensorsmith.graph import (
    Activation,
    Add,
    AssignVariable,
    BatchMatMul,
    Conv2D,
    DepthwiseConv2D,
    DType,
    Extremum,
    FullyConnected,
    Graph,
    Logistic,
    Lstm,
    Mean,
    Node,
    Operator,
    Padding,
    Pool2D,
    Prelu,
    Quantization,
    ReadVariable,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    Softmax,
    Sub,
    Svdf,
    Tanh,
    Tensor,
    TransposeConv,
    output_size,
)

Array = npt.NDArray[Any]
Draw = st.DrawFn

ACTIVATIONS: tuple[Activation, ...] = ("none", "relu", "relu6")
PADDINGS: tuple[Padding, ...] = ("same", "valid")


@dataclass(frozen=True)
class Shapes:
    """Of what sizes layers are drawn.

    Attributes:
        sizes: heights and widths of inputs.
        depths: channels of inputs.
        channels: of outputs.
        most: elements of a tensor, beyond which a network gets no further layer.
    """

    sizes: st.SearchStrategy[int]
    depths: st.SearchStrategy[int]
    channels: st.SearchStrategy[int]
    most: int


SMALL = Shapes(st.integers(1, 7), st.integers(1, 5), st.integers(1, 6), 3000)
# Quick kernels work in blocks of channels and pixels: these have several, with rests and without.
_BLOCKS = st.sampled_from([3, 4, 8, 12, 16, 17, 20, 32])
LARGE = Shapes(st.integers(1, 20), _BLOCKS, _BLOCKS, 13_000)
# Those of most models, for which there are kernels of their own, and any others.
_KERNELS = st.one_of(st.sampled_from([(1, 1), (3, 3)]), st.tuples(st.integers(1, 4), st.integers(1, 3)))
_STRIDES = st.one_of(st.sampled_from([(1, 1), (2, 2)]), st.tuples(st.integers(1, 3), st.integers(1, 3)))
_LARGEST_KERNEL = 7
_MOST_WEIGHTS = 20_000
_LARGEST_IMAGE = 24


class Model:
    """Collects tensors and nodes; each method returns the index of the tensor it adds."""

    def __init__(self, dtype: DType = "int8", seed: int = 0, shapes: Shapes = SMALL) -> None:
        self.dtype = dtype
        self.shapes = shapes
        self.random = np.random.default_rng(seed)
        self.tensors: list[Tensor] = []
        self.nodes: list[Node] = []

    @property
    def reach(self) -> int:
        """How many times farther than int8 activations reach."""
        return 256 if self.dtype == "int16" else 1

    def tensor(
        self, shape: tuple[int, ...], dtype: DType, quantization: Quantization | None = None, data: Array | None = None
    ) -> int:
        self.tensors.append(Tensor(f"t{len(self.tensors)}", shape, dtype, quantization, data))
        return len(self.tensors) - 1

    def activation(
        self, shape: tuple[int, ...], scale: float = 0.05, zero_point: int = 0, dtype: DType | None = None
    ) -> int:
        """Of the model's type unless another is given. Int16 activations have a zero point of 0, whatever is given."""
        dtype = dtype or self.dtype
        quantization = Quantization((scale,), (0 if dtype == "int16" else zero_point,))
        return self.tensor(shape, dtype, None if dtype == "float32" else quantization)

    def constant(self, shape: tuple[int, ...], scale: float = 0.05, zero_point: int = 0) -> int:
        """An activation that is the same for every input."""
        if self.dtype == "float32":
            return self.tensor(shape, "float32", None, self.random.normal(size=shape).astype(np.float32))
        index = self.activation(shape, scale, zero_point)
        self.tensors[index] = replace(self.tensors[index], data=_integers(self.random, self.dtype, shape))
        return index

    def weights(self, shape: tuple[int, ...], scales: tuple[float, ...] = (0.01,), axis: int = 0) -> int:
        if self.dtype == "float32":
            return self.tensor(shape, "float32", None, self.random.normal(0, 0.3, shape).astype(np.float32))
        data = self.random.integers(-127, 128, shape, np.int8)
        return self.tensor(shape, "int8", Quantization(scales, (0,) * len(scales), axis), data)

    def bias(self, x: int, weights: int, channels: int, limit: int = 1000, narrow: bool = False) -> int:
        """Of int64 where activations are int16, unless it is to be `narrow`."""
        if self.dtype == "float32":
            return self.tensor((channels,), "float32", None, self.random.normal(size=channels).astype(np.float32))
        scale, filter_scales = self.scale(x), self.quantization(weights).scale
        quantization = Quantization(tuple(scale * s for s in filter_scales), (0,) * len(filter_scales), 0)
        dtype: DType = "int64" if self.dtype == "int16" and not narrow else "int32"
        data = self.random.integers(-limit, limit, channels, np.dtype(dtype))
        return self.tensor((channels,), dtype, quantization, data)

    def variable(self, shape: tuple[int, ...], dtype: DType, scale: float, zero_point: int = 0) -> int:
        """A layer's memory."""
        quantization = None if dtype == "float32" else Quantization((scale,), (zero_point,))
        index = self.tensor(shape, dtype, quantization)
        self.tensors[index] = replace(self.tensors[index], variable=True)
        return index

    def indices(self, values: tuple[int, ...]) -> int:
        return self.tensor((len(values),), "int32", None, np.array(values, np.int32))

    def scalar(self, value: int) -> int:
        return self.tensor((), "int32", None, np.array(value, np.int32))

    def node(self, op: Operator, inputs: tuple[int, ...], output: int) -> int:
        self.nodes.append(Node(op, inputs, (output,)))
        return output

    def graph(self, x: int, y: int) -> Graph:
        return Graph("main", tuple(self.tensors), tuple(self.nodes), (x,), (y,))

    def quantization(self, index: int) -> Quantization:
        quantization = self.tensors[index].quantization
        assert quantization is not None
        return quantization

    def scale(self, index: int) -> float:
        return self.quantization(index).scale[0] if self.dtype != "float32" else 1.0

    def shape(self, index: int) -> tuple[int, ...]:
        return self.tensors[index].shape


def inputs_of(graph: Graph, count: int, seed: int = 0) -> Array:
    """(count, ...) random inputs of the graph's input type."""
    tensor = graph.tensors[graph.inputs[0]]
    shape, random = (count, *tensor.shape[1:]), np.random.default_rng(seed)
    if tensor.dtype == "float32":
        return random.normal(size=shape).astype(np.float32)
    return _integers(random, tensor.dtype, shape)


def _integers(random: np.random.Generator, dtype: DType, shape: tuple[int, ...]) -> Array:
    limits = np.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, np.dtype(dtype), endpoint=True)


def small_convnet(dtype: DType = "int8") -> Graph:
    """Every operator once, on an image of 6 x 5 x 2: four classes."""
    model = Model(dtype)
    x = model.activation((1, 60), 0.05, 3)
    image = model.node(
        Reshape((1, 6, 5, 2)), (x, model.indices((-1, 6, 5, 2))), model.activation((1, 6, 5, 2), 0.05, 3)
    )
    filter_ = model.weights((4, 3, 3, 2), (0.01, 0.02, 0.003, 0.01))
    bias = model.bias(image, filter_, 4)
    y = model.activation((1, 6, 5, 4), 0.1, -128)
    y = model.node(Conv2D(activation="relu6"), (image, filter_, bias), y)
    filter_ = model.weights((1, 3, 2, 4), (0.01,) * 4, axis=3)
    z = model.node(DepthwiseConv2D(), (y, filter_), model.activation((1, 6, 5, 4), 0.2, 5))
    y = model.node(Add(), (y, z), model.activation((1, 6, 5, 4), 0.2, -3))
    y = model.node(Pool2D("max", (2, 2), (2, 1)), (y,), model.activation((1, 3, 4, 4), 0.2, -3))
    y = model.node(Pool2D("average", (2, 2), (1, 2), "same"), (y,), model.activation((1, 3, 2, 4), 0.2, -3))
    y = model.node(Mean(), (y, model.indices((1, 2))), model.activation((1, 4), 0.1, -3))
    filter_ = model.weights((4, 4))
    bias = model.bias(y, filter_, 4)
    y = model.node(FullyConnected(), (y, filter_, bias), model.activation((1, 4), 0.02, 3))
    y = model.node(Softmax(), (y,), model.activation((1, 4), 1 / 256, -128))
    return model.graph(x, y)


scales = st.floats(2**-9, 2**-3)
zero_points = st.one_of(st.integers(-128, 127), st.sampled_from([-128, 0]))


def draw_output(draw: Draw, model: Model, shape: tuple[int, ...], near: float, dtype: DType | None = None) -> int:
    """An output whose scale lies around `near`: from much saturation to few levels."""
    return model.activation(shape, near * draw(st.floats(0.2, 8.0)), draw(zero_points), dtype)


def draw_input(draw: Draw, model: Model) -> int:
    sizes = model.shapes.sizes
    shape = (1, draw(sizes), draw(sizes), draw(model.shapes.depths))
    return model.activation(shape, draw(scales), draw(zero_points))


def draw_conv(draw: Draw, model: Model, x: int) -> int:
    return _draw_filter(draw, model, x, depthwise=False)


def draw_depthwise(draw: Draw, model: Model, x: int) -> int:
    return _draw_filter(draw, model, x, depthwise=True)


def _draw_filter(draw: Draw, model: Model, x: int, *, depthwise: bool) -> int:
    _, height, width, depth = model.shape(x)
    padding = draw(st.sampled_from(PADDINGS))
    kernel, dilation = (1, 1), (1, 1)
    if padding == "same":
        kernel, dilation = (
            draw(_KERNELS),
            draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (1, 2)])),
        )
    else:
        most = (min(n, _LARGEST_KERNEL) for n in (height, width))
        kernel = draw(st.tuples(*(st.integers(1, n) for n in most)))
    dilation = tuple(d if (k - 1) * d < 4 * n else 1 for k, d, n in zip(kernel, dilation, (height, width), strict=True))
    kernel = tuple(k if (k - 1) * d < 4 * n else 1 for k, d, n in zip(kernel, dilation, (height, width), strict=True))
    stride = draw(_STRIDES)
    multiplier = draw(st.sampled_from([1, 1, 2, 3]))
    channels = depth * multiplier if depthwise else draw(model.shapes.channels)
    count = channels if draw(st.booleans()) else 1
    # Some channels of real models have weights of almost no scale: their multiplier becomes 0.
    tiny = st.one_of(scales, scales, st.just(1e-10))
    weight_scales = (draw(scales), *(draw(tiny) for _ in range(count - 1)))
    axis, shape = (3, (1, *kernel, channels)) if depthwise else (0, (channels, *kernel, depth))
    filter_ = model.weights(shape, weight_scales, axis)
    inputs, narrow = (x, filter_), not depthwise and _draw_narrow(draw, model)
    if draw(st.booleans()):
        inputs += (model.bias(x, filter_, channels, draw(st.sampled_from([100, 10_000, 10_000_000])), narrow),)
    rows, columns = (
        output_size(n, k, s, padding, d) for n, k, s, d in zip((height, width), kernel, stride, dilation, strict=True)
    )
    y = draw_output(draw, model, (1, rows, columns, channels), model.scale(x) * max(weight_scales) * 100)
    activation = draw(st.sampled_from(ACTIVATIONS))
    if depthwise:
        return model.node(DepthwiseConv2D(stride, padding, dilation, multiplier, activation), inputs, y)
    return model.node(Conv2D(stride, padding, dilation, activation, narrow), inputs, y)


def draw_pool(draw: Draw, model: Model, x: int, kind: Literal["average", "max"]) -> int:
    _, height, width, depth = model.shape(x)
    padding = draw(st.sampled_from(PADDINGS))
    size = draw(st.tuples(st.integers(1, height), st.integers(1, width)))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    rows, columns = (output_size(n, k, s, padding) for n, k, s in zip((height, width), size, stride, strict=True))
    y = model.activation((1, rows, columns, depth), *scale_and_zero_point(model, x))
    return model.node(Pool2D(kind, size, stride, padding, draw(st.sampled_from(ACTIVATIONS))), (x,), y)


def draw_dense(draw: Draw, model: Model, x: int) -> int:
    return _draw_dense(draw, model, x, model.tensors[x].size, (1,))


def draw_dense_rows(draw: Draw, model: Model, x: int) -> int:
    """One dense layer for each of several rows."""
    *rows, size = model.shape(x)
    flat = (int(np.prod(rows, dtype=int)),)
    return _draw_dense(draw, model, x, size, draw(st.sampled_from([tuple(rows) or flat, flat])))


def _draw_dense(draw: Draw, model: Model, x: int, size: int, rows: tuple[int, ...]) -> int:
    count = min(draw(model.shapes.channels), max(1, _MOST_WEIGHTS // size))
    weight_scales = tuple(draw(scales) for _ in range(count if draw(st.booleans()) else 1))
    weights = model.weights((count, size), weight_scales)
    inputs, narrow = (x, weights), _draw_narrow(draw, model)
    if draw(st.booleans()):
        inputs += (model.bias(x, weights, count, draw(st.sampled_from([100, 10_000, 10_000_000])), narrow),)
    y = draw_output(draw, model, (*rows, count), model.scale(x) * max(weight_scales) * 200)
    return model.node(FullyConnected(draw(st.sampled_from(ACTIVATIONS)), len(rows) > 1, narrow), inputs, y)


def _draw_narrow(draw: Draw, model: Model) -> bool:
    """Whether a bias of int32 goes with int16 activations, and sums of 32 bits."""
    return model.dtype == "int16" and draw(st.booleans())


def draw_softmax(draw: Draw, model: Model, x: int) -> int:
    beta = draw(st.sampled_from([1.0, 1.0, 0.5, 3.0, 100.0]))
    if model.dtype == "int16":
        return model.node(Softmax(min(beta, 3.0)), (x,), model.activation(model.shape(x), 1 / 32768))
    return model.node(Softmax(beta), (x,), model.activation(model.shape(x), 1 / 256, -128))


# Scale and zero point of the output, by whether it is int8.
_SIGMOIDS = {
    (Logistic, True): (1 / 256, -128),
    (Tanh, True): (1 / 128, 0),
    (Logistic, False): (1 / 32768, 0),
    (Tanh, False): (1 / 32768, 0),
}


def draw_unary(draw: Draw, model: Model, x: int, *ops: Operator) -> int:
    """Any of these operators, which are functions of one element."""
    op = draw(st.sampled_from(ops))
    if isinstance(op, Logistic | Tanh):
        y = model.activation(model.shape(x), *_SIGMOIDS[type(op), model.dtype != "int16"])
    else:
        y = draw_output(draw, model, model.shape(x), model.scale(x))
    return model.node(op, (x,), y)


def draw_prelu(draw: Draw, model: Model, x: int) -> int:
    shape = tuple(n if draw(st.booleans()) else 1 for n in model.shape(x)[draw(st.integers(0, 1)) :])
    alpha = model.weights(shape, (draw(scales),))
    if model.dtype != "float32":
        model.tensors[alpha] = replace(
            model.tensors[alpha], quantization=Quantization((draw(scales),), (draw(zero_points),))
        )
    return model.node(Prelu(), (x, alpha), draw_output(draw, model, model.shape(x), model.scale(x)))


def draw_svdf(draw: Draw, model: Model, x: int) -> int:
    inputs, units, rank, memory = model.shape(x)[1], *(draw(st.integers(1, 4)) for _ in range(3))
    filters, kind = units * rank, draw(st.sampled_from(["int8", "int16"])) if model.dtype == "int8" else "float32"
    feature = model.weights((filters, inputs), (draw(scales),))
    near = model.scale(x) * model.scale(feature) * 100 / (1 if kind == "int8" else 200)
    state = model.variable(
        (1, filters * memory), kind, near * draw(st.floats(0.5, 8.0)), draw(zero_points) if kind == "int8" else 0
    )
    if model.dtype == "float32":
        time = model.tensor((filters, memory), "float32", None, model.random.normal(size=(filters, memory)).astype("f"))
    else:
        data = _integers(model.random, kind, (filters, memory))
        time = model.tensor((filters, memory), kind, Quantization((draw(scales) / 8,), (0,)), data)
    bias_scale = model.scale(state) * model.scale(time)
    bias = model.bias(x, feature, units)
    if model.dtype == "int8":
        model.tensors[bias] = replace(model.tensors[bias], quantization=Quantization((bias_scale,), (0,)))
    y = draw_output(draw, model, (1, units), bias_scale * (100 if kind == "int8" else 1e6))
    return model.node(Svdf(rank), (x, feature, time, bias, state), y)


def draw_lstm(draw: Draw, model: Model, x: int) -> int:
    _, steps, inputs = model.shape(x)
    units = draw(st.integers(1, 4))
    output = (draw(st.sampled_from([1 / 128, 1 / 120, 1 / 200])), draw(st.integers(-20, 20)))
    float_ = model.dtype == "float32"
    hidden = model.variable((1, units), model.dtype, *output)
    cell = model.variable((1, units), "float32" if float_ else "int16", 2.0 ** -draw(st.integers(9, 15)))
    weights = tuple(model.weights((units, inputs), (draw(scales) / 4,)) for _ in range(4))
    recurrent = tuple(model.weights((units, units), (draw(scales) / 4,)) for _ in range(4))
    biases = tuple(model.bias(x, each, units, draw(st.sampled_from([100, 10_000]))) for each in weights)
    operands = (x, *weights, *recurrent, -1, -1, -1, *biases, -1, -1, hidden, cell, -1, -1, -1, -1)
    clip = draw(st.sampled_from([0.0, 0.0, 0.5, 10.0]))
    return model.node(Lstm(clip), operands, model.activation((1, steps, units), *output))


def draw_variable(draw: Draw, model: Model, x: int) -> int:
    """x and what a variable holds, which is assigned before or after it is used: x, or the most that there has been."""
    shape, alike = model.shape(x), scale_and_zero_point(model, x)
    variable = model.variable(shape, model.dtype, *alike)
    if draw(st.booleans()):
        first = model.tensors[model.constant(shape, *alike)].data
        model.tensors[variable] = replace(model.tensors[variable], initial=first)
    past = model.node(ReadVariable(), (variable,), model.activation(shape, *alike))
    most = model.node(Extremum("maximum"), (x, past), model.activation(shape, *alike))
    early = draw(st.booleans())
    assign = Node(AssignVariable(), (draw(st.sampled_from([x, most])),), (variable,))
    model.nodes += [assign] * early
    y = model.node(Sub(), (x, past), draw_output(draw, model, shape, model.scale(x)))
    model.nodes += [assign] * (not early)
    return y


def draw_resize(draw: Draw, model: Model, x: int, kind: type[ResizeNearest] | type[ResizeBilinear]) -> int:
    _, height, width, depth = model.shape(x)
    result = tuple(draw(st.integers(1, min(3 * n, _LARGEST_IMAGE))) for n in (height, width))
    flags = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    op = kind(*flags)
    y = model.activation((1, *result, depth), *scale_and_zero_point(model, x))
    return model.node(op, (x, model.indices(result)), y)


def draw_transpose_conv(draw: Draw, model: Model, x: int) -> int:
    _, height, width, depth = model.shape(x)
    padding = draw(st.sampled_from(PADDINGS))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    # Any output that the convolution brings down to the input.
    ends = [draw(st.integers(0, s - 1)) for s in stride]
    rows, columns = (
        n * s - e if padding == "same" else (n - 1) * s + k + e
        for n, s, k, e in zip((height, width), stride, kernel, ends, strict=True)
    )
    channels = draw(model.shapes.channels)
    weight_scales = tuple(draw(scales) for _ in range(channels if draw(st.booleans()) else 1))
    filter_ = model.weights((channels, *kernel, depth), weight_scales)
    shape = (1, rows, columns, channels)
    inputs = (model.indices(shape), filter_, x)
    if draw(st.booleans()):
        inputs += (model.bias(x, filter_, channels),)
    y = draw_output(draw, model, shape, model.scale(x) * max(weight_scales) * 100)
    return model.node(TransposeConv(stride, padding, draw(st.sampled_from(ACTIVATIONS))), inputs, y)


def draw_matmul(draw: Draw, model: Model, x: int) -> int:
    """x, or its transpose, times a constant or itself."""
    *batch, rows, columns = model.shape(x)
    adj_x, adj_y = draw(st.booleans()), draw(st.booleans())
    products, height = (rows, columns) if adj_x else (columns, rows)
    if draw(st.booleans()):
        width = draw(model.shapes.channels)
        factor = (width, products) if adj_y else (products, width)
        own = draw(st.sampled_from([(), (1,), tuple(batch)]))
        other = model.constant((*own, *factor), draw(scales), draw(zero_points))
    else:
        other, adj_y, width = x, not adj_x, height
    y = draw_output(draw, model, (*batch, height, width), model.scale(x) * model.scale(other) * 100 * model.reach)
    return model.node(BatchMatMul(adj_x, adj_y), (x, other), y)


def scale_and_zero_point(model: Model, x: int) -> tuple[float, int]:
    return (model.scale(x), model.quantization(x).zero_point[0]) if model.dtype != "float32" else (1.0, 0)


@st.composite
def single_layers(draw: Draw, layer: Any, dtype: DType = "int8") -> Graph:
    """One layer on a drawn input."""
    model = Model(dtype, draw(st.integers(0, 2**32)))
    x = draw_input(draw, model)
    return model.graph(x, layer(draw, model, x))
