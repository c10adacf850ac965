"""An image that does nothing but run a model on given inputs: what time and memory are counted on."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from sensorsmith.base.errors import BoardError
from sensorsmith.compiler import Emitted
from sensorsmith.firmware.elf import Elf, read_elf
from sensorsmith.firmware.link import linker_script
from sensorsmith.firmware.toolchain import LINK, Compiler, Toolchain, find


@dataclass(frozen=True)
class Places:
    """Where things lie in the address space of the emulated board.

    Attributes:
        code, code_bytes: memory that the image is loaded to.
        ram, ram_bytes: memory of statics and stack.
        mailbox, mailbox_bytes: memory of inputs and outputs, which does not count as the model's.
    """

    code: int
    code_bytes: int
    ram: int
    ram_bytes: int
    mailbox: int
    mailbox_bytes: int


_KB, _MB = 1 << 10, 1 << 20
# Those of QEMU's boards: mps2-an385, an386, an500, an505, mps3-an547, virt.
PLACES = {
    "cortex-m0plus": Places(0x00000000, 4 * _MB, 0x20000000, 512 * _KB, 0x21000000, 16 * _MB),
    "cortex-m4": Places(0x00000000, 4 * _MB, 0x20000000, 512 * _KB, 0x21000000, 16 * _MB),
    "cortex-m7": Places(0x00000000, 4 * _MB, 0x20000000, 512 * _KB, 0x60000000, 16 * _MB),
    "cortex-m33": Places(0x10000000, 4 * _MB, 0x38000000, 512 * _KB, 0x80000000, 16 * _MB),
    "cortex-m55": Places(0x00000000, 512 * _KB, 0x20000000, 512 * _KB, 0x60000000, 16 * _MB),
    "riscv32": Places(0x80000000, 16 * _MB, 0x81000000, 512 * _KB, 0x82000000, 16 * _MB),
}
_START = {"cortex": ("bench_arm.c", "startup.c"), "riscv32": ("bench_riscv.c",)}
_OWN = {
    "firmware/c": ("memory.c", "startup.c"),
    "firmware/bench_c": ("bench.c", "bench.h", "bench_arm.c", "bench_riscv.c", "semihosting.h"),
}


@dataclass(frozen=True)
class Bench:
    """A linked image with a model, and one without, of the same start-up.

    Attributes:
        emitted: the model.
        elf, empty: the two images.
        toolchain: what built them.
    """

    emitted: Emitted
    elf: bytes
    empty: bytes
    toolchain: Toolchain

    @property
    def target(self) -> str:
        """The instruction set."""
        return self.emitted.report.target

    @cached_property
    def program(self) -> Elf:
        """The image with the model, read."""
        return read_elf(self.elf)

    @cached_property
    def empty_program(self) -> Elf:
        """The image without one, read."""
        return read_elf(self.empty)


def build_bench(emitted: Emitted, target: str, compiler: Compiler | None = None) -> Bench:
    """Compile and link a model with what runs it. Equal arguments give equal bytes.

    Args:
        target: a key of `PLACES`.
        compiler: see `find`.

    Raises:
        BoardError: there is no bench for such a target, or the model is too large for it.
        MissingTool: there is no compiler.
        ToolFailed: the compiler refused the model.
    """
    if target not in PLACES:
        raise BoardError(f"there is no bench for the target {target!r}", todo=f"use one of {', '.join(PLACES)}")
    toolchain = find(target, compiler)
    name = emitted.report.name
    model = f'#include "{name}.h"\n#define ss_infer {name}_infer\n'
    elf = _link(target, toolchain, {**emitted.files, "ss_model.h": model})
    empty = _link(target, toolchain, {"ss_model.h": "#define ss_infer ss_begin\n"})
    return Bench(emitted, elf, empty, toolchain)


def _link(target: str, toolchain: Toolchain, sources: Mapping[str, str]) -> bytes:
    places = PLACES[target]
    texts = {
        file: files("sensorsmith").joinpath(*room.split("/"), file).read_text(encoding="utf-8").replace("\r\n", "\n")
        for room, names in _OWN.items()
        for file in names
    }
    texts |= {"bench.ld": linker_script(places.code, places.ram, places.ram + places.ram_bytes), **sources}
    others = {file for own in _START.values() for file in own} - set(_START[target.split("-")[0]])
    units = sorted(file for file in texts.keys() - others if file.endswith(".c"))
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
        here = [f"-ffile-prefix-map={name}=.", f"-DSS_MAILBOX=0x{places.mailbox:08X}u"]
        toolchain.run([*here, *LINK, "-T", "bench.ld", "-o", "bench.elf", *units], folder)
        return (folder / "bench.elf").read_bytes()
