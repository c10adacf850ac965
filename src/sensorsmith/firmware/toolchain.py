"""The cross compiler: arm-none-eabi-gcc where the machine has it, else the zig of PyPI."""

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

from sensorsmith.base.errors import BoardError, MissingTool, ToolFailed

_LIMIT = 600.0  # seconds; zig builds its compiler helpers on its first run

_GCC = {"cortex-m4": ("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft")}
_ZIG = {
    "cortex-m4": (
        *("-target", "thumb-freestanding-eabi", "-mcpu=cortex_m4+soft_float-vfp4d16sp"),
        "-fno-sanitize=all",  # its library needs an operating system
    )
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


def find(target: str) -> Toolchain:
    """The compiler for a target, of those that this machine has.

    Raises:
        BoardError: no firmware can be built for such a target.
        MissingTool: there is no compiler; the message has the command that mends it.
    """
    if target not in _GCC:
        raise BoardError(
            f"no firmware can be built for the target {target!r}", where="firmware", todo=f"known are {', '.join(_GCC)}"
        )
    if gcc := shutil.which("arm-none-eabi-gcc"):
        return Toolchain("arm-none-eabi-gcc", _ask(gcc, "-dumpfullversion"), (gcc,), _GCC[target], ("-lgcc",))
    if importlib.util.find_spec("ziglang") is not None:
        zig = (sys.executable, "-m", "ziglang")
        return Toolchain("zig cc", _ask(*zig, "version"), (*zig, "cc"), _ZIG[target], ())
    raise MissingTool(
        f"there is no C compiler for {target}", where="firmware", todo='run: pip install "sensorsmith[zig]"'
    )


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_LIMIT)
    if done.returncode != 0:
        raise ToolFailed(f"{command[0]} does not run: {_first_error(done.stderr)}", where="firmware")
    return done.stdout.strip()


def _first_error(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = (line for line in lines if re.search(r"\b(fatal )?error\b|undefined reference", line))
    return next(errors, lines[0] if lines else "it printed no reason")
