"""Flash and RAM that a model adds to an image, counted on the linked image."""

from __future__ import annotations

from dataclasses import dataclass

from sensorsmith.firmware import Bench, Elf, read_wasm


@dataclass(frozen=True)
class FlashBytes:
    """Bytes of flash that a model adds to an image.

    Attributes:
        code: code, helper functions of the compiler, memcpy and its like, padding, initial values of variables.
        weights: constant arrays of the model.
    """

    code: int
    weights: int

    @property
    def total(self) -> int:
        """Both."""
        return self.code + self.weights


@dataclass(frozen=True)
class RamBytes:
    """Bytes of RAM that a model needs.

    Attributes:
        arena: all its variables; input and output lie in them.
        stack: the most that NAME_infer used, from the stack pointer of its caller on.
    """

    arena: int
    stack: int

    @property
    def total(self) -> int:
        """Both."""
        return self.arena + self.stack


def flash_bytes(bench: Bench) -> FlashBytes:
    """All that is stored (.text, .rodata, .data), minus what an image without a model stores."""
    if bench.target == "wasm":
        model, empty = read_wasm(bench.image), read_wasm(bench.empty)
        return FlashBytes(model.size - empty.size - model.data, model.data)
    program = bench.program
    weights = sum(weight_bytes(bench).values())
    stored = sum(s.size for s in program.sections if s.stored) - sum(
        s.size for s in bench.empty_program.sections if s.stored
    )
    return FlashBytes(stored - weights, weights)


def weight_bytes(bench: Bench) -> dict[str, int]:
    """Bytes of each constant array of the model, by its name in the C; of an ELF image."""
    name = f"{bench.emitted.report.name}_"
    constant = [(s.address, s.address + s.size) for s in bench.program.sections if not s.writable]
    return {
        symbol.name: symbol.size
        for symbol in bench.program.symbols
        if not symbol.function
        and symbol.name.startswith(name)
        and any(start <= symbol.address < end for start, end in constant)
    }


def variable_bytes(bench: Bench) -> int:
    """All variables (.data, .bss), minus those of an image without a model.

    A WebAssembly module has its constants in memory too; they are counted as flash.
    """
    if bench.target == "wasm":
        model, empty = read_wasm(bench.image), read_wasm(bench.empty)
        return model.heap_base - empty.heap_base - model.data
    return _writable(bench.program) - _writable(bench.empty_program)


def _writable(program: Elf) -> int:
    return sum(section.size for section in program.sections if section.writable)
