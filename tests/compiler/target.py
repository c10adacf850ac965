"""Emitted C on an emulated Cortex-M: build it with the cross compiler, count what it executes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler import Emitted

BASE = 0x8000
FLAGS = ["-std=c11", "-O2", "-mthumb", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Wshadow", "-Werror"]


@dataclass(frozen=True)
class Execution:
    """What one inference did: its output, and executed instructions by function."""

    output: npt.NDArray[np.int8]
    instructions: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.instructions.values())


@dataclass(frozen=True)
class Build:
    """A flat image, the functions in it by address, and the bytes of its sections."""

    emitted: Emitted
    image: Path
    functions: dict[int, str]
    code_bytes: int


def build(emitted: Emitted, folder: Path, cpu: str = "m4") -> Build:
    """Link a model for a Cortex-M without start-up code; the linker must find nothing missing but libgcc's helpers."""
    name = emitted.report.name
    for file, text in emitted.files.items():
        (folder / file).write_text(text)
    elf, image = folder / f"{cpu}.elf", folder / f"{cpu}.bin"
    options = [f"-mcpu=cortex-{cpu}", *FLAGS, "-nostartfiles", "-Wl,--gc-sections", f"-Wl,-e,{name}_infer"]
    _tool("gcc", *options, "-o", str(elf), str(folder / f"{name}.c"))
    _tool("objcopy", "-O", "binary", str(elf), str(image))
    lines = [line.split() for line in _tool("nm", "--numeric-sort", str(elf)).splitlines()]
    functions = {int(f[0], 16) & ~1: f[2] for f in lines if len(f) == 3 and f[1] in "tTW"}
    sizes = (line.split() for line in _tool("nm", "--print-size", str(elf)).splitlines())
    code = sum(int(f[1], 16) for f in sizes if len(f) == 4 and f[2] in "tTW")
    return Build(emitted, image, functions, code)


def execute(built: Build, inputs: npt.NDArray[np.int8], cpu: str = "m4") -> list[Execution]:
    """Run inference on each input in a worker process."""
    name = built.emitted.report.name
    job = {
        "image": str(built.image),
        "base": BASE,
        "cpu": cpu,
        "infer": next(a for a, f in built.functions.items() if f == f"{name}_infer"),
        "inputs": inputs.reshape(len(inputs), -1).tolist(),
        "output_size": int(np.prod(built.emitted.output_shape)),
    }
    worker = [sys.executable, str(Path(__file__).with_name("count_instructions.py"))]
    done = subprocess.run(worker, input=json.dumps(job), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [
        Execution(np.array(r["output"], np.int8), _by_function(r["blocks"], built)) for r in json.loads(done.stdout)
    ]


def _by_function(blocks: dict[str, list[int]], built: Build) -> dict[str, int]:
    starts = np.array(sorted(built.functions))
    totals: dict[str, int] = {}
    for address, (instructions, times) in blocks.items():
        function = built.functions[int(starts[np.searchsorted(starts, int(address), "right") - 1])]
        totals[function] = totals.get(function, 0) + instructions * times
    return totals


def _tool(tool: str, *arguments: str) -> str:
    done = subprocess.run([f"arm-none-eabi-{tool}", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
