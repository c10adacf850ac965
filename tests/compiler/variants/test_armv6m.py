"""The kernels for Cortex-M0: their C on the host, their assembly on an emulated core, both against the interpreter."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.compiler import target
from tests.compiler.library import Library
from tests.compiler.models import corner_cases, motion_net
from tests.graph.models import (
    Model,
    draw_add,
    draw_conv,
    draw_dense,
    draw_depthwise,
    inputs_of,
    single_layers,
    small_convnet,
)
from tests.graph.shared import INT8, shared_model

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import (
    Activation,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    interpret_batch,
    output_size,
    read_tflite,
)

emulated = pytest.mark.skipif(
    shutil.which("arm-none-eabi-gcc") is None or importlib.util.find_spec("unicorn") is None,
    reason="arm-none-eabi-gcc or unicorn is not installed",
)
TARGET = "cortex-m0plus"
LAYERS = (draw_conv, draw_depthwise, draw_dense, draw_add)


def _layer(
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


def _dense(inputs: int, outputs: int, activation: Activation = "none", seed: int = 0) -> Graph:
    model = Model(seed=seed)
    x = model.activation((1, inputs), 0.05, -7)
    weights = model.weights((outputs, inputs), tuple(0.004 + 0.001 * (i % 4) for i in range(outputs)))
    y = model.activation((1, outputs), 0.05 * 0.005 * 60 * inputs**0.5, 11)
    return model.graph(x, model.node(FullyConnected(activation), (x, weights, model.bias(x, weights, outputs)), y))


CASES = {
    "conv, 6 pixels": _layer(Conv2D(), (2, 3, 5), (1, 1), 3),
    "conv, 7 pixels": _layer(Conv2D(), (1, 7, 16), (1, 1), 5, (3, -128)),
    "conv, last block over two rows": _layer(Conv2D(), (5, 4, 3), (2, 2), 4, (-20, -128)),
    "conv, one product": _layer(Conv2D(), (3, 3, 1), (1, 1), 1),
    "conv, 16 products": _layer(Conv2D(), (3, 4, 16), (1, 1), 2),
    "conv, 17 products": _layer(Conv2D(), (3, 4, 17), (1, 1), 2),
    "conv, three segments": _layer(Conv2D(), (4, 4, 60), (3, 3), 3, (-128, 4)),
    "conv, bent": _layer(Conv2D(), (5, 5, 7), (3, 3), 9, (-3, 20)),
    "conv, strides": _layer(Conv2D((2, 3)), (9, 11, 3), (3, 2), 6, (4, -128)),
    "conv, valid": _layer(Conv2D(padding="valid"), (6, 6, 4), (3, 3), 5),
    "conv, dilated": _layer(Conv2D(dilation=(2, 2)), (7, 8, 3), (3, 3), 4, (9, -128)),
    "conv, signal": _layer(Conv2D(), (20, 1, 6), (5, 1), 8, (-5, -128)),
    "conv, whole image": _layer(Conv2D(padding="valid"), (3, 4, 5), (3, 4), 7, (0, -128)),
    "conv, few pixels": _layer(Conv2D(padding="valid"), (3, 3, 5), (2, 2), 7, (1, -128)),
    "depthwise": _layer(DepthwiseConv2D(), (6, 5, 4), (3, 3), 4),
    "depthwise, bent": _layer(DepthwiseConv2D(), (6, 5, 3), (3, 3), 3, (5, -10)),
    "depthwise, strides": _layer(DepthwiseConv2D((2, 2)), (8, 9, 3), (3, 3), 3, (5, -128)),
    "depthwise, multiplier": _layer(DepthwiseConv2D(multiplier=3), (5, 4, 2), (3, 2), 6, (5, -128)),
    "depthwise, signal": _layer(DepthwiseConv2D(), (17, 1, 5), (10, 1), 5, (-9, -128)),
    "depthwise, row": _layer(DepthwiseConv2D(), (3, 17, 2), (1, 7), 2, (-9, -128)),
    "depthwise, dilated rows": _layer(DepthwiseConv2D(dilation=(2, 1)), (9, 4, 2), (3, 3), 2, (-9, -128)),
    "depthwise, column": _layer(DepthwiseConv2D(padding="valid"), (8, 3, 2), (8, 1), 2),
    "depthwise, wide window": _layer(DepthwiseConv2D(), (6, 6, 2), (4, 4), 2),
    "dense, 1 input": _dense(1, 3),
    "dense, 8 inputs": _dense(8, 8, "relu"),
    "dense, 9 inputs": _dense(9, 17),
    "dense, 300 inputs": _dense(300, 4, "relu6"),
} | {f"corner: {name}": graph for name, graph in corner_cases().items() if "softmax" not in name}  # fmt: skip

REF = {"depthwise, wide window", "corner: dilated, valid", "corner: depthwise, dilated"}


def _inputs(graph: Graph, count: int) -> np.ndarray:
    x = inputs_of(graph, count)
    x[0], x[1] = -128, 127
    return x


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(list(CASES.values()), tmp_path_factory.mktemp("armv6m"), TARGET)


@pytest.mark.parametrize("name", CASES)
def test_c_equals_the_interpreter(name: str, library: Library) -> None:
    x = _inputs(CASES[name], 20)
    computed = library.predict(list(CASES).index(name), x)
    np.testing.assert_array_equal(computed, interpret_batch(CASES[name], x))


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("corner")])
def test_variants(name: str) -> None:
    (layer,) = compile_graph(CASES[name], "m", TARGET).report.layers
    assert layer.variant == ("ref" if name in REF else "armv6m")


@emulated
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_assembly_equals_the_interpreter_in_a_constant_number_of_instructions(
    compiler: str, name: str, tmp_path: Path
) -> None:
    _check_emulated(CASES[name], tmp_path, compiler)


def _check_emulated(graph: Graph, folder: Path, compiler: str = "gcc") -> list[target.Execution]:
    x = _inputs(graph, 4)
    runs = target.execute(target.build(compile_graph(graph, "m", TARGET), folder, "m0", compiler), x, "m0")
    outputs = np.stack([each.output for each in runs])
    np.testing.assert_array_equal(outputs, interpret_batch(graph, x).reshape(outputs.shape))
    assert len({tuple(each.instructions.items()) for each in runs}) == 1
    return runs


NETWORKS = {"motion": motion_net(), "operators": small_convnet()}


@emulated
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_on_an_emulated_core(name: str, tmp_path: Path) -> None:
    _check_emulated(NETWORKS[name], tmp_path)


# Executed instructions of one inference, gcc 12; for a comparison, see docs/why/kernels-armv6m.md.
MOST_INSTRUCTIONS = {"kws": 8_000_000, "ad": 930_000, "sww": 2_300_000}


@emulated
@pytest.mark.parametrize("name", MOST_INSTRUCTIONS)
def test_mlperf_models_on_an_emulated_core(name: str, tmp_path: Path) -> None:
    graph = read_tflite(shared_model(INT8[name]))
    runs = _check_emulated(graph, tmp_path)
    assert runs[0].total <= MOST_INSTRUCTIONS[name]
    assert len({each.output.tobytes() for each in runs}) > 1


def _compiles(graph: Graph) -> bool:
    try:
        compile_graph(graph, "m", TARGET)
    except ModelError as error:
        assert "too much for 32 bits at its scale" in str(error), error
        return False
    return True


@settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.tuples(*(single_layers(layer).filter(_compiles) for layer in LAYERS for _ in range(4))))
def test_random_layers_equal_the_interpreter(graphs: tuple[Graph, ...]) -> None:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Library(graphs, Path(folder), TARGET)
        for index, graph in enumerate(graphs):
            x = _inputs(graph, 5)
            np.testing.assert_array_equal(library.predict(index, x), interpret_batch(graph, x))
