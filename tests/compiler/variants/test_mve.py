"""The Helium kernels on an emulated Cortex-M55."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.compiler.models import corner_cases, motion_net
from tests.compiler.variants.joined import assert_equal, reshaped
from tests.graph.models import ACTIVATIONS, PADDINGS, Draw, Model, scales, small_convnet, zero_points
from tests.graph.operators import single_layers_of
from tests.graph.shared import INT8, shared_model
from tests.measure.tools import require

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.compiler.headers import closure
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
    output_size,
    read_tflite,
)
from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier
from sensorsmith.measure import run_model

TARGET = "cortex-m55"


@pytest.fixture(autouse=True)
def _tools() -> None:
    require("gcc", TARGET)
    require("qemu", TARGET)


def _conv(
    shape: tuple[int, int, int],
    kernel: tuple[int, int],
    channels: int = 0,
    stride: tuple[int, int] = (1, 1),
    padding: Padding = "same",
    dilation: tuple[int, int] = (1, 1),
    activation: Activation = "none",
    zero_point: int = -7,
) -> Graph:
    """A convolution; a depthwise one where no channels are given."""
    model = Model(seed=sum(shape) + channels)
    x = model.activation((1, *shape), 0.05, 11)
    depth, depthwise, outputs = shape[2], channels == 0, channels or shape[2]
    weight_scales = tuple(0.004 + 0.001 * (i % 5) for i in range(outputs))
    filter_shape, axis = ((1, *kernel, outputs), 3) if depthwise else ((outputs, *kernel, depth), 0)
    filter_ = model.weights(filter_shape, weight_scales, axis)
    rows, columns = (
        output_size(n, k, s, padding, d) for n, k, s, d in zip(shape[:2], kernel, stride, dilation, strict=True)
    )
    near = 0.05 * 0.005 * (kernel[0] * kernel[1] * (1 if depthwise else depth)) ** 0.5 * 60
    y = model.activation((1, rows, columns, outputs), near, zero_point)
    op = (DepthwiseConv2D if depthwise else Conv2D)(stride, padding, dilation, activation=activation)
    return model.graph(x, model.node(op, (x, filter_, model.bias(x, filter_, outputs)), y))


def _dense(inputs: int, outputs: int, activation: Activation = "none") -> Graph:
    model = Model(seed=inputs)
    x = model.activation((1, inputs), 0.05, 11)
    weights = model.weights((outputs, inputs), tuple(0.004 + 0.001 * (i % 5) for i in range(outputs)))
    y = model.activation((1, outputs), 0.05 * 0.005 * inputs**0.5 * 60, -7)
    return model.graph(x, model.node(FullyConnected(activation), (x, weights, model.bias(x, weights, outputs)), y))


def _pool(kind: str, shape: tuple[int, int, int], size: tuple[int, int], padding: Padding = "valid") -> Graph:
    model = Model()
    x = model.activation((1, *shape), 0.05, -20)
    rows, columns = (output_size(n, k, 2, padding) for n, k in zip(shape[:2], size, strict=True))
    y = model.activation((1, rows, columns, shape[2]), 0.05, -20)
    op = Pool2D("average" if kind == "average" else "max", size, (2, 2), padding, "relu6")
    return model.graph(x, model.node(op, (x,), y))


def _add(size: int, scale_1: float, scale_2: float, activation: Activation = "none", zero_point: int = 9) -> Graph:
    """The sum of an input and its own maxima of pairs, at a scale of its own."""
    model = Model()
    x = model.activation((1, 1, size, 1), scale_1, -17)
    filter_ = model.weights((1, 1, 1, 1), (0.01,))
    other = model.node(Conv2D(), (x, filter_), model.activation((1, 1, size, 1), scale_2, 40))
    y = model.activation((1, 1, size, 1), scale_1 + scale_2, zero_point)
    return model.graph(x, model.node(Add(activation), (x, other), y))


def _chain(stride: int) -> Graph:
    """Layers of each kind whose buffers lie upon each other."""
    model = Model(seed=stride)
    x = y = model.activation((1, 9, 7, 16), 0.05, 11)
    for channels, near in ((20, 0.4), (20, 0.9), (16, 1.5)):
        _, rows, columns, depth = model.shape(y)
        filter_ = model.weights((channels, 1, 1, depth), tuple([0.005] * channels))
        wide = model.activation((1, rows, columns, channels), near, -128)
        y = model.node(Conv2D(activation="relu"), (y, filter_, model.bias(y, filter_, channels)), wide)
        filter_ = model.weights((1, 3, 3, channels), tuple([0.005] * channels), 3)
        rows, columns = (output_size(n, 3, stride, "same") for n in (rows, columns))
        out = model.activation((1, rows, columns, channels), near, 3)
        y = model.node(DepthwiseConv2D((stride, stride)), (y, filter_, model.bias(y, filter_, channels)), out)
        filter_ = model.weights((channels, 3, 2, channels), tuple([0.002] * channels))
        out = model.activation((1, rows, columns, channels), near, 3)
        y = model.node(Conv2D(), (y, filter_, model.bias(y, filter_, channels)), out)
    return model.graph(x, y)


# What the kernels distinguish: depths below, at and between multiples of 16, numbers of steps that leave each rest of
# four, groups of channels with a rest, odd and single pixels, padding on each side, strides, clamps, words of taps.
CASES = {
    "pointwise, less than a step": _conv((4, 5, 8), (1, 1), 16),
    "pointwise, one step": _conv((4, 5, 16), (1, 1), 4),
    "pointwise, last step goes back": _conv((4, 5, 17), (1, 1), 5),
    "pointwise, two steps": _conv((3, 3, 32), (1, 1), 6),
    "pointwise, three steps": _conv((3, 3, 48), (1, 1), 7),
    "pointwise, four steps and a rest": _conv((3, 2, 79), (1, 1), 8),
    "pointwise, five steps": _conv((2, 2, 80), (1, 1), 1),
    "pointwise, eight steps": _conv((2, 3, 128), (1, 1), 12),
    "pointwise, eleven steps and a rest": _conv((2, 3, 190), (1, 1), 3),
    "pointwise, one pixel": _conv((1, 1, 24), (1, 1), 6),
    "pointwise, strided": _conv((5, 6, 20), (1, 1), 6, (2, 3)),
    "pointwise, clamped": _conv((4, 5, 24), (1, 1), 6, activation="relu6"),
    "pointwise, clamped below": _conv((4, 5, 24), (1, 1), 6, activation="relu"),
    "pointwise, clamped at the zero point": _conv((4, 5, 24), (1, 1), 6, activation="relu", zero_point=-128),
    "window of narrow pixels": _conv((6, 7, 3), (3, 3), 5),
    "window of narrow pixels, exactly 16 bytes": _conv((6, 16, 1), (5, 4), 4),
    "window of narrow pixels, less than 16 bytes": _conv((6, 5, 2), (3, 3), 4),
    "window of narrow pixels, strided": _conv((9, 8, 1), (10, 4), 8, (2, 2)),
    "window of 15 channels": _conv((5, 4, 15), (3, 3), 4),
    "window of 16 channels": _conv((5, 4, 16), (3, 3), 4),
    "window of 17 channels": _conv((5, 4, 17), (3, 3), 4, (2, 2)),
    "window of 32 channels, valid": _conv((5, 6, 32), (3, 2), 9, padding="valid"),
    "window dilated down": _conv((8, 9, 4), (3, 3), 4, dilation=(2, 1)),
    "window larger than the image": _conv((2, 2, 4), (5, 5), 3),
    "window of the whole image": _conv((4, 4, 3), (4, 4), 9, padding="valid"),
    "row of windows": _conv((3, 9, 6), (1, 3), 4, (1, 2), "valid"),
    "row of windows, padded": _conv((3, 9, 6), (1, 3), 4),
    "column of windows": _conv((9, 1, 6), (3, 1), 4, padding="valid"),
    "depthwise 3x3": _conv((6, 8, 16), (3, 3)),
    "depthwise 3x3, four channels": _conv((5, 7, 4), (3, 3)),
    "depthwise 3x3, three channels": _conv((5, 7, 3), (3, 3)),
    "depthwise 3x3, 16 channels and a rest": _conv((5, 6, 39), (3, 3), stride=(2, 2)),
    "depthwise 3x3, valid": _conv((6, 7, 20), (3, 3), padding="valid"),
    "depthwise 3x3, dilated": _conv((8, 7, 8), (3, 3), dilation=(2, 3)),
    "depthwise 3x3, clamped": _conv((6, 7, 8), (3, 3), activation="relu6"),
    "depthwise 3x3, clamped at the zero point": _conv((6, 7, 8), (3, 3), activation="relu", zero_point=-128),
    "depthwise 2x4": _conv((6, 7, 8), (2, 4)),
    "depthwise 4x2": _conv((6, 7, 8), (4, 2), stride=(1, 3)),
    "depthwise 1x2, one column": _conv((5, 1, 3), (1, 2), stride=(2, 2)),
    "depthwise one tap": _conv((4, 3, 8), (1, 1)),
    "depthwise row of 3": _conv((1, 20, 24), (1, 3), padding="valid"),
    "depthwise row of 5": _conv((1, 20, 24), (1, 5), padding="valid"),
    "depthwise row of 10, strided": _conv((2, 30, 8), (1, 10), padding="valid", stride=(1, 2)),
    "depthwise row of 13, dilated": _conv((1, 40, 8), (1, 13), padding="valid", dilation=(1, 2)),
    "depthwise column of 16 to one": _conv((16, 1, 20), (16, 1), padding="valid"),
    "dense, less than a step": _dense(9, 5),
    "dense": _dense(64, 8),
    "dense, last step goes back": _dense(77, 7, "relu6"),
    "dense, many steps": _dense(640, 3, "relu"),
    "average": _pool("average", (6, 5, 12), (3, 2)),
    "average, padded": _pool("average", (7, 5, 3), (3, 2), "same"),
    "average of one": _pool("average", (3, 3, 8), (1, 1)),
    "average of 255": _pool("average", (17, 15, 9), (17, 15)),
    "maximum": _pool("max", (6, 5, 35), (3, 2)),
    "maximum, padded": _pool("max", (7, 5, 3), (3, 2), "same"),
    "sum": _add(19, 0.05, 0.031),
    "sum, scales alike": _add(20, 0.05, 0.05),
    "sum, scales apart": _add(21, 0.0004, 0.05, "relu6"),
    "sum, clamped at the zero point": _add(22, 0.003, 0.05, "relu", -128),
}


@pytest.mark.parametrize("compiler", ["gcc", "zig"])
def test_every_case_equals_the_interpreter(compiler: Compiler) -> None:
    require(compiler, TARGET)
    emitted = assert_equal(list(CASES.values()), TARGET, compiler)
    assert {layer.variant for layer in emitted.report.layers} == {"mve"}


@pytest.mark.parametrize(("stride", "overlaps"), [(1, 7), (2, 2)])
def test_layers_whose_buffers_overlap_equal_the_interpreter(stride: int, overlaps: int) -> None:
    graph = _chain(stride)
    emitted = assert_equal([graph], TARGET, "gcc")
    assert {layer.variant for layer in emitted.report.layers} == {"mve"}
    buffers = compile_graph(graph, "m", TARGET).report.buffers
    shared = [
        (a, b)
        for a, b in permutations(buffers, 2)
        if a.last == b.first and a.offset < b.offset + b.size and b.offset < a.offset + a.size
    ]
    assert len(shared) >= overlaps


def test_small_models_equal_the_interpreter() -> None:
    cases = [
        graph
        for graph in corner_cases().values()
        if {graph.tensors[end].dtype for end in (*graph.inputs, *graph.outputs)} == {"int8"}
    ]
    assert len(cases) > 25
    assert_equal([*cases, motion_net(), small_convnet()], TARGET, "gcc")


_LIMITS = ("too much for 32 bits at its scale", "more than four times as large as its input")
"""What a drawn layer may be refused for."""


def _compiles(graph: Graph) -> bool:
    try:
        compile_graph(graph, "m", TARGET)
    except ModelError as error:
        assert any(limit in str(error) for limit in _LIMITS), error
        return False
    return True


depths = st.sampled_from([1, 2, 3, 5, 8, 11, 15, 16, 17, 24, 31, 32, 33, 40, 48, 64])


@st.composite
def wide_layers(draw: Draw) -> Graph:
    """A convolution with more channels than those of tests/graph/models.py have."""
    model = Model(seed=draw(st.integers(0, 2**32)))
    height, width, depth = draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(depths)
    x = model.activation((1, height, width, depth), draw(scales), draw(zero_points))
    padding, depthwise = draw(st.sampled_from(PADDINGS)), draw(st.booleans())
    most = (5, 5) if padding == "same" else (height, width)
    kernel = tuple(draw(st.integers(1, min(n, 5))) for n in most)
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    channels = depth if depthwise else draw(st.sampled_from([1, 2, 3, 4, 5, 8, 9, 16, 20]))
    filter_shape, axis = ((1, *kernel, channels), 3) if depthwise else ((channels, *kernel, depth), 0)
    weight_scales = tuple(draw(scales) for _ in range(channels))
    filter_ = model.weights(filter_shape, weight_scales, axis)
    rows, columns = (output_size(n, k, s, padding) for n, k, s in zip((height, width), kernel, stride, strict=True))
    near = model.scale(x) * max(weight_scales) * 100 * draw(st.floats(0.2, 8.0))
    y = model.activation((1, rows, columns, channels), near, draw(st.one_of(zero_points, st.just(-128))))
    activation = draw(st.sampled_from(ACTIVATIONS))
    op = (DepthwiseConv2D if depthwise else Conv2D)(stride, padding, activation=activation)
    return model.graph(x, model.node(op, (x, filter_, model.bias(x, filter_, channels)), y))


LAYERS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "AVERAGE_POOL_2D", "MAX_POOL_2D", "ADD")
RANDOM = st.tuples(
    *(single_layers_of(layer).filter(_compiles) for layer in LAYERS for _ in range(6)),
    *(wide_layers().filter(_compiles) for _ in range(24)),
)


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.large_base_example, HealthCheck.data_too_large, HealthCheck.too_slow],
)
@given(graphs=RANDOM)
def test_random_layers_equal_the_interpreter(graphs: tuple[Graph, ...]) -> None:
    emitted = assert_equal(graphs, TARGET, "gcc")
    variants = Counter(layer.variant for layer in emitted.report.layers)
    assert variants["mve"] > 30


SHIM = """\
#include "all.h"
#include "ss_mve.h"

