"""The armv7em kernels: their C path on this machine, and their assembly on an emulated Cortex-M4."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.compiler.library import Library
from tests.compiler.models import with_tensor
from tests.compiler.variants.joined import assert_equal
from tests.graph.models import Model, inputs_of
from tests.graph.operators import single_layers_of
from tests.graph.shared import INT8, shared_model
from tests.measure.tools import assert_no_warnings, require

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.firmware import Compiler
from sensorsmith.graph import (
    Activation,
    Add,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Padding,
    Pool2D,
    Quantization,
    interpret_batch,
    output_size,
    read_tflite,
)
from sensorsmith.measure import run_model


def _conv(
    shape: tuple[int, int, int],
    kernel: tuple[int, int],
    channels: int,
    stride: tuple[int, int] = (1, 1),
    padding: Padding = "same",
    dilation: tuple[int, int] = (1, 1),
    activation: Activation = "none",
    multiplier: int = 0,
    per_channel: bool = True,
    zero_point: int = -7,
) -> Graph:
    """A convolution, depthwise where there is a multiplier; its outputs use all of int8."""
    model = Model(seed=sum(shape) + channels)
    x = model.activation((1, *shape), 0.05, 11)
    depth = shape[2]
    channels = depth * multiplier if multiplier else channels
    scales = tuple(0.004 + 0.001 * (i % 5) for i in range(channels if per_channel else 1))
    filter_ = model.weights(
        *(((1, *kernel, channels), scales, 3) if multiplier else ((channels, *kernel, depth), scales))
    )
    rows, columns = (
        output_size(n, k, s, padding, d) for n, k, s, d in zip(shape[:2], kernel, stride, dilation, strict=True)
    )
    near = 0.05 * 0.005 * (kernel[0] * kernel[1] * (1 if multiplier else depth)) ** 0.5 * 60
    y = model.activation((1, rows, columns, channels), near, zero_point)
    inputs = (x, filter_, model.bias(x, filter_, channels))
    if multiplier:
        return model.graph(x, model.node(DepthwiseConv2D(stride, padding, dilation, multiplier, activation), inputs, y))
    return model.graph(x, model.node(Conv2D(stride, padding, dilation, activation), inputs, y))


def _dense(inputs: int, outputs: int, per_channel: bool = False, activation: Activation = "none") -> Graph:
    model = Model(seed=inputs)
    x = model.activation((1, inputs), 0.05, 11)
    weights = model.weights(
        (outputs, inputs), tuple(0.004 + 0.001 * (i % 5) for i in range(outputs if per_channel else 1))
    )
    y = model.activation((1, outputs), 0.05 * 0.005 * inputs**0.5 * 60, -7)
    return model.graph(x, model.node(FullyConnected(activation), (x, weights, model.bias(x, weights, outputs)), y))


def _chain(stride: int) -> Graph:
    """Pointwise, depthwise and pointwise layers whose buffers lie upon each other."""
    model = Model(seed=stride)
    x = y = model.activation((1, 7, 6, 8), 0.05, 11)
    for size, channels, near in ((7, 24, 0.4), (7, 12, 0.9)):
        filter_ = model.weights((channels, 1, 1, model.shape(y)[3]), tuple([0.005] * channels))
        wide = model.activation((1, size, 6, channels), near, -128)
        y = model.node(Conv2D(activation="relu"), (y, filter_, model.bias(y, filter_, channels)), wide)
        filter_ = model.weights((1, 3, 3, channels), tuple([0.005] * channels), 3)
        rows, columns = (output_size(n, 3, stride, "same") for n in (size, 6))
        out = model.activation((1, rows, columns, channels), near, 3)
        y = model.node(DepthwiseConv2D((stride, stride)), (y, filter_, model.bias(y, filter_, channels)), out)
        if stride > 1:
            return model.graph(x, y)
    return model.graph(x, y)


def _pool(
    kind: Literal["average", "max"],
    shape: tuple[int, int, int],
    size: tuple[int, int],
    stride: tuple[int, int],
    padding: Padding = "valid",
    activation: Activation = "none",
) -> Graph:
    model = Model()
    x = model.activation((1, *shape), 0.05, -3)
    rows, columns = (output_size(n, k, s, padding) for n, k, s in zip(shape[:2], size, stride, strict=True))
    y = model.activation((1, rows, columns, shape[2]), 0.05, -3)
    return model.graph(x, model.node(Pool2D(kind, size, stride, padding, activation), (x,), y))


def _sum(scales: tuple[float, float, float], activation: Activation = "none") -> Graph:
    """x and a convolution of x, added."""
    model = Model()
    x = model.activation((1, 5, 3, 4), scales[0], -17)
    filter_ = model.weights((4, 1, 1, 4), (0.01,))
    other = model.node(Conv2D(), (x, filter_, model.bias(x, filter_, 4)), model.activation((1, 5, 3, 4), scales[1], 40))
    return model.graph(x, model.node(Add(activation), (x, other), model.activation((1, 5, 3, 4), scales[2], -50)))


# What each kernel distinguishes: numbers of columns, rows and groups that leave a rest, padding on each side, strides
# along either dimension, clamps, one scale or many, odd planes.
CASES = {
    "pointwise, rest of columns 1": _conv((5, 2, 8), (1, 1), 6),
    "pointwise, rest of columns 2": _conv((4, 2, 16), (1, 1), 6),
    "pointwise, one column": _conv((1, 1, 8), (1, 1), 6),
    "pointwise, odd rows": _conv((3, 3, 12), (1, 1), 5),
    "pointwise, one row": _conv((3, 4, 4), (1, 1), 1),
    "pointwise, five groups": _conv((3, 3, 20), (1, 1), 4),
    "pointwise, bytes": _conv((3, 4, 5), (1, 1), 4),
    "pointwise, strided": _conv((5, 6, 8), (1, 1), 4, (2, 3)),
    "pointwise, clamped": _conv((4, 5, 8), (1, 1), 6, activation="relu6"),
    "pointwise, clamped below": _conv((4, 5, 8), (1, 1), 6, activation="relu"),
    "pointwise, one scale": _conv((4, 5, 8), (1, 1), 6, per_channel=False),
    "pointwise, rectified": _conv((23, 24, 8), (1, 1), 8, activation="relu", zero_point=-128),
    "window of words, rectified": _conv((33, 32, 4), (3, 2), 4, activation="relu", zero_point=-128),
    "depthwise 3x3, rectified": _conv((33, 31, 5), (3, 3), 0, activation="relu", multiplier=1, zero_point=-128),
    "depthwise 3x3, rectified, strided": _conv(
        (63, 66, 5), (3, 3), 0, (2, 2), activation="relu", multiplier=1, zero_point=-128
    ),
    "window of words": _conv((6, 7, 4), (3, 3), 5),
    "window of words, clamped": _conv((6, 7, 4), (3, 3), 5, activation="relu6"),
    "window of words, strided": _conv((7, 8, 8), (3, 2), 4, (2, 2)),
    "window of words, valid": _conv((7, 6, 4), (2, 3), 4, padding="valid"),
    "window of words, dilated": _conv((8, 9, 4), (3, 3), 4, dilation=(2, 3)),
    "window of bytes": _conv((6, 7, 3), (3, 3), 5),
    "window of bytes, strided": _conv((9, 8, 1), (5, 4), 4, (2, 2)),
    "window of bytes, dilated": _conv((8, 9, 3), (3, 2), 4, dilation=(2, 3)),
    "window larger than the image": _conv((2, 2, 4), (5, 5), 3),
    "window of the whole image, dilated": _conv((2, 1, 4), (2, 1), 9, (2, 2), dilation=(2, 1)),
    "window of the whole image": _conv((4, 4, 3), (4, 4), 9, padding="valid"),
    "depthwise 3x3": _conv((6, 8, 4), (3, 3), 0, multiplier=1),
    "depthwise 3x3, odd": _conv((5, 7, 3), (3, 3), 0, multiplier=1),
    "depthwise 3x3, turned": _conv((25, 5, 2), (3, 3), 0, multiplier=1),
    "depthwise 3x3, one column": _conv((6, 1, 2), (3, 3), 0, multiplier=1),
    "depthwise 3x3, strided": _conv((7, 8, 3), (3, 3), 0, (2, 2), multiplier=1),
    "depthwise 3x3, strided, even": _conv((8, 6, 3), (3, 3), 0, (2, 2), multiplier=1),
    "depthwise 3x3, strided one way": _conv((8, 6, 3), (3, 3), 0, (1, 2), multiplier=1),
    "depthwise 3x3, strided other way": _conv((8, 6, 3), (3, 3), 0, (2, 1), multiplier=1),
    "depthwise 3x3, valid": _conv((6, 7, 3), (3, 3), 0, padding="valid", multiplier=1),
    "depthwise 3x3, two each": _conv((6, 7, 3), (3, 3), 0, multiplier=2),
    "depthwise 3x3, clamped": _conv((6, 7, 3), (3, 3), 0, activation="relu6", multiplier=1),
    "depthwise 3x3, stride of three": _conv((9, 9, 2), (3, 3), 0, (3, 3), multiplier=1),
    "depthwise 5x4": _conv((7, 8, 3), (5, 4), 0, multiplier=1),
    "depthwise 10x8, strided": _conv((12, 9, 1), (10, 8), 0, (2, 2), multiplier=8),
    "depthwise column": _conv((30, 1, 4), (10, 1), 0, padding="valid", multiplier=1),
    "depthwise column to one": _conv((15, 1, 4), (15, 1), 0, padding="valid", multiplier=1),
    "depthwise one tap": _conv((4, 3, 4), (1, 1), 0, multiplier=1),
    "dense": _dense(640, 16),
    "dense, large": _dense(96, 130),
    "dense, rest of rows 1": _dense(160, 65),
    "dense, rest of rows 3": _dense(160, 67, activation="relu6"),
    "dense, scale per row": _dense(160, 66, per_channel=True),
    "dense, scale per row, clamped": _dense(160, 66, per_channel=True, activation="relu6"),
    "dense, rest of inputs 1": _dense(161, 64),
    "dense, rest of inputs 3": _dense(163, 64, per_channel=True),
    "dense, two inputs": _dense(2, 5),
    "dense, small": _dense(32, 3),
    "sum": _sum((0.05, 0.031, 0.07)),
    "sum, second larger": _sum((0.02, 0.031, 0.04)),
    "sum, one scale": _sum((0.05, 0.05, 0.05)),
    "sum, far scales": _sum((0.05, 0.003, 0.05)),
    "sum, clamped": _sum((0.05, 0.031, 0.07), "relu6"),
    "maximum": _pool("max", (6, 7, 4), (2, 2), (2, 2)),
    "maximum, padded": _pool("max", (6, 7, 8), (3, 2), (1, 2), "same"),
    "average": _pool("average", (6, 7, 4), (2, 3), (2, 2)),
    "average, padded": _pool("average", (5, 6, 8), (3, 3), (1, 2), "same"),
    "average, clamped": _pool("average", (5, 6, 4), (2, 1), (1, 1), activation="relu6"),
    "average, most pixels": _pool("average", (18, 17, 4), (17, 15), (1, 1)),
    "chain": _chain(1),
    "chain, strided": _chain(2),
}


def _inputs(graph: Graph) -> np.ndarray:
    x = inputs_of(graph, 4)
    x[0], x[1] = -128, 127
    return x


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(list(CASES.values()), tmp_path_factory.mktemp("armv7em"), "cortex-m4")


@pytest.mark.parametrize("case", CASES)
def test_the_c_path_equals_the_interpreter(case: str, library: Library) -> None:
    index = list(CASES).index(case)
    expected = interpret_batch(CASES[case], _inputs(CASES[case]))
    np.testing.assert_array_equal(library.predict(index, _inputs(CASES[case])), expected)
    assert len(np.unique(expected)) > 8
    assert {layer.variant for layer in library.emitted[index].report.layers} == {"armv7em"}


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_assembly_equals_the_interpreter(compiler: Compiler) -> None:
    require(compiler, "cortex-m4")
    require("unicorn", "cortex-m4")
    emitted = assert_equal(list(CASES.values()), "cortex-m4", compiler, emulator="unicorn")
    assert_no_warnings(emitted, "cortex-m4", compiler)


def _compiles(graph: Graph) -> bool:
    try:
        compile_graph(graph, "m", "cortex-m4")
    except ModelError as error:
        assert "too much for 32 bits at its scale" in str(error), error
        return False
    return True


LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


@settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])
@given(graphs=st.tuples(*(single_layers_of(layer).filter(_compiles) for layer in LAYERS for _ in range(10))))
def test_random_layers_equal_the_interpreter(
    tmp_path_factory: pytest.TempPathFactory, graphs: tuple[Graph, ...]
) -> None:
    require("gcc", "cortex-m4")
    require("unicorn", "cortex-m4")
    library = Library(graphs, tmp_path_factory.mktemp("random"), "cortex-m4")
    for index, graph in enumerate(graphs):
        np.testing.assert_array_equal(library.predict(index, _inputs(graph)), interpret_batch(graph, _inputs(graph)))
    variants = Counter(layer.variant for emitted in library.emitted for layer in emitted.report.layers)
    assert variants["armv7em"] > 10
    assert_equal(graphs, "cortex-m4", "gcc", emulator="unicorn")


def _with_bias(bias: int, zero_point: int = 5) -> Graph:
    """A pointwise convolution whose second channel has this bias and hardly any weight."""
    model = Model()
    x = model.activation((1, 3, 3, 4), 0.05, 0)
    filter_ = model.tensor(
        (2, 1, 1, 4),
        "int8",
        Quantization((0.01, 1e-8), (0, 0), 0),
        np.array([[50, -3, 70, 1], [1, 0, 0, 0]], np.int8).reshape(2, 1, 1, 4),
    )
    values = model.tensor((2,), "int32", Quantization((0.0005, 5e-10), (0, 0), 0), np.array([7, bias], np.int32))
    return model.graph(x, model.node(Conv2D(), (x, filter_, values), model.activation((1, 3, 3, 2), 0.04, zero_point)))


@pytest.mark.parametrize(("bias", "output"), [(2**31 - 10**6, 32), (-(2**31) + 10**6, -22), (98 * 10**7, 17), (100, 5)])
def test_a_channel_that_is_constant_may_have_any_bias(bias: int, output: int, tmp_path: Path) -> None:
    graph = _with_bias(bias)
    library = Library([graph], tmp_path, "cortex-m4")
    y = library.predict(0, _inputs(graph))
    np.testing.assert_array_equal(y, interpret_batch(graph, _inputs(graph)))
    assert set(y[..., 1].ravel().tolist()) == {output}
    assert library.emitted[0].report.layers[0].variant == "armv7em"


def _variant(graph: Graph) -> str:
    return compile_graph(graph, "m", "cortex-m4").report.layers[0].variant


def test_weights_that_no_pair_can_hold_are_left_to_the_reference() -> None:
    graph = _conv((3, 3, 4), (1, 1), 2)
    _, filter_, _ = graph.nodes[0].inputs
    weights = np.full((2, 1, 1, 4), 1, np.int8)
    for pair, variant in (((-1, -128), "ref"), ((0, -128), "armv7em"), ((-128, 127), "armv7em")):
        weights[1, 0, 0, 2:] = pair
        assert _variant(with_tensor(graph, filter_, replace(graph.tensors[filter_], data=weights))) == variant


@pytest.mark.parametrize(("bias", "variant"), [(-511, "armv7em"), (-512, "ref")])
def test_sums_of_2_to_the_23_are_left_to_the_reference(bias: int, variant: str) -> None:
    # At the least, 516 weights of 127 times -128 add up to 512 more than -2^23.
    model = Model()
    x = model.activation((1, 2, 2, 516), 0.05, 0)
    filter_ = model.tensor((1, 1, 1, 516), "int8", Quantization((0.01,), (0,)), np.full((1, 1, 1, 516), 127, np.int8))
    values = model.tensor((1,), "int32", Quantization((0.0005,), (0,)), np.array([bias], np.int32))
    assert (
        _variant(model.graph(x, model.node(Conv2D(), (x, filter_, values), model.activation((1, 2, 2, 1), 10.0))))
        == variant
    )


@pytest.mark.parametrize(
    "graph",
    [
        _pool("max", (6, 7, 3), (2, 2), (2, 2)),
        _pool("max", (6, 7, 4), (2, 2), (2, 2), activation="relu6"),
        _pool("average", (6, 7, 3), (2, 2), (2, 2)),
        _pool("average", (16, 16, 4), (16, 16), (1, 1)),
        _sum((0.05, 0.031, 1e-7)),
    ],
    ids=["channels", "clamp", "channels of an average", "pixels", "factor of a sum"],
)
def test_what_does_not_suit_is_left_to_the_reference(graph: Graph) -> None:
    assert compile_graph(graph, "m", "cortex-m4").report.layers[-1].variant == "ref"


# Of the whole NAME_infer with GCC: instructions, bytes of flash (code and weights), bytes of RAM (arena and stack).
MOST = {
    "kws": (4_000_000, 38_000, 12_000),
    "vww": (6_800_000, 52_000, 52_000),
    "ic": (15_500_000, 92_000, 38_000),
    "ad": (440_000, 276_000, 2_000),
    "sww": (1_150_000, 58_000, 8_000),
}


@pytest.mark.parametrize("name", MOST)
def test_mlperf_models_meet_their_targets(name: str) -> None:
    require("gcc", "cortex-m4")
    require("unicorn", "cortex-m4")
    graph = read_tflite(shared_model(INT8[name]))
    emitted = compile_graph(graph, "m", "cortex-m4")
    run = run_model(emitted, "cortex-m4", _inputs(graph)[:2], compiler="gcc", emulator="unicorn")
    assert run.constant
    found = (run.instructions[0], run.flash_bytes.total, run.ram_bytes.total)
    assert all(a <= b for a, b in zip(found, MOST[name], strict=True)), found


@pytest.mark.parametrize("case", [case for case in CASES if "rectified" in case])
def test_large_layers_that_begin_at_the_zero_point_round_more_cheaply(case: str) -> None:
    assert "/* rectified */ 1," in compile_graph(CASES[case], "m", "cortex-m4").files["m.c"]


def test_other_layers_round_half_away_from_zero() -> None:
    for case in ("pointwise, clamped below", "pointwise, one column", "depthwise 3x3"):
        assert "/* rectified */ 0," in compile_graph(CASES[case], "m", "cortex-m4").files["m.c"]
