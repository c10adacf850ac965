"""The cross compilers: GNU's where the machine has it, else the zig of PyPI; clang for WebAssembly.

For Cortex-M clang is taken only where it is asked for: it comes without the functions that a processor lacks.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sensorsmith.base.errors import BoardError, MissingTool, ToolFailed

Compiler = Literal["gcc", "zig", "clang"]

COMPILE = (
    *("-std=c11", "-O2", "-g0", "-fomit-frame-pointer", "-ffreestanding"),
    *("-ffunction-sections", "-fdata-sections", "-fno-common", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables"),
)
"""How everything that we build for a target is compiled; figures come from nothing else."""

LINK = (*COMPILE, "-nostdlib", "-Wl,--gc-sections", "-Wl,--build-id=none")
"""The same, to the finished image."""

_LIMIT = 600.0  # seconds; zig builds its compiler helpers on its first run

AVR_CHIP = "atmega1284p"
"""The chip that code for `avr` is compiled for: the one of the family with the most RAM."""

_CORTEX = {
    **{
        f"cortex-{core}": (f"-mcpu=cortex-{core}", "-mthumb", "-mfloat-abi=soft")
        for core in ("m0plus", "m4", "m7", "m33")
    },
    # Helium's registers are those of the FPU.
    "cortex-m55": ("-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"),
}
# By target: the program, and its flags.
_GCC = {
    **{target: ("arm-none-eabi-gcc", flags) for target, flags in _CORTEX.items()},
    "riscv32": ("riscv64-unknown-elf-gcc", ("-march=rv32imc", "-mabi=ilp32", "-msmall-data-limit=0")),
    "avr": ("avr-gcc", (f"-mmcu={AVR_CHIP}",)),
}
_THUMB = ("-target", "thumb-freestanding-eabi")
_ZIG = {
    "cortex-m0plus": (*_THUMB, "-mcpu=cortex_m0plus"),
    "cortex-m4": (*_THUMB, "-mcpu=cortex_m4+soft_float-vfp4d16sp"),
    "cortex-m7": (*_THUMB, "-mcpu=cortex_m7+soft_float-fp_armv8d16"),
    "cortex-m33": (*_THUMB, "-mcpu=cortex_m33+soft_float-fp_armv8d16sp"),
    # zig leaves Helium out of what this core has.
    "cortex-m55": ("-target", "thumb-freestanding-eabihf", "-mcpu=cortex_m55+mve"),
    "riscv32": ("-target", "riscv32-freestanding", "-mcpu=generic_rv32+m+c", "-mabi=ilp32"),
    "wasm": ("-target", "wasm32-freestanding", "-mcpu=generic+simd128"),
}
_CLANG = {
    **{target: ("--target=arm-none-eabi", *flags, "-fuse-ld=lld") for target, flags in _CORTEX.items()},
    "wasm": ("--target=wasm32", "-msimd128", "-Wl,--stack-first"),  # the last as zig does of itself
}
_TODO = {
    "gcc": "install {program} (Debian: apt-get install {package})",
    "zig": 'run: pip install "sensorsmith[zig]"',
    "clang": "install clang and lld (Debian: apt-get install clang lld)",
}
_PACKAGE = {
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf",
    "avr-gcc": "gcc-avr avr-libc",
}


@dataclass(frozen=True)
class Toolchain:
    """A C compiler and linker for one target.

    Attributes:
        name: `arm-none-eabi-gcc` or `zig cc`.
        command: what it is started with.
        compile: flags for the target.
        link: flags that end the command: helper libraries.
    """

    name: str
    version: str
    command: tuple[str, ...]
    compile: tuple[str, ...]
    link: tuple[str, ...]

    def run(self, arguments: Sequence[str], folder: Path) -> None:
        """Compile and link in `folder`, in which all files are named without a path.

        Raises:
            ToolFailed: with the first error that the compiler printed.
        """
        command = [*self.command, *self.compile, *arguments, *self.link]
        environment = os.environ | {"LC_ALL": "C", "ZIG_LOCAL_CACHE_DIR": str(folder / "zig")}
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, errors="replace", timeout=_LIMIT
            )
        except subprocess.TimeoutExpired as error:
            raise ToolFailed(f"{self.name} did not finish within {_LIMIT:g} s", where="firmware") from error
        if done.returncode != 0:
            raise ToolFailed(f"{self.name} refused the firmware: {_first_error(done.stderr)}", where="firmware")


def find(target: str, compiler: Compiler | None = None) -> Toolchain:
    """The compiler for a target, of those that this machine has.

    Args:
        compiler: this one only; by default the first of gcc, zig and (for WebAssembly) clang that the target and
            the machine have.

    Raises:
        BoardError: nothing can be built for such a target, or not with this compiler.
        MissingTool: there is no compiler; the message has the command that mends it.
    """
    known: list[Compiler] = [name for name, table in _TABLES.items() if target in table]
    if not known:
        targets = sorted({each for table in _TABLES.values() for each in table})
        raise BoardError(
            f"no firmware can be built for the target {target!r}",
            where="firmware",
            todo=f"known are {', '.join(targets)}",
        )
    if compiler is not None and compiler not in known:
        raise BoardError(
            f"{compiler} does not compile for {target}", where="firmware", todo=f"use {' or '.join(known)}"
        )
    wanted = [compiler] if compiler else [name for name in known if name != "clang" or "gcc" not in known]
    for name in wanted:
        if (found := _FIND[name](target)) is not None:
            return found
    what = f"there is no C compiler for {target}" if compiler is None else f"{compiler} for {target} is not installed"
    raise MissingTool(what, where="firmware", todo=_todo(target, "zig" if "zig" in wanted else wanted[0]))


def _gcc(target: str) -> Toolchain | None:
    program, flags = _GCC[target]
    path = shutil.which(program)
    return (
        Toolchain(program, _ask(path, "-dumpfullversion", "-dumpversion"), (path,), flags, ("-lgcc",)) if path else None
    )


def _clang(target: str) -> Toolchain | None:
    path = shutil.which("clang") if shutil.which("ld.lld") else None
    # Flags of the linker are also there when only compiling.
    flags = (*_CLANG[target], "-Wno-unused-command-line-argument")
    return Toolchain("clang", _ask(path, "-dumpversion"), (path,), flags, ()) if path else None


def _zig(target: str) -> Toolchain | None:
    if importlib.util.find_spec("ziglang") is None:
        return None
    zig = (sys.executable, "-m", "ziglang")
    # Its sanitizer needs an operating system. Its functions for what a processor lacks are left out with -nostdlib,
    # unless they are asked for.
    flags = (*_ZIG[target], "-fno-sanitize=all")
    return Toolchain("zig cc", _ask(*zig, "version"), (*zig, "cc"), flags, ("-rtlib=compiler-rt",))


_TABLES: dict[Compiler, dict[str, object]] = {"gcc": {**_GCC}, "zig": {**_ZIG}, "clang": {**_CLANG}}
_FIND = {"gcc": _gcc, "clang": _clang, "zig": _zig}


def _todo(target: str, compiler: Compiler) -> str:
    program = _GCC[target][0] if compiler == "gcc" else ""
    return _TODO[compiler].format(program=program, package=_PACKAGE.get(program, ""))


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_LIMIT)
    if done.returncode != 0:
        raise ToolFailed(f"{command[0]} does not run: {_first_error(done.stderr)}", where="firmware")
    return done.stdout.strip()


def _first_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = (line for line in lines if re.search(r"\b(fatal )?error\b|undefined reference", line))
    return next(errors, lines[0] if lines else "it printed no reason")
