"""What a model costs on a target: run on an emulator, counted exactly, with flash and RAM of the same image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler import Emitted
from sensorsmith.emulate.bench import Counts, Emulator, Trace, run_bench
from sensorsmith.firmware import Bench, Compiler, Elf, build_bench

Int8 = npt.NDArray[np.int8]


@dataclass(frozen=True)
class FunctionCount:
    """Instructions of one function in one inference: those of functions that it calls too, and its own alone."""

    instructions: int
    own: int


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


@dataclass(frozen=True)
class ModelRun:
    """A model, run on a target.

    Attributes:
        outputs: int8 (N, ...).
        counts: by input: what was executed, by address; empty where it was not counted.
        flash_bytes, ram_bytes: of the same image.
        bench: that image; `bench.program` has its symbols, and `bench.elf` is the file for a disassembler.
        emulator: name, version, and what it emulates.
    """

    outputs: Int8
    counts: tuple[Counts, ...]
    flash_bytes: FlashBytes
    ram_bytes: RamBytes
    bench: Bench
    emulator: tuple[str, str, str]

    @property
    def instructions(self) -> tuple[int, ...]:
        """Executed by each inference, from the entry of NAME_infer to its return."""
        return tuple(sum(each.executed.values()) for each in self.counts)

    @property
    def constant(self) -> bool:
        """Whether every instruction was executed as often, and every branch taken as often, for each of the inputs."""
        return all(each == self.counts[0] for each in self.counts)

    def by_function(self, run: int = 0) -> dict[str, FunctionCount]:
        """Instructions of each function of the model that was executed.

        Args:
            run: index of the input.
        """
        counts = self.counts[run]
        return {
            symbol.name: FunctionCount(counts.functions.get(symbol.address, own), own)
            for symbol in self.bench.program.symbols
            if symbol.function
            and (
                own := sum(n for a, n in counts.executed.items() if symbol.address <= a < symbol.address + symbol.size)
            )
        }


def run_model(
    emitted: Emitted,
    target: str,
    inputs: Int8,
    *,
    emulator: Emulator | None = None,
    compiler: Compiler | None = None,
    count: bool = True,
    limit: float = 120.0,
) -> ModelRun:
    """Build a model for a target and run it on an emulator.

    Args:
        emitted: compiled for this target, or for one that has less.
        inputs: int8 (N, ...), where (1, ...) is the model's input shape.
        emulator: by default the first that the target and the machine have.
        compiler: by default the first that the target and the machine have; see `firmware.find`.
        count: whether to count; unicorn is thirty times as fast without.
        limit: seconds of wall-clock time for all inputs.

    Raises:
        BoardError: no such target, or the model is too large for it, or the emulator has no such processor.
        DataError: the inputs have another type or shape.
        EmulatorError: the model crashed or took longer than the limit.
        MissingTool: a compiler or an emulator is not installed; the message has the command that mends it.
        ToolFailed: the compiler refused the model.
    """
    bench = build_bench(emitted, target, compiler)
    trace = run_bench(bench, inputs, emulator, limit=limit, count=count)
    return model_run(bench, trace)


def model_run(bench: Bench, trace: Trace) -> ModelRun:
    """Join what an emulator saw with the sizes of the image."""
    return ModelRun(
        outputs=trace.outputs,
        counts=trace.counts,
        flash_bytes=flash_bytes(bench),
        ram_bytes=RamBytes(_variables(bench.program) - _variables(bench.empty_program), trace.stack_bytes),
        bench=bench,
        emulator=trace.emulator,
    )


def flash_bytes(bench: Bench) -> FlashBytes:
    """All that is stored (.text, .rodata, .data), minus what an image without a model stores."""
    total = _stored(bench.program) - _stored(bench.empty_program)
    name = bench.emitted.report.name
    stored = [section for section in bench.program.sections if section.stored]
    weights = sum(
        symbol.size
        for symbol in bench.program.symbols
        if not symbol.function
        and symbol.name.startswith(f"{name}_")
        and any(section.address <= symbol.address < section.address + section.size for section in stored)
    )
    return FlashBytes(total - weights, weights)


def _stored(program: Elf) -> int:
    return sum(section.size for section in program.sections if section.stored)


def _variables(program: Elf) -> int:
    return sum(section.size for section in program.sections if section.writable)