int all_infer(const int8_t *input, int8_t *output)
{
    const int32_t *x = (const int32_t *)(const void *)input;
    int32_t *y = (int32_t *)(void *)output;
    for (int i = 0; i < COUNT; i += 4) {
        const int32x4_t high = vqrdmulhq_s32(vldrwq_s32(&x[i]), vldrwq_s32(&x[COUNT + i]));
        vstrwq_s32(&y[i], ss_mve_round_shift(high, vldrwq_s32(&x[2 * COUNT + i]), 1));
        vstrwq_s32(&y[COUNT + i], ss_mve_round_shift(high, vldrwq_s32(&x[2 * COUNT + i]), 0));
    }
    return 0;
}
"""


def test_requantization_number_by_number() -> None:
    """Of TFLite's two roundings the second is half away from zero; half up is the same for what is not negative."""
    random, count = np.random.default_rng(0), 8000
    shift = random.integers(-31, 1, count)
    x = random.integers(-(2**31) + 1, 2**31, count) >> random.integers(0, 31, count)
    multiplier = np.where(random.random(count) < 0.5, 1 << 30, random.integers(1 << 30, 1 << 31, count))
    # Halves: with a factor of 1/2, twice an odd multiple of half a unit.
    x[::5], multiplier[::5] = (2 * random.integers(-20, 20, count) + 1 << -shift)[::5], 1 << 30
    fits = np.abs(x) < 1 << 31
    x, multiplier, shift = np.where(fits, x, 1), multiplier, shift
    files = {
        **closure(["ss_mve.h"]),
        "all.h": f"#include <stdint.h>\n#define COUNT {count}\nint all_infer(const int8_t *input, int8_t *output);\n",
        "all.c": SHIM,
    }
    emitted = compile_graph(small_convnet(), "all", TARGET)
    emitted = reshaped(replace(emitted, files=files), 12 * count, 8 * count)
    words = np.concatenate([x, multiplier, shift]).astype(np.int32)
    outputs = run_model(emitted, TARGET, words.view(np.int8)[None], count=False).outputs
    away, up = outputs[0].view(np.int32).reshape(2, count).astype(np.int64)
    expected = multiply_by_quantized_multiplier(x, multiplier, shift)
    np.testing.assert_array_equal(away, expected)
    np.testing.assert_array_equal(np.maximum(up, 0), np.maximum(expected, 0))
    assert (up != expected).sum() > 100


