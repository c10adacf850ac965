"""A model on a core of unicorn, in its worker process."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from importlib.metadata import version

from sensorsmith.base.errors import EmulatorError
from sensorsmith.emulate.bench.trace import Int8, Trace, counts_of_model, empty_mailbox, fill_mailbox
from sensorsmith.emulate.machine import CORES, Machine, Op, Stop
from sensorsmith.firmware import PLACES, Bench

_PAGE = 0x1000
_READ, _WRITE, _EXECUTE = 1, 2, 4


def run_unicorn(bench: Bench, inputs: Int8, limit: float, count: bool) -> Trace:
    """Run a model on each input; see `run_bench`.

    Raises:
        BoardError: unicorn has no such processor.
        EmulatorError: the model crashed or hung.
        MissingTool: unicorn is not installed.
    """
    machine = Machine(bench.target, limit)
    try:
        *counts, mail = machine.do(_ops(bench, fill_mailbox(bench, inputs), len(inputs) if count else 0), "the model")
    except Stop as stop:
        raise EmulatorError(f"the model stopped on unicorn at 0x{stop.pc:08X}: {stop.reason}") from stop
    finally:
        machine.close()
    outputs, stack = empty_mailbox(bench, mail)
    pairs = [each for each in counts if each is not None]
    return Trace(
        outputs,
        tuple(counts_of_model(bench, instructions, functions) for functions, instructions in pairs),
        stack,
        ("unicorn", version("unicorn"), f"Cortex-{CORES[bench.target]}"),
    )


def _ops(bench: Bench, mail: bytes, counted: int) -> Sequence[Op]:
    places, program = PLACES[bench.target], bench.program
    begin, end, leave = (program.symbol(name).address for name in ("ss_begin", "ss_end", "ss_bench_exit"))
    functions = [symbol.address for symbol in program.symbols if symbol.function]
    first = program.segments[0]
    return [
        ("map", places.code, places.code_bytes, _READ | _EXECUTE),
        ("map", places.ram, places.ram_bytes, _READ | _WRITE),
        ("map", places.mailbox, -(-len(mail) // _PAGE) * _PAGE, _READ | _WRITE),
        *(("write", segment.load, segment.data) for segment in program.segments),
        ("write", places.mailbox, mail),
        ("jump", *struct.unpack("<II", first.data[:8])[::-1]),
        *(op for _ in range(counted) for op in (("run", begin), ("count", end, functions))),
        ("run", leave),
        ("read", places.mailbox, len(mail)),
    ]
