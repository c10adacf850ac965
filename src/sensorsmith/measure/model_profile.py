"""What a model costs on a target, layer by layer: counted instructions, modelled cycles, time and energy, memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sensorsmith.base.errors import BoardError, ToolFailed
from sensorsmith.boards import BoardSpec, load_board
from sensorsmith.compiler import BufferReport, Emitted, LayerReport, compile_file, read_model
from sensorsmith.emulate.bench import Int8
from sensorsmith.graph import interpret_batch
from sensorsmith.measure.cycles import KNOWN_ERROR, TARGET, Timing, model_cycles
from sensorsmith.measure.model_run import ModelRun, run_model
from sensorsmith.measure.sizes import FlashBytes, RamBytes
from sensorsmith.measure.stack import stack_bound
from sensorsmith.measure.target import clock_of, energy_per_cycle

METHODS = {
    "macs": "computed",
    "executed_macs": "computed",
    "weights_bytes": "computed",
    "instructions": "emulated",
    "instructions_seen": "emulated",
    "constant": "emulated",
    "emulated_cycles": "emulated",
    "flash_bytes": "computed",
    "ram_bytes.arena": "computed",
    "ram_bytes.stack": "emulated",
    "ram_bytes.stack_bound": "computed",
    "arena": "computed",
    "modelled_cycles": "modelled",
    "modelled_time_s": "modelled",
    "modelled_energy_j": "modelled",
}
"""How each figure was found. `modelled`: derived from emulated counts by stated rules; nothing here was measured."""

_REFILLS = (1, Timing().refill, 3)
_INPUTS = 2


@dataclass(frozen=True)
class Spread:
    """A modelled number: the least, the usual, and the most."""

    min: float
    typ: float
    max: float


@dataclass(frozen=True)
class Cost:
    """What some instructions take.

    Attributes:
        instructions: executed; None for the layers of a WebAssembly module, of which only the total is known.
        modelled_cycles: None where there is no model of the processor.
        modelled_time_s, modelled_energy_j: None also where no board is given, or nothing is published about it.
    """

    instructions: int | None
    modelled_cycles: Spread | None
    modelled_time_s: Spread | None
    modelled_energy_j: Spread | None


@dataclass(frozen=True)
class LayerProfile:
    """A layer of the emitted C; see `LayerReport` for its first fields."""

    name: str
    op: str
    variant: str
    macs: int
    weights_bytes: int
    cost: Cost


@dataclass(frozen=True)
class ModelProfile:
    """A model on a target.

    Attributes:
        model, model_sha256: its name in C, and its hash.
        board: whose clock and energy were used, if any.
        macs, executed_macs: multiplications with a weight in the model, and those that are left in the emitted C.
        total: one NAME_infer, of the first of `seen` inputs.
        seen: instructions for each input that was tried.
        constant: whether they took the same instructions, one by one.
        emulated_cycles: None where the emulator does not count them.
        rest: of it, what no layer did: copying input and output, calling.
        flash_bytes, ram_bytes: what the model adds to an image.
        stack_bound: the most stack that its code can use; None where the processor is no Cortex-M.
        layers: in the order in which they run.
        buffers: of the arena of `arena_bytes` bytes; `first` and `last` count layers.
        timing: what the cycles were modelled with.
        toolchain: name and version of the compiler.
        emulator: name, version, and what it emulates.
    """

    model: str
    model_sha256: str
    target: str
    board: BoardSpec | None
    macs: int
    executed_macs: int
    total: Cost
    seen: tuple[int, ...]
    constant: bool
    emulated_cycles: int | None
    rest: Cost
    flash_bytes: FlashBytes
    ram_bytes: RamBytes
    stack_bound: int | None
    layers: tuple[LayerProfile, ...]
    arena_bytes: int
    buffers: tuple[BufferReport, ...]
    timing: Timing
    toolchain: tuple[str, str]
    emulator: tuple[str, str, str]

    def as_json(self) -> dict[str, Any]:
        """The profile as JSON values; docs/reference/compile.md describes them."""
        return {
            "model": self.model,
            "model_sha256": self.model_sha256,
            "target": self.target,
            "board": self.board.name if self.board else None,
            "macs": self.macs,
            "executed_macs": self.executed_macs,
            **_cost_json(self.total),
            "modelled_cycles_known_error": list(KNOWN_ERROR) if self.total.modelled_cycles else None,
            "instructions_seen": list(self.seen),
            "constant": self.constant,
            "emulated_cycles": self.emulated_cycles,
            "flash_bytes": asdict(self.flash_bytes) | {"total": self.flash_bytes.total},
            "ram_bytes": asdict(self.ram_bytes) | {"total": self.ram_bytes.total, "stack_bound": self.stack_bound},
            "layers": [_layer_json(layer) for layer in self.layers],
            "rest": _cost_json(self.rest),
            "arena": {"bytes": self.arena_bytes, "buffers": [asdict(buffer) for buffer in self.buffers]},
            "timing": asdict(self.timing),
            "toolchain": list(self.toolchain),
            "emulator": list(self.emulator),
            "methods": METHODS,
        }


def profile_model(
    model: Path | str,
    *,
    target: str | None = None,
    board: str | None = None,
    wait_states: int = 0,
    ram_budget: int | None = None,
) -> ModelProfile:
    """Compile a .tflite file, run it on an emulated processor, and say what it costs.

    Args:
        target: an instruction set; default: the board's, or cortex-m4.
        board: a name of `list_boards`, whose clock and energy per cycle give time and energy.
        wait_states: of the flash, for the modelled cycles; see `Timing`.
        ram_budget: bytes that the arena may have; see `compile_graph`.

    Raises:
        BoardError: no such target or board, or nothing runs it here, or the board has another instruction set.
        EmulatorError: the emulator crashed or hung.
        MissingTool: a cross compiler or an emulator is not installed; the message has the command that mends it.
        ModelError: the file cannot be read, or is not a model that the compiler supports; or no arena fits the budget.
        ToolFailed: the emulated output differs from the integer interpreter's.
    """
    spec = load_board(board) if board is not None else None
    if spec is not None and target not in (None, spec.target):
        raise BoardError(f"{spec.title} is a {spec.target}, not a {target}", todo="give the board or the target")
    target = target or (spec.target if spec is not None else TARGET)
    emitted = compile_file(model, target=target, ram_budget=ram_budget)
    inputs = _inputs(emitted)
    run = run_model(emitted, target, inputs)
    check_run(run, interpret_batch(read_model(model), inputs))
    return join_profile(run, spec, Timing(wait_states=wait_states))


def _inputs(emitted: Emitted) -> Int8:
    """One of random values, one of the extremes: the work must be the same."""
    shape = (_INPUTS, *emitted.input_shape[1:])
    inputs = np.random.default_rng(0).integers(-128, 128, shape).astype(np.int8)
    inputs[1] = np.where(inputs[1] < 0, -128, 127)
    return inputs


def check_run(run: ModelRun, expected: Int8) -> None:
    """Refuse to say what a wrong result costs.

    Raises:
        ToolFailed: the output is another than expected.
    """
    if not np.array_equal(run.outputs, expected):
        name = run.bench.emitted.report.name
        raise ToolFailed("the emulated output differs from the integer interpreter's", where=name)


def join_profile(run: ModelRun, board: BoardSpec | None, timing: Timing) -> ModelProfile:
    """A profile of what was counted for the first input."""
    report = run.bench.emitted.report
    layers = _layer_instructions(run)
    total = run.instructions[0]
    cycles = _cycles(run, timing) if report.target == TARGET else _Cycles(None, [None] * len(layers), None)
    return ModelProfile(
        model=report.name,
        model_sha256=report.model_sha256,
        target=report.target,
        board=board,
        macs=report.macs,
        executed_macs=report.executed_macs,
        total=_cost(total, cycles.total, board),
        seen=run.instructions,
        constant=run.constant,
        emulated_cycles=run.counts[0].cycles,
        rest=_cost(None if None in layers else total - sum(filter(None, layers)), cycles.rest, board),
        flash_bytes=run.flash_bytes,
        ram_bytes=run.ram_bytes,
        stack_bound=_stack_bound(run),
        layers=tuple(
            _layer(layer, _cost(instructions, spread, board))
            for layer, instructions, spread in zip(report.layers, layers, cycles.layers, strict=True)
        ),
        arena_bytes=report.arena_bytes,
        buffers=report.buffers,
        timing=timing,
        toolchain=(run.bench.toolchain.name, run.bench.toolchain.version),
        emulator=run.emulator,
    )


def _stack_bound(run: ModelRun) -> int | None:
    if not run.bench.target.startswith("cortex"):
        return None
    return stack_bound(run.bench.program, f"{run.bench.emitted.report.name}_infer")


def _layer_instructions(run: ModelRun) -> list[int | None]:
    """Instructions of each layer; None where the emulator knows the total only."""
    layers = run.bench.emitted.report.layers
    if not run.counts[0].executed:
        return [None] * len(layers)
    counted = run.by_function()
    return [counted[layer.symbol].instructions if layer.symbol in counted else 0 for layer in layers]


def _layer(layer: LayerReport, cost: Cost) -> LayerProfile:
    return LayerProfile(layer.name, layer.op, layer.variant, layer.macs, layer.weights_bytes, cost)


@dataclass(frozen=True)
class _Cycles:
    total: Spread | None
    layers: list[Spread | None]
    rest: Spread | None


def _cycles(run: ModelRun, timing: Timing) -> _Cycles:
    """Modelled cycles, their range that of the pipeline's refill."""
    least, usual, most = (_by_layer(run, replace(timing, refill=refill)) for refill in _REFILLS)
    total, *layers = (Spread(*each) for each in zip(least, usual, most, strict=True))
    sums = (sum(getattr(layer, part) for layer in layers) for part in ("min", "typ", "max"))
    rest = (whole - of for whole, of in zip((total.min, total.typ, total.max), sums, strict=True))
    return _Cycles(total, [*layers], Spread(*rest))


