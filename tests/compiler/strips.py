"""Networks whose first layers can run in strips, and all the arenas that strips give."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from tests.graph.models import Model

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import Emitted, compile_graph
from sensorsmith.graph import (
    Activation,
    Add,
    Conv2D,
    DepthwiseConv2D,
    DType,
    Graph,
    LeakyRelu,
    Padding,
    Pool2D,
    output_size,
)


def smaller(graph: Graph, target: str, name: str = "m") -> list[Emitted]:
    """The model in arenas smaller than that without strips: the largest, one in the middle, and the smallest."""
    whole = compile_graph(graph, name, target).report.arena_bytes
    least = smallest(graph, target)
    budgets = [] if least == whole else dict.fromkeys([whole - 1, (whole + least) // 2, least])
    return [compile_graph(graph, name, target, ram_budget=budget) for budget in budgets]


def smallest(graph: Graph, target: str) -> int:
    """Bytes of the smallest arena, as the error about a budget too small says."""
    with pytest.raises(ModelError) as error:
        compile_graph(graph, "m", target, ram_budget=1)
    said = re.search(r"needs at least (\d+) bytes", str(error.value))
    assert said is not None
    return int(said[1])


class Network:
    """Layers one upon the other; each method takes the index of its input and returns that of its output."""

    def __init__(self, dtype: DType = "int8", seed: int = 0) -> None:
        self.model = Model(dtype, seed)

    def convolution(
        self,
        x: int,
        kernel: tuple[int, int],
        channels: int = 0,
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "same",
        dilation: tuple[int, int] = (1, 1),
        activation: Activation = "none",
    ) -> int:
        """A depthwise one if no channels are given."""
        depth = self.model.shape(x)[3]
        scales = tuple(0.004 + 0.001 * (i % 4) for i in range(channels or depth))
        if channels:
            filter_ = self.model.weights((channels, *kernel, depth), scales)
        else:
            filter_ = self.model.weights((1, *kernel, depth), scales, 3)
        taps = kernel[0] * kernel[1] * (depth if channels else 1)
        y = self._image(x, kernel, stride, padding, dilation, channels or depth, 0.3 * taps**0.5, -128)
        kind = Conv2D if channels else DepthwiseConv2D
        op = kind(stride, padding, dilation, activation=activation)
        return self.model.node(op, (x, filter_, self.model.bias(x, filter_, channels or depth)), y)

    def pool(self, x: int, kind: str, size: tuple[int, int], stride: tuple[int, int], padding: Padding) -> int:
        y = self._image(x, size, stride, padding, (1, 1), self.model.shape(x)[3], 1.0, self._zero_point(x))
        return self.model.node(Pool2D(kind, size, stride, padding), (x,), y)  # type: ignore[arg-type]

    def leaky(self, x: int) -> int:
        return self.model.node(LeakyRelu(0.25), (x,), self._like(x, 0.9))

    def sum(self, a: int, b: int) -> int:
        return self.model.node(Add(), (a, b), self._like(a, 1.5))

    def _like(self, x: int, factor: float) -> int:
        return self.model.activation(self.model.shape(x), self.model.scale(x) * factor, -11)

    def _zero_point(self, x: int) -> int:
        return self.model.quantization(x).zero_point[0]

    def _image(
        self,
        x: int,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        padding: Padding,
        dilation: tuple[int, int],
        channels: int,
        factor: float,
        zero_point: int,
    ) -> int:
        sides = zip(self.model.shape(x)[1:3], kernel, stride, dilation, strict=True)
        size = [output_size(n, k, s, padding, d) for n, k, s, d in sides]
        return self.model.activation((1, *size, channels), self.model.scale(x) * factor, zero_point)


@st.composite
def networks(draw: st.DrawFn) -> Graph:
    """Three to six layers upon an image; sums of two tensors of one shape, of which the older one waits."""
    dtype: DType = draw(st.sampled_from(["int8", "int8", "int8", "int16"]))
    network = Network(dtype, draw(st.integers(0, 99)))
    small = st.tuples(st.integers(1, 4), st.integers(1, 3))
    shape = (1, draw(st.integers(6, 17)), draw(st.integers(2, 9)), draw(st.integers(1, 6)))
    x = y = network.model.activation(shape, 0.05, draw(st.sampled_from([-128, -7, 0])))
    made = [x]
    for _ in range(draw(st.integers(3, 6))):
        kinds = ["convolution", "convolution", "depthwise", "pool", *(["leaky", "sum"] if dtype == "int8" else [])]
        kind = draw(st.sampled_from(kinds))
        alike = [each for each in made[:-1] if network.model.shape(each) == network.model.shape(y)]
        stride = draw(st.sampled_from([(1, 1), (1, 1), (2, 2), (3, 1), (1, 2)]))
        kernel, padding = draw(small), draw(st.sampled_from(["same", "same", "valid"]))
        if any(n < k * 2 for n, k in zip(network.model.shape(y)[1:3], kernel, strict=True)):
            stride, padding = (1, 1), "same"
        if kind == "sum":
            y = network.sum(y, draw(st.sampled_from(alike))) if alike else network.leaky(y)
        elif kind == "leaky":
            y = network.leaky(y)
        elif kind == "pool":
            y = network.pool(y, draw(st.sampled_from(["average", "max"])), kernel, stride, padding)
        else:
            channels = draw(st.integers(1, 9)) if kind == "convolution" else 0
            dilation = draw(st.sampled_from([(1, 1), (1, 1), (2, 1), (2, 2)])) if stride == (1, 1) else (1, 1)
            if padding == "valid":
                dilation = (1, 1)
            activation = draw(st.sampled_from(["none", "relu", "relu6"]))
            y = network.convolution(y, kernel, channels, stride, padding, dilation, activation)
        made.append(y)
    return network.model.graph(x, y)


def _mobile() -> Graph:
    """As MobileNet begins, on an image of odd size."""
    network = Network()
    x = network.model.activation((1, 31, 21, 3), 0.05, -3)
    y = network.convolution(x, (3, 3), 8, (2, 2), activation="relu6")
    for channels, stride in ((20, 1), (20, 2), (12, 1)):
        y = network.convolution(y, (3, 3), 0, (stride, stride), activation="relu6")
        y = network.convolution(y, (1, 1), channels, activation="relu6")
    return network.model.graph(x, y)


def _residual() -> Graph:
    """As ResNet begins: sums with the block's input, as it is and through a convolution."""
    network = Network()
    x = network.model.activation((1, 14, 12, 3), 0.05, -3)
    y = network.convolution(x, (3, 3), 8, activation="relu")
    y = network.sum(y, network.convolution(network.convolution(y, (3, 3), 8), (3, 3), 8))
    z = network.convolution(network.convolution(y, (3, 3), 12, (2, 2)), (3, 3), 12)
    y = network.sum(network.convolution(y, (1, 1), 12, (2, 2)), z)
    return network.model.graph(x, y)


def _pooled() -> Graph:
    """Windows that leave rows out, windows without padding, and rows that nobody needs."""
    network = Network()
    x = network.model.activation((1, 20, 10, 2), 0.05, -3)
    y = network.convolution(x, (2, 3), 6, padding="valid", activation="relu")
    y = network.pool(y, "max", (2, 2), (3, 2), "valid")
    y = network.leaky(network.convolution(y, (4, 1), 5, dilation=(2, 1)))
    return network.model.graph(x, network.pool(y, "average", (2, 2), (2, 2), "same"))


def _int16() -> Graph:
    network = Network("int16")
    x = network.model.activation((1, 15, 9, 2), 2e-4)
    y = network.convolution(network.convolution(x, (3, 3), 6), (3, 3), stride=(2, 2))
    return network.model.graph(x, network.pool(network.convolution(y, (1, 1), 9), "max", (2, 2), (2, 2), "same"))


NETWORKS: dict[str, Callable[[], Graph]] = {
    "mobile": _mobile,
    "residual": _residual,
    "pooled": _pooled,
    "int16": _int16,
}
