"""What a model costs on a target: run on an emulator, counted exactly, with flash and RAM of the same image."""

from __future__ import annotations

from dataclasses import dataclass

from sensorsmith.compiler import Emitted
from sensorsmith.emulate.bench import Counts, Emulator, Int8, run_bench
from sensorsmith.firmware import Bench, Compiler, build_bench
from sensorsmith.measure.sizes import FlashBytes, RamBytes, flash_bytes, variable_bytes


@dataclass(frozen=True)
class FunctionCount:
    """Instructions of one function in one inference: those of functions that it calls too, and its own alone."""

    instructions: int
    own: int


@dataclass(frozen=True)
class ModelRun:
    """A model, run on a target.

    Attributes:
        outputs: int8 (N, ...).
        counts: by input: what was executed, by address; empty where it was not counted.
        flash_bytes, ram_bytes: of the same image.
        bench: that image; `bench.program` has its symbols, `bench.image` is the file for a disassembler, and
            `bench.toolchain` what built it.
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
        return tuple(each.instructions for each in self.counts)

    @property
    def constant(self) -> bool:
        """Whether every instruction was executed as often, and every branch taken as often, for each of the inputs."""
        return all(each == self.counts[0] for each in self.counts)

    def by_function(self, run: int = 0) -> dict[str, FunctionCount]:
        """Instructions of each function of the model that was executed.

        Functions that the C compiler has found to be alike, and made one, count as the first of their names.

        Args:
            run: index of the input.
        """
        counts = self.counts[run]
        functions = sorted((s for s in self.bench.program.symbols if s.function), key=lambda s: s.name, reverse=True)
        first = {symbol.address: symbol for symbol in functions}
        return {
            symbol.name: FunctionCount(counts.functions.get(symbol.address, own), own)
            for symbol in first.values()
            if (own := sum(n for a, n in counts.executed.items() if symbol.address <= a < symbol.address + symbol.size))
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
    return ModelRun(
        outputs=trace.outputs,
        counts=trace.counts,
        flash_bytes=flash_bytes(bench),
        ram_bytes=RamBytes(variable_bytes(bench), trace.stack_bytes),
        bench=bench,
        emulator=trace.emulator,
    )