def _by_layer(run: ModelRun, timing: Timing) -> list[int]:
    """Cycles of everything, then of each layer.

    A layer's are those of its own instructions, and its share of what functions took that several layers call: the
    share that it has of their instructions.
    """
    counts, report, counted = run.counts[0], run.bench.emitted.report, run.by_function()
    cycles = model_cycles(run.bench.program, counts.executed, counts.taken, timing)
    own = {
        symbol.name: sum(n for at, n in cycles.items() if symbol.address <= at < symbol.address + symbol.size)
        for symbol in run.bench.program.symbols
        if symbol.name in counted
    }
    inner = {layer.symbol for layer in report.layers} | {f"{report.name}_run", f"{report.name}_infer"}
    shared = sum(counted[name].own for name in counted.keys() - inner)
    pace = sum(own[name] for name in own.keys() - inner) / shared if shared else 0.0
    layers = []
    for layer in report.layers:
        found = counted.get(layer.symbol)
        called = (found.instructions - found.own) * pace if found is not None else 0.0
        layers.append(own.get(layer.symbol, 0) + round(called))
    return [sum(cycles.values()), *layers]


def _cost(instructions: int | None, cycles: Spread | None, board: BoardSpec | None) -> Cost:
    if cycles is None or board is None:
        return Cost(instructions, cycles, None, None)
    clock, energy = clock_of(board), energy_per_cycle(board)
    time = Spread(cycles.min / clock, cycles.typ / clock, cycles.max / clock)
    if energy is None:
        return Cost(instructions, cycles, time, None)
    low, typ, high = energy
    return Cost(instructions, cycles, time, Spread(cycles.min * low, cycles.typ * typ, cycles.max * high))


def _layer_json(layer: LayerProfile) -> dict[str, Any]:
    plain = {name: value for name, value in vars(layer).items() if name != "cost"}
    return plain | _cost_json(layer.cost)


def _cost_json(cost: Cost) -> dict[str, Any]:
    cycles = cost.modelled_cycles
    return {
        "instructions": cost.instructions,
        "modelled_cycles": cycles.typ if cycles else None,
        "modelled_cycles_range": [cycles.min, cycles.max] if cycles else None,
        "modelled_time_s": asdict(cost.modelled_time_s) if cost.modelled_time_s else None,
        "modelled_energy_j": asdict(cost.modelled_energy_j) if cost.modelled_energy_j else None,
    }
