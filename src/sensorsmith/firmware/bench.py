"""An image that does nothing but run a model on given inputs: what time and memory are counted on."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path

from sensorsmith.base.errors import BoardError
from sensorsmith.compiler import Emitted
from sensorsmith.firmware.elf import Elf, read_elf
from sensorsmith.firmware.link import linker_script
from sensorsmith.firmware.places import AVR, PLACES
from sensorsmith.firmware.toolchain import COMPILE, LINK, Compiler, Toolchain, find

STACK = 4096
"""Bytes of RAM that must remain for the stack."""

MAILBOX_HEADER = 24
"""Bytes of `struct ss_mailbox` before its data."""

WASM_STACK = 1 << 16
"""Bytes of the stack of a WebAssembly module, at the start of its memory."""

_COMMON = ("bench.c", "bench_marks.c", "memory.c")
_UNITS = {
    **{target: (*_COMMON, "bench_arm.c", "startup.c") for target in PLACES if target.startswith("cortex")},
    "riscv32": (*_COMMON, "bench_riscv.c"),
    "avr": (*_COMMON, "bench_avr.c"),
    "wasm": ("bench_marks.c", "memory.c"),  # the host is its main
}
_FOLDERS = ("firmware/c", "firmware/bench_c")
_AVR_STACK = 256  # of its 16 KB
_AVR_CONSTANTS = 1 << 16  # bytes that a 16-bit address reaches


@dataclass(frozen=True)
class Bench:
    """A linked image with a model, and one without, of the same start-up.

    Attributes:
        target: the instruction set it is built for.
        emitted: the model.
        image, empty: the two images: ELF files, or WebAssembly modules.
        toolchain: what built them.
    """

    target: str
    emitted: Emitted
    image: bytes
    empty: bytes
    toolchain: Toolchain

    @property
    def flags(self) -> str:
        """How it was compiled; the same for every model."""
        return " ".join((*self.toolchain.compile, *COMPILE))

    @cached_property
    def program(self) -> Elf:
        """The image with the model, read.

        Raises:
            DataError: it is a WebAssembly module.
        """
        return read_elf(self.image)

    @cached_property
    def empty_program(self) -> Elf:
        """The image without one, read; see `program`."""
        return read_elf(self.empty)


def build_bench(emitted: Emitted, target: str, compiler: Compiler | None = None) -> Bench:
    """Compile and link a model with what runs it. Equal arguments give equal bytes.

    Args:
        target: an instruction set other than `host`.
        compiler: see `find`.

    Raises:
        BoardError: there is no bench for such a target, or the model is too large for it.
        MissingTool: there is no compiler.
        ToolFailed: the compiler refused the model.
    """
    if target not in _UNITS:
        raise BoardError(f"there is no bench for the target {target!r}", todo=f"use one of {', '.join(_UNITS)}")
    toolchain = find(target, compiler)
    name = emitted.report.name
    model = f'#include "{name}.h"\n#define ss_infer {name}_infer\n'
    mailbox = MAILBOX_HEADER + _size(emitted.input_shape) + _size(emitted.output_shape)
    image = _link(target, toolchain, {**emitted.files, "ss_model.h": model}, f"{name}_infer", mailbox)
    bench = Bench(target, emitted, image, _empty(target, toolchain, mailbox), toolchain)
    if target != "wasm":
        _check_size(bench)
    return bench


@cache
def _empty(target: str, toolchain: Toolchain, mailbox: int) -> bytes:
    return _link(target, toolchain, {"ss_model.h": "#define ss_infer ss_begin\n"}, "ss_begin", mailbox)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def _link(target: str, toolchain: Toolchain, sources: Mapping[str, str], entry: str, mailbox: int) -> bytes:
    own = {
        entry.name: entry.read_text(encoding="utf-8").replace("\r\n", "\n")
        for room in _FOLDERS
        for entry in files("sensorsmith").joinpath(*room.split("/")).iterdir()
        if entry.name in _UNITS[target] or entry.name in ("bench.h", "semihosting.h")
    }
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for file, text in {**own, **sources}.items():
            (folder / file).write_text(text, encoding="utf-8", newline="\n")
        units = sorted(file for file in {**own, **sources} if file.endswith(".c"))
        flags = _flags(target, folder, entry, mailbox)
        toolchain.run([*flags, "-o", "bench.out", *units], folder)
        return (folder / "bench.out").read_bytes()


def _flags(target: str, folder: Path, entry: str, mailbox: int) -> tuple[str, ...]:
    """What each kind of target is linked with."""
    if target == "wasm":
        exports = (f"-Wl,--export={symbol}" for symbol in (entry, "__heap_base"))
        return (*COMPILE, "-nostdlib", "-Wl,--no-entry", f"-Wl,-z,stack-size={WASM_STACK}", *exports)
    if target == "avr":  # with the start-up and the linker script of its C library
        return (*COMPILE, "-nodefaultlibs", "-Wl,--gc-sections", f"-DSS_MAILBOX_BYTES={mailbox}")
    places = PLACES[target]
    script = linker_script(places.code, places.ram, places.ram + places.ram_bytes)
    (folder / "bench.ld").write_text(script, encoding="utf-8", newline="\n")
    return (*LINK, "-T", "bench.ld", f"-DSS_MAILBOX=0x{places.mailbox:08X}u")


def _check_size(bench: Bench) -> None:
    """A linker does not know how large the memories are.

    Raises:
        BoardError: the model does not fit.
    """
    places = AVR if bench.target == "avr" else PLACES[bench.target]
    stack = _AVR_STACK if bench.target == "avr" else STACK
    sections = bench.program.sections
    ram = max((s.address + s.size for s in sections if s.writable), default=places.ram) - places.ram
    used = {"flash": (len(bench.program.flat()), places.code_bytes), "RAM": (ram + stack, places.ram_bytes)}
    if bench.target == "avr":
        name = f"{bench.emitted.report.name}_"
        constants = [
            s for s in bench.program.symbols if s.name.startswith(name) and not s.function and s.address < places.ram
        ]
        used["constants"] = (max((s.address + s.size for s in constants), default=0), _AVR_CONSTANTS)
    for memory, (needed, size) in used.items():
        if needed > size:
            raise BoardError(
                f"the model needs {needed} bytes of {memory}, {needed - size} more than the {size} of the bench",
                where=bench.target,
                todo="choose a smaller model or another target",
            )
