"""C for the machine we run on: the generated files, built as a shared library and called through ctypes."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sensorsmith.base.errors import MissingTool, ToolFailed
from sensorsmith.base.files import write_text

FLAGS = ("-std=c11", "-O2", "-ffreestanding")
STRICT = (*FLAGS, "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror")
"""For tests: generated C gives no warning. A user is not stopped by one that a newer compiler thinks of."""

_TIME_LIMIT = 300.0  # seconds; zig builds its own support code on its first run
_SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")


def find_compiler() -> list[str]:
    """The command that compiles C for this machine: cc, gcc or clang, else the one in the `ziglang` package.

    Raises:
        MissingTool: there is none.
    """
    for name in ("cc", "gcc", "clang"):
        if path := shutil.which(name):
            return [path]
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    raise MissingTool("no C compiler was found (cc, gcc, clang)", todo='pip install "sensorsmith[zig]"')


def build_shared(sources: Mapping[str, str], folder: Path, flags: Sequence[str] = FLAGS) -> Path:
    """Write C files and headers into `folder`, compile every `.c` among them, and return the shared library.

    Args:
        sources: text by relative name, as the compiler and the feature blocks emit it.
        folder: one of its own for each library: a loaded library cannot be replaced on Windows.

    Raises:
        MissingTool: there is no C compiler.
        ToolFailed: it refused the files; its first complaint is quoted.
    """
    position = [] if os.name == "nt" else ["-fPIC"]
    return _build(sources, folder, [*position, "-shared"], flags, f"library{_SUFFIX}")


def build_program(sources: Mapping[str, str], folder: Path, flags: Sequence[str]) -> Path:
    """The same for a program. `flags` may name libraries: `-lm`."""
    return _build(sources, folder, [], flags, "program")


def _build(sources: Mapping[str, str], folder: Path, kind: Sequence[str], flags: Sequence[str], output: str) -> Path:
    for name, text in sources.items():
        write_text(folder / name, text)
    units = sorted(name for name in sources if name.endswith(".c"))
    built = (folder / output).resolve()
    libraries = [flag for flag in flags if flag.startswith("-l")]
    options = [flag for flag in flags if not flag.startswith("-l")]
    command = [*find_compiler(), *options, *kind, "-I.", *units, *libraries, "-o", str(built)]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=_TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"the C compiler took longer than {_TIME_LIMIT:.0f} s", where=", ".join(units)) from error
    if done.returncode != 0:
        complaint = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr)
        raise ToolFailed(f"the C compiler refused generated code: {complaint}", where=Path(command[0]).name)
    return built


def load(library: Path) -> ctypes.CDLL:
    """Open a shared library that `build_shared` made."""
    return ctypes.CDLL(str(library))
