"""The kernels for RISC-V, AVR and WebAssembly: as C on this machine, and emulated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from tests.compiler.library import Library
from tests.compiler.variants.cases import CASES, inputs, run_emulated
from tests.compiler.variants.joined import assert_equal
from tests.measure.tools import require

from sensorsmith.compiler import compile_graph
from sensorsmith.emulate.bench import Emulator
from sensorsmith.firmware import Compiler
from sensorsmith.graph import interpret_batch


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
    assert_equal([CASES[name] for name in EMULATED], target, compiler, emulator=emulator)


# All models in one image are too many for its RAM.
@pytest.mark.parametrize("name", EMULATED)
def test_emulated_avr_equals_the_interpreter(name: str) -> None:
    run_emulated(CASES[name], *MACHINES["avr"])
