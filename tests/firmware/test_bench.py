"""Images that run a model: built for every target, of one configuration, and refused where the model is too large."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.resources import files

import pytest
from tests.measure.handwritten import ECHO, handwritten
from tests.measure.tools import require

from sensorsmith.base.errors import BoardError, ToolFailed
from sensorsmith.firmware import PLACES, Compiler, build_bench, forbidden_helpers

EVERY: list[tuple[Compiler, str]] = [
    *(("gcc", target) for target in (*PLACES, "avr")),
    *(("zig", target) for target in (*PLACES, "wasm")),
    *(("clang", target) for target in ("cortex-m0plus", "cortex-m4", "cortex-m55", "wasm")),
]


@pytest.mark.parametrize(("compiler", "target"), EVERY)
def test_two_builds_are_equal(compiler: Compiler, target: str) -> None:
    require(compiler, target)
    first, second = (build_bench(handwritten(ECHO), target, compiler) for _ in range(2))
    assert (first.image, first.empty) == (second.image, second.empty)
    assert first.target == target and "-O2" in first.flags.split()
    assert first.image != first.empty


def test_the_images_differ_in_the_model_alone() -> None:
    require("gcc", "cortex-m4")
    bench = build_bench(handwritten(ECHO), "cortex-m4", "gcc")
    with_model, without = ({s.name: s.size for s in p.symbols if s.size} for p in (bench.program, bench.empty_program))
    assert with_model.pop("hand_infer") > 0
    assert with_model == without


def test_a_target_without_bench() -> None:
    with pytest.raises(BoardError) as caught:
        build_bench(handwritten(ECHO), "host")
    assert str(caught.value) == (
        "there is no bench for the target 'host'; use one of cortex-m0plus, cortex-m4, cortex-m7, cortex-m33, "
        "cortex-m55, riscv32, avr, wasm"
    )


def _uses(array: str) -> str:
    return f"output[0] = {array}[(uint8_t)input[0]];\noutput[1] = 0;\nreturn 0;"


@pytest.mark.parametrize(
    ("target", "before", "message"),
    [
        (
            "cortex-m55",
            "static const int8_t hand_table[600000] = {1};",
            r"cortex-m55: the model needs 600\d{3} bytes of flash, 76\d{3} more than the 524288 of the bench; "
            r"choose a smaller model or another target$",
        ),
        (
            "cortex-m4",
            "static volatile int8_t hand_table[520192];",
            "cortex-m4: the model needs 524288 bytes of RAM",
        ),
        ("avr", "static volatile int8_t hand_table[16100];", "avr: the model needs 16"),
    ],
)
def test_a_model_that_is_too_large(target: str, before: str, message: str) -> None:
    require("gcc", target)
    if target == "cortex-m4":  # fits to the byte
        build_bench(handwritten(_uses("hand_table"), before), target)
        before, message = before.replace("520192", "520196"), message.replace("524288", "524292")
    with pytest.raises(BoardError) as caught:
        build_bench(handwritten(_uses("hand_table"), before), target)
    assert re.match(message, str(caught.value))


def test_constants_that_an_avr_cannot_reach() -> None:
    require("gcc", "avr")
    tables = "".join(
        f"static const int8_t hand_{name}[30000] __attribute__((progmem)) = {{{i}}};\n" for i, name in enumerate("abc")
    )
    body = "output[0] = *(const volatile int8_t *)&hand_a[input[0]] + *(const volatile int8_t *)&hand_b[input[1]];\n"
    body += "output[1] = *(const volatile int8_t *)&hand_c[input[2]];\nreturn 0;"
    with pytest.raises(
        BoardError, match=r"^avr: the model needs 9\d{4} bytes of constants, \d+ more than the 65536 of"
    ):
        build_bench(handwritten(body, tables), "avr")


def test_a_model_that_does_not_compile() -> None:
    require("gcc", "cortex-m4")
    with pytest.raises(
        ToolFailed, match=r"^firmware: arm-none-eabi-gcc refused the firmware: hand\.c:\d+:\d+: .*nonsense"
    ):
        build_bench(handwritten("return nonsense;"), "cortex-m4", "gcc")


@pytest.mark.parametrize(
    ("compiler", "target", "body", "helpers"),
    [
        ("gcc", "cortex-m0plus", "output[0] = (int8_t)((int64_t)input[0] * input[1] * x >> 3);", ("__aeabi_lmul",)),
        ("gcc", "cortex-m0plus", "output[0] = (int8_t)((int32_t)x / input[1]);", ("__aeabi_idiv", "__divsi3")),
        ("gcc", "avr", "output[0] = (int8_t)((int32_t)x / input[1]);", ("__divmodsi4", "__udivmodsi4")),
        ("gcc", "riscv32", "output[0] = (int8_t)((int64_t)x / input[1]);", ("__divdi3",)),
        ("gcc", "cortex-m4", "output[0] = (int8_t)((float)x * 0.3f);", ("__aeabi_fmul", "__aeabi_i2f")),
        ("gcc", "cortex-m4", "output[0] = (int8_t)((int64_t)x * input[1] >> 9);", ()),
        ("gcc", "avr", "output[0] = (int8_t)((int32_t)x * input[1] >> 9);", ()),
    ],
)
def test_helpers_that_depend_on_data_are_found(
    compiler: Compiler, target: str, body: str, helpers: tuple[str, ...]
) -> None:
    require(compiler, target)
    model = handwritten(f"int64_t x = ((const volatile int32_t *)(const void *)input)[1];\n{body}\nreturn 0;")
    found = forbidden_helpers(build_bench(model, target, compiler).program)
    assert set(helpers) <= set(found)
    assert bool(found) == bool(helpers)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        *((name, ("arm-none-eabi-gcc", "-mcpu=cortex-m55", "-mfloat-abi=hard")) for name in ("bench.c", "bench_arm.c")),
        *((name, ("clang", "--target=thumbv7em-none-eabi")) for name in ("bench.c", "bench_arm.c")),
        *(
            (name, ("riscv64-unknown-elf-gcc", "-march=rv32imc", "-mabi=ilp32"))
            for name in ("bench.c", "bench_riscv.c")
        ),
        *((name, ("avr-gcc", "-mmcu=atmega1284p")) for name in ("bench.c", "bench_avr.c")),
        ("bench_marks.c", ("clang", "--target=wasm32")),
    ],
)
def test_the_own_c_has_no_warnings(
    name: str, command: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    folder = tmp_path_factory.mktemp("c")
    (folder / "ss_model.h").write_text("#define ss_infer ss_begin\n")
    flags = ["-std=c11", "-O2", "-ffreestanding", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Wshadow"]
    flags += ["-Wstrict-prototypes", "-Wmissing-prototypes", "-Werror", "-DSS_MAILBOX=0x1000u", "-DSS_MAILBOX_BYTES=64"]
    source = str(files("sensorsmith").joinpath("firmware", "bench_c", name))
    done = subprocess.run(
        [*command, *flags, "-I.", "-c", source, "-o", "o"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
