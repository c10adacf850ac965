"""Emitted C on every target: the interpreter's bytes, and the same work for every input."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.compiler.models import every_move, motion_net
from tests.graph.models import inputs_of, small_convnet
from tests.graph.shared import INT8, shared_model
from tests.measure.tools import assert_no_warnings, require

from sensorsmith.compiler import compile_graph
from sensorsmith.emulate.bench import Emulator, run_bench
from sensorsmith.firmware import Bench, Compiler, build_bench, forbidden_helpers
from sensorsmith.graph import Graph, interpret_batch, read_tflite
from sensorsmith.measure import run_model

GRAPHS = {"motion": motion_net(), "operators": small_convnet(), "moves": every_move()}
EVERYWHERE: list[tuple[Compiler, str, Emulator]] = [
    ("gcc", "cortex-m0plus", "unicorn"),
    ("zig", "cortex-m0plus", "unicorn"),
    ("gcc", "cortex-m0plus", "qemu"),
    ("gcc", "cortex-m4", "qemu"),
    ("zig", "cortex-m4", "qemu"),
    ("gcc", "cortex-m4", "unicorn"),
    ("clang", "cortex-m0plus", "unicorn"),
    ("clang", "cortex-m4", "unicorn"),
    ("clang", "cortex-m55", "qemu"),
    ("gcc", "cortex-m7", "qemu"),
    ("zig", "cortex-m7", "unicorn"),
    ("gcc", "cortex-m33", "qemu"),
    ("zig", "cortex-m33", "unicorn"),
    ("gcc", "cortex-m55", "qemu"),
    ("zig", "cortex-m55", "qemu"),
    ("gcc", "riscv32", "qemu"),
    ("zig", "riscv32", "qemu"),
    ("clang", "wasm", "wasmtime"),
    ("zig", "wasm", "wasmtime"),
]


def _inputs(graph: Graph) -> np.ndarray:
    """Extremes and noise: what data-dependent code would treat differently."""
    x = inputs_of(graph, 3)
    x[0], x[1] = -128, 127
    return x


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize(("compiler", "target", "emulator"), EVERYWHERE, ids=lambda word: word)
def test_bytes_are_the_interpreters_and_the_work_constant(
    compiler: Compiler, target: str, emulator: Emulator, name: str
) -> None:
    require(compiler, target)
    require(emulator, target)
    x = _inputs(GRAPHS[name])
    emitted = compile_graph(GRAPHS[name], "m", target)
    assert_no_warnings(emitted, target, compiler)
    run = run_model(emitted, target, x, emulator=emulator, compiler=compiler)
    np.testing.assert_array_equal(run.outputs, interpret_batch(GRAPHS[name], x))
    assert len({output.tobytes() for output in run.outputs}) > 1
    assert run.constant and run.instructions[0] > 1000


@pytest.mark.parametrize("name", GRAPHS)
def test_bytes_on_an_avr_are_the_interpreters(name: str) -> None:
    require("gcc", "avr")
    require("simavr", "avr")
    x = _inputs(GRAPHS[name])
    run = run_model(compile_graph(GRAPHS[name], "m", "avr"), "avr", x)
    np.testing.assert_array_equal(run.outputs, interpret_batch(GRAPHS[name], x))


@pytest.mark.parametrize("target", ["cortex-m0plus", "cortex-m4", "cortex-m7", "cortex-m33"])
@pytest.mark.parametrize("compiler", ["gcc", "zig"])
def test_two_emulators_count_the_same(compiler: Compiler, target: str) -> None:
    """For each instruction, branch and function; qemu's board with the code of an M0+ has an M3."""
    require(compiler, target)
    require("qemu", target)
    require("unicorn", target)
    bench = build_bench(compile_graph(motion_net(), "m", target), target, compiler)
    x = _inputs(motion_net())[1:]
    qemu, unicorn = (run_bench(bench, x, emulator) for emulator in ("qemu", "unicorn"))
    assert qemu.counts == unicorn.counts
    assert qemu.stack_bytes == unicorn.stack_bytes > 0
    np.testing.assert_array_equal(qemu.outputs, unicorn.outputs)


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize(
    ("compiler", "target"), [("gcc", "cortex-m0plus"), ("zig", "cortex-m0plus"), ("gcc", "riscv32"), ("gcc", "avr")]
)
def test_no_helper_of_the_compiler_that_depends_on_data(compiler: Compiler, target: str, name: str) -> None:
    require(compiler, target)
    bench = build_bench(compile_graph(GRAPHS[name], "m", target), target, compiler)
    assert forbidden_helpers(bench.program) == ()


# research/peers_performance.md, section 2: made by TensorFlow Lite Micro, with and without CMSIS-NN, on M4 and M55.
HASHES = {"kws": 0xF0B57151, "vww": 0x6962079D, "ic": 0xE5B25901, "ad": 0x1FD3ED06, "sww": 0xBB19F336}


def _fixed_input(shape: tuple[int, ...]) -> np.ndarray:
    values, state = [], 12345
    for _ in range(int(np.prod(shape))):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    return np.array(values, np.uint8).view(np.int8).reshape(shape)


def _fnv1a(data: bytes) -> int:
    digest = 2166136261
    for byte in data:
        digest = (digest ^ byte) * 16777619 % 2**32
    return digest


@cache
def _bench(name: str, target: str, compiler: Compiler) -> Bench:
    emitted = compile_graph(read_tflite(shared_model(INT8[name])), "m", target)
    return build_bench(emitted, target, compiler)


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.parametrize(
    ("compiler", "target", "emulator"),
    [
        ("gcc", "cortex-m0plus", "unicorn"),
        ("zig", "cortex-m0plus", "unicorn"),
        ("gcc", "cortex-m4", "qemu"),
        ("zig", "cortex-m4", "qemu"),
        ("gcc", "cortex-m4", "unicorn"),
        ("gcc", "cortex-m55", "qemu"),
        ("zig", "cortex-m55", "qemu"),
        ("gcc", "riscv32", "qemu"),
        ("clang", "wasm", "wasmtime"),
    ],
    ids=lambda word: word,
)
def test_the_outputs_of_tflite_micro(compiler: Compiler, target: str, emulator: Emulator, name: str) -> None:
    require(compiler, target)
    require(emulator, target)
    bench = _bench(name, target, compiler)
    trace = run_bench(bench, _fixed_input(bench.emitted.input_shape), emulator, count=False)
    assert _fnv1a(trace.outputs.tobytes()) == HASHES[name]


def test_sww_is_quicker_and_smaller_than_with_tflite_micros_reference_kernels() -> None:
    require("gcc", "cortex-m4")
    emitted = compile_graph(read_tflite(shared_model(INT8["sww"])), "m", "cortex-m4")
    run = run_model(emitted, "cortex-m4", _fixed_input(emitted.input_shape), compiler="gcc")
    # research/peers_performance.md, section 1: 8,284,982 instructions and 41,312 bytes of code.
    assert run.instructions[0] < 5_000_000
    assert run.flash_bytes.code < 4_000


def test_the_motion_network_takes_at_most_eight_instructions_per_mac() -> None:
    require("gcc", "cortex-m4")
    emitted = compile_graph(motion_net(), "m", "cortex-m4")
    run = run_model(emitted, "cortex-m4", inputs_of(motion_net(), 1), compiler="gcc")
    assert run.instructions[0] <= 8 * emitted.report.macs
