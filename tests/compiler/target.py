"""Emitted C on an emulated Cortex-M: build it with the cross compiler, count what it executes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tests.compiler.library import WARNINGS, run, write

from sensorsmith.compiler import Emitted

BASE = 0x8000
FLAGS = ["-std=c11", "-O2", "-mthumb"]


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


def build(emitted: Emitted, folder: Path, cpu: str = "m4", compiler: str = "gcc") -> Build:
    """Compile a model for a Cortex-M and link it, without start-up code or library, at `BASE`."""
    name = emitted.report.name
    source = write(emitted, folder)
    objects, elf, image = (folder / f"{cpu}.{suffix}" for suffix in ("o", "elf", "bin"))
    command = {"gcc": ["arm-none-eabi-gcc"], "clang": ["clang", "--target=arm-none-eabi", "-ffreestanding"]}[compiler]
    run(*command, f"-mcpu=cortex-{cpu}", *FLAGS, *WARNINGS, "-c", source, "-o", objects)
    run("arm-none-eabi-gcc", f"-mcpu=cortex-{cpu}", "-mthumb", "-nostdlib", f"-Wl,-e,{name}_infer", objects, "-o", elf)
    run("arm-none-eabi-objcopy", "-O", "binary", elf, image)
    symbols = [line.split() for line in run("arm-none-eabi-nm", "--print-size", elf).splitlines()]
    code = [(int(s[0], 16) & ~1, int(s[1], 16), s[3]) for s in symbols if len(s) == 4 and s[2] in "tTW"]
    return Build(emitted, image, {address: function for address, _, function in code}, sum(size for _, size, _ in code))


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
