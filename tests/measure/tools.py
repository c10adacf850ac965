"""Compilers and emulators that a test needs: it is skipped where one is missing, and says so."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

_PROGRAMS = {
    ("gcc", "cortex"): ["arm-none-eabi-gcc"],
    ("gcc", "riscv32"): ["riscv64-unknown-elf-gcc"],
    ("gcc", "avr"): ["avr-gcc"],
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
