from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from sensorsmith.base.errors import BoardError, MissingTool, ToolFailed
from sensorsmith.firmware import Compiler, find


def test_the_compiler_has_a_name_and_a_version() -> None:
    found = find("cortex-m4")
    assert found.name in ("arm-none-eabi-gcc", "zig cc")
    assert found.version[0].isdigit()


def test_a_machine_without_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "ziglang", None)
    message = r'^firmware: there is no C compiler for cortex-m4; run: pip install "sensorsmith\[zig\]"$'
    with pytest.raises(MissingTool, match=message):
        find("cortex-m4")


def test_clang_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no helper functions for a Cortex-M."""
    which = shutil.which
    if which("clang") is None or which("ld.lld") is None:
        pytest.skip("clang is not installed")
    monkeypatch.setattr(shutil, "which", lambda name: None if name.endswith("gcc") else which(name))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingTool):
        find("cortex-m4")
    assert find("wasm").name == find("cortex-m4", "clang").name == "clang"


def test_a_target_for_which_nothing_can_be_built() -> None:
    with pytest.raises(BoardError) as caught:
        find("z80")
    assert str(caught.value) == (
        "firmware: no firmware can be built for the target 'z80'; known are avr, cortex-m0plus, cortex-m33, cortex-m4, "
        "cortex-m55, cortex-m7, riscv32, wasm"
    )


def test_the_first_error_is_told_and_warnings_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("#warning first\nint f(void) { return nonsense; }\nint g(void) { return more; }\n")
    with pytest.raises(ToolFailed) as caught:
        find("cortex-m4").run(["-c", "a.c", "-o", "a.o"], tmp_path)
    assert str(caught.value).startswith(f"firmware: {find('cortex-m4').name} refused the firmware: a.c:2:")
    assert "nonsense" in str(caught.value) and "more" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("target", "compiler", "message"),
    [
        ("wasm", "gcc", "firmware: gcc does not compile for wasm; use zig or clang"),
        ("avr", "zig", "firmware: zig does not compile for avr; use gcc"),
    ],
)
def test_a_compiler_that_does_not_know_the_target(target: str, compiler: Compiler, message: str) -> None:
    with pytest.raises(BoardError) as caught:
        find(target, compiler)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("target", "compiler", "message"),
    [
        (
            "cortex-m4",
            "gcc",
            "gcc for cortex-m4 is not installed; install arm-none-eabi-gcc (Debian: apt-get install gcc-arm-none-eabi)",
        ),
        (
            "riscv32",
            "gcc",
            "gcc for riscv32 is not installed; install riscv64-unknown-elf-gcc "
            "(Debian: apt-get install gcc-riscv64-unknown-elf)",
        ),
        ("avr", None, "there is no C compiler for avr; install avr-gcc (Debian: apt-get install gcc-avr avr-libc)"),
        ("wasm", "clang", "clang for wasm is not installed; install clang and lld (Debian: apt-get install clang lld)"),
        (
            "cortex-m4",
            "clang",
            "clang for cortex-m4 is not installed; install clang and lld (Debian: apt-get install clang lld)",
        ),
        ("wasm", None, 'there is no C compiler for wasm; run: pip install "sensorsmith[zig]"'),
        ("cortex-m55", "zig", 'zig for cortex-m55 is not installed; run: pip install "sensorsmith[zig]"'),
    ],
)
def test_a_compiler_that_is_not_installed(
    target: str, compiler: Compiler | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "ziglang", None)
    with pytest.raises(MissingTool) as caught:
        find(target, compiler)
    assert str(caught.value) == f"firmware: {message}"