def _first_variant(graph: Graph) -> str:
    return compile_graph(graph, "m", TARGET).report.layers[0].variant


def _scaled_up() -> Graph:
    """A convolution that enlarges its sums."""
    model = Model()
    x = model.activation((1, 3, 3, 16), 0.05, 0)
    filter_ = model.weights((4, 1, 1, 16), (0.01,))
    return model.graph(x, model.node(Conv2D(), (x, filter_), model.activation((1, 3, 3, 4), 2e-4, 0)))


def _many_each() -> Graph:
    model = Model()
    x = model.activation((1, 5, 5, 4), 0.05, 0)
    filter_ = model.weights((1, 3, 3, 8), (0.01,))
    y = model.activation((1, 5, 5, 8), 0.4, 0)
    return model.graph(x, model.node(DepthwiseConv2D(multiplier=2), (x, filter_), y))


@pytest.mark.parametrize(
    "graph",
    [
        _scaled_up(),
        _conv((8, 9, 4), (3, 3), 4, dilation=(1, 2)),
        _conv((20, 4, 1), (18, 2), 4),
        _conv((6, 7, 8), (5, 3)),
        _conv((1, 20, 8), (1, 5)),
        _conv((1, 40, 8), (1, 17), padding="valid"),
        _many_each(),
        _pool("average", (16, 16, 4), (16, 16)),
    ],
    ids=["scale above 1", "dilated along", "tall and narrow", "5 rows", "row padded", "17 columns", "2 each", "256"],
)
def test_what_no_helium_kernel_computes_is_left_to_others(graph: Graph) -> None:
    assert _first_variant(graph) != "mve"


# The issue's; with TFLite Micro and CMSIS-NN: 1.82, 6.56, 4.91, 0.150, 0.407 million (peers_performance.md, section 1).
MOST = {"kws": 900_000, "vww": 2_000_000, "ic": 3_000_000, "ad": 100_000, "sww": 250_000}


@pytest.mark.parametrize("name", MOST)
def test_instructions_of_the_reference_models(name: str) -> None:
    emitted = compile_graph(read_tflite(shared_model(INT8[name])), "m", TARGET)
    x = np.random.default_rng(0).integers(-128, 128, (2, *emitted.input_shape[1:]), np.int8)
    run = run_model(emitted, TARGET, x, compiler="gcc")
    assert run.instructions[0] <= MOST[name]
    assert run.constant
