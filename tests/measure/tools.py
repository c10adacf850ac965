"""Compilers and emulators that a test needs: it is skipped where one is missing, and says so."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path

import pytest
from tests.compiler.library import WARNINGS, write

from sensorsmith.compiler import Emitted
from sensorsmith.firmware import Compiler, find
from sensorsmith.firmware.toolchain import COMPILE

_PROGRAMS = {
    ("gcc", "cortex"): ["arm-none-eabi-gcc"],
    ("gcc", "riscv32"): ["riscv64-unknown-elf-gcc"],
    ("gcc", "avr"): ["avr-gcc"],
    ("clang", "cortex"): ["clang", "ld.lld"],
    ("clang", "wasm"): ["clang", "wasm-ld"],
    ("qemu", "cortex"): ["qemu-system-arm", "cc"],
    ("qemu", "riscv32"): ["qemu-system-riscv32", "cc"],
    ("simavr", "avr"): ["simavr", "cc"],
}
_MODULES = {"zig": "ziglang", "unicorn": "unicorn", "wasmtime": "wasmtime"}


def require(tool: str, target: str) -> None:
    """Skip where this machine lacks a tool for a target."""
    if tool in _MODULES:
        missing = [] if importlib.util.find_spec(_MODULES[tool]) else [_MODULES[tool]]
    else:
        missing = [name for name in _PROGRAMS[tool, target.split("-")[0]] if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{missing[0]} is not installed")


def assert_no_warnings(emitted: Emitted, target: str, compiler: Compiler) -> None:
    """Compile a model for a target with all warnings as errors."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        source = write(emitted, Path(folder))
        find(target, compiler).run([*COMPILE, *WARNINGS, "-c", source.name, "-o", "model.o"], Path(folder))
