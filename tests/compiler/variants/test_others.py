"""The kernels for RISC-V, AVR and WebAssembly: as C on this machine, and emulated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from tests.compiler.library import Library
from tests.compiler.models import corner_cases, other_corner_cases
from tests.compiler.variants.cases import CASES, inputs, run_emulated
from tests.compiler.variants.joined import assert_equal, same_work
from tests.graph.models import Model
from tests.measure.tools import require

from sensorsmith.compiler import compile_graph
from sensorsmith.emulate.bench import Emulator
from sensorsmith.firmware import Compiler
from sensorsmith.graph import (
    BatchMatMul,
    Conv2D,
    DepthwiseConv2D,
    Graph,
    Quantize,
    TransposeConv,
    interpret_batch,
)


class Machine(NamedTuple):
    target: str
    emulator: Emulator
    compiler: Compiler


MACHINES = {
    "rv32": Machine("riscv32", "qemu", "gcc"),
    "avr": Machine("avr", "simavr", "gcc"),
    "wasm": Machine("wasm", "wasmtime", "clang"),
}
EMULATED = [
    "conv, 7 pixels",
    "conv, three segments",
    "conv, bent",
    "conv, strides",
    "conv, dilated",
    "conv, signal",
    "conv, whole image",
    "depthwise, 16 channels",
    "depthwise, bent",
    "depthwise, signal",
    "dense, 9 inputs",
    "dense, 300 inputs",
    "corner: sum of two",
]
INT16 = {name: graph for name, graph in other_corner_cases().items() if name.startswith("int16")}
VARIANTS = {
    "rv32": {"conv, bent": "rv32", "depthwise, bent": "armv6m", "dense, 9 inputs": "armv6m"},
    "avr": {"conv, bent": "avr", "depthwise, bent": "ref", "dense, 9 inputs": "avr"},
    "wasm": {"conv, bent": "wasm", "depthwise, 16 channels": "wasm", "dense, 9 inputs": "wasm"},
}


@pytest.mark.parametrize("variant", MACHINES)
def test_c_equals_the_interpreter(variant: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    library = Library(list(CASES.values()), tmp_path_factory.mktemp(variant), MACHINES[variant].target)
    for index, (name, graph) in enumerate(CASES.items()):
        x = inputs(graph, 5)
        np.testing.assert_array_equal(library.predict(index, x), interpret_batch(graph, x), err_msg=name)


@pytest.mark.parametrize("variant", MACHINES)
def test_variants(variant: str) -> None:
    for name, expected in VARIANTS[variant].items():
        (layer,) = compile_graph(CASES[name], "m", MACHINES[variant].target).report.layers
        assert layer.variant == expected, name


@pytest.mark.parametrize("variant", ["rv32", "wasm"])
def test_emulated_equals_the_interpreter(variant: str) -> None:
    target, emulator, compiler = MACHINES[variant]
    require(compiler, target)
    require(emulator, target)
    assert_equal([*(CASES[name] for name in EMULATED), *INT16.values()], target, compiler, emulator=emulator)


def _every_variant_of_riscv32() -> Graph:
    """Kernels for rv32 and armv6m and of `ref`, for both widths of activations, in one C file."""
    model = Model()
    x = y = model.activation((1, 4, 4, 3), 0.05, -7)
    y = _convolution(model, y, Conv2D(), (5, 3, 3, 3), (1, 4, 4, 5))
    y = _convolution(model, y, DepthwiseConv2D(), (1, 3, 3, 5), (1, 4, 4, 5))
    y = model.node(Quantize(), (y,), model.activation((1, 4, 4, 5), 2e-4, dtype="int16"))
    filter_ = model.weights((4, 2, 2, 5))
    y = model.node(Conv2D(), (y, filter_), model.activation((1, 4, 4, 4), 4e-4, dtype="int16"))
    y = model.node(Quantize(), (y,), model.activation((1, 4, 4, 4), 0.1))
    return model.graph(x, _convolution(model, y, Conv2D(padding="valid"), (7, 4, 4, 4), (1, 1, 1, 7)))


def _convolution(
    model: Model, x: int, op: Conv2D | DepthwiseConv2D, filter_shape: tuple[int, ...], shape: tuple[int, ...]
) -> int:
    filter_ = model.weights(filter_shape)
    return model.node(op, (x, filter_, model.bias(x, filter_, shape[3])), model.activation(shape, 0.1))


def test_kernels_of_different_variants_in_one_model_for_riscv32() -> None:
    graph = _every_variant_of_riscv32()
    report = run_emulated(graph, *MACHINES["rv32"]).bench.emitted.report
    assert [(layer.op, layer.variant) for layer in report.layers] == [
        ("conv2d", "rv32"),
        ("depthwise_conv2d", "armv6m"),
        ("requantize", "ref"),
        ("conv2d_s16", "ref"),
        ("requantize", "ref"),
        ("fully_connected", "armv6m"),
    ]


# All models in one image are too many for its RAM.
@pytest.mark.parametrize("name", EMULATED)
def test_emulated_avr_equals_the_interpreter(name: str) -> None:
    assert same_work(run_emulated(CASES[name], *MACHINES["avr"]))


def _transposed() -> Graph:
    model = Model()
    x = model.activation((1, 5, 5, 3), 0.05, 0)
    filter_ = model.weights((5, 3, 1, 3))
    inputs = (model.indices((1, 7, 14, 5)), filter_, x, model.bias(x, filter_, 5))
    return model.graph(x, model.node(TransposeConv((1, 3), "valid"), inputs, model.activation((1, 7, 14, 5), 0.1)))


def _int16() -> Graph:
    model = Model("int16")
    x = model.activation((1, 1, 6, 5), 2e-4)
    filter_ = model.weights((4, 1, 2, 5))
    return model.graph(x, model.node(Conv2D(padding="valid"), (x, filter_), model.activation((1, 1, 5, 4), 4e-4)))


def _matrices() -> Graph:
    model = Model()
    x = model.activation((1, 3, 8, 4), 0.05, 0)
    return model.graph(x, model.node(BatchMatMul(adj_x=True), (x, x), model.activation((1, 3, 4, 4), 0.2, -9)))


PRODUCTS = {"transposed": _transposed(), "int16": _int16(), "matrices": _matrices()}


@pytest.mark.parametrize("name", PRODUCTS)
def test_products_on_an_avr_take_as_long_for_every_input(name: str) -> None:
    """Helpers of avr-gcc that multiply 16 bits branch on signs; see `ss_times` in runtime/ss_base.h."""
    require("gcc", "avr")
    require("simavr", "avr")
    assert_equal([PRODUCTS[name]], "avr", "gcc")


CORNERS = corner_cases() | INT16


@pytest.mark.parametrize("names", [list(CORNERS)[i::9] for i in range(9)], ids=range(9))
def test_reference_kernels_on_an_avr_take_as_long_for_every_input(names: list[str]) -> None:
    require("gcc", "avr")
    require("simavr", "avr")
    assert_equal([CORNERS[name] for name in names], "avr", "gcc")
