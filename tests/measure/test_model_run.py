"""What a run says: work by function, whether it is constant, flash and RAM."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.measure.handwritten import ECHO, INPUTS, LOOP, handwritten
from tests.measure.tools import require

from sensorsmith.base.errors import BoardError
from sensorsmith.compiler import Emitted
from sensorsmith.firmware import Bench
from sensorsmith.measure import FunctionCount, ModelRun, run_model


def _run(emitted: Emitted, target: str = "cortex-m4") -> ModelRun:
    require({"wasm": "clang"}.get(target, "gcc"), target)
    require({"wasm": "wasmtime", "avr": "simavr", "riscv32": "qemu"}.get(target, "unicorn"), target)
    return run_model(emitted, target, INPUTS)


def test_work_by_function() -> None:
    run = _run(handwritten(f"hand_loop();\n{ECHO}", LOOP))
    found = run.by_function()
    assert found["hand_loop"] == FunctionCount(12, 12)
    assert found["hand_infer"] == FunctionCount(run.instructions[0], run.instructions[0] - 12)
    assert found.keys() == {"hand_loop", "hand_infer"}
    assert run.by_function(2) == found


def test_helpers_of_the_compilers_library_are_among_the_functions() -> None:
    """On AVR they have no type in the symbol table, and still count."""
    multiply = "output[0] = (int8_t)((int32_t)input[0] * ((const volatile int32_t *)(const void *)input)[1] >> 9);"
    run = _run(handwritten(f"{multiply}\noutput[1] = 0;\nreturn 0;"), "avr")
    found = run.by_function()
    helpers = {name for name in found if name.startswith("__")}
    assert helpers
    assert found["hand_infer"].instructions == run.instructions[0] == sum(each.own for each in found.values())


def test_memory_functions_that_the_compiler_calls_count() -> None:
    table = "typedef struct { int8_t values[300]; } hand_block;\nstatic hand_block hand_from, hand_to;\n"
    run = _run(
        handwritten(
            "hand_from.values[0] = input[0];\nhand_to = hand_from;\noutput[1] = 0;\nreturn hand_to.values[1];", table
        )
    )
    found = run.by_function()
    assert found["memcpy"].instructions > 75
    assert found["hand_infer"].instructions == run.instructions[0]
    assert run.flash_bytes.code > 100
    assert run.ram_bytes.arena == 600


def test_work_that_depends_on_the_input_is_not_constant() -> None:
    less = handwritten(f"if (input[0] > 0)\nhand_loop();\n{ECHO}", LOOP)
    assert not _run(less).constant
    assert len(set(_run(less).instructions)) == 2
    assert _run(handwritten(f"hand_loop();\n{ECHO}", LOOP)).constant


def test_two_ways_of_the_same_length_are_not_constant() -> None:
    """The numbers of instructions are equal, and time need not be: the criterion is which were executed."""
    ways = (
        '__asm__ volatile("ldrsb r3, [r0]\\ncmp r3, #0\\nbgt 1f\\nnop\\nb 2f\\n1: nop\\nnop\\n2: movs r0, #0\\nbx lr");'
    )
    run = _run(handwritten(ways, signature="__attribute__((naked))"))
    assert len(set(run.instructions)) == 1
    assert not run.constant


TABLES = """
static const int8_t hand_table[1000] = {1, 2, 3};
static const int8_t strange_name[200] = {4};
static volatile int8_t hand_preset[400] = {5};
static volatile int8_t hand_arena[304];
"""
USE = """
output[0] = (int8_t)(hand_table[(uint8_t)input[0]] + strange_name[(uint8_t)input[1]]);
output[1] = (int8_t)(hand_preset[(uint8_t)input[2]] + hand_arena[(uint8_t)input[3]]);
return 0;
"""


@pytest.mark.parametrize("target", ["cortex-m4", "riscv32"])
def test_flash_and_ram_are_those_of_the_image(target: str) -> None:
    run, echo = _run(handwritten(USE, TABLES), target), _run(handwritten(ECHO), target)
    code = sum(s.size for s in run.bench.program.symbols if s.name == "hand_infer")
    assert run.flash_bytes.weights == 1000
    assert code + 600 <= run.flash_bytes.code <= code + 608
    assert run.flash_bytes.total == run.flash_bytes.code + 1000
    assert run.ram_bytes.arena == 704
    assert run.ram_bytes.total == 704 + run.ram_bytes.stack
    assert echo.flash_bytes.weights == echo.ram_bytes.arena == 0


def test_flash_is_what_binutils_count(tmp_path: Path) -> None:
    bench = _run(handwritten(USE, TABLES)).bench
    assert _text_and_data(bench.image, tmp_path) - _text_and_data(bench.empty, tmp_path) == (
        run_model(handwritten(USE, TABLES), "cortex-m4", INPUTS).flash_bytes.total
    )


def _text_and_data(image: bytes, folder: Path) -> int:
    (folder / "image.elf").write_bytes(image)
    words = subprocess.run(
        ["arm-none-eabi-size", folder / "image.elf"], capture_output=True, text=True, check=True
    ).stdout.split()
    return int(words[6]) + int(words[7])


def test_flash_and_ram_of_a_module() -> None:
    run, echo = _run(handwritten(USE, TABLES), "wasm"), _run(handwritten(ECHO), "wasm")
    assert 1600 <= run.flash_bytes.weights < 1640  # all that memory is filled with
    assert 60 < run.flash_bytes.code < 300
    assert 304 <= run.ram_bytes.arena < 340
    assert echo.flash_bytes.weights == echo.ram_bytes.arena == 0
    assert 0 < echo.flash_bytes.code < 100


def test_outputs_and_evidence() -> None:
    run = _run(handwritten(ECHO))
    np.testing.assert_array_equal(run.outputs, INPUTS[:, :2])
    assert len(run.instructions) == len(INPUTS)
    assert run.emulator[0] in ("qemu", "unicorn") and run.emulator[1][0].isdigit()
    assert isinstance(run.bench, Bench) and "-mcpu=cortex-m4" in run.bench.flags


def test_a_target_that_does_not_exist() -> None:
    with pytest.raises(BoardError, match=r"^there is no bench for the target 'z80'; use one of cortex-m0plus, "):
        run_model(handwritten(ECHO), "z80", INPUTS)
