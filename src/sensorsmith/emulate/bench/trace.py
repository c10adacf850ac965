"""What an emulator saw of a model on a bench."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError
from sensorsmith.firmware import PLACES, Bench

_HEADER = "<6I"  # struct ss_mailbox of bench.h

Int8 = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Counts:
    """What one inference executed, by address of the instruction. A conditional one counts whether it acts or not.

    Attributes:
        instructions: all; for WebAssembly its operators, of which nothing more is known.
        executed: how often.
        taken: how often the next instruction executed was not the one behind it; only where that happened.
        functions: by address of the function: instructions, those of functions that it called included.
        cycles: how many the processor took, where the emulator knows.
    """

    instructions: int
    executed: Mapping[int, int]
    taken: Mapping[int, int]
    functions: Mapping[int, int]
    cycles: int | None = None


@dataclass(frozen=True)
class Trace:
    """All inferences of one run.

    Attributes:
        outputs: int8 (N, ...).
        counts: of each inference, from the entry of NAME_infer to its return; empty if it was not asked for.
        stack_bytes: the most that NAME_infer used; its return address included where a call pushes it.
        emulator: name, version, and what it emulates: `qemu`, `7.2.22`, `mps2-an386`.
    """

    outputs: Int8
    counts: tuple[Counts, ...]
    stack_bytes: int
    emulator: tuple[str, str, str]


def counts_of_model(
    bench: Bench,
    instructions: Iterable[tuple[int, int, int]],
    functions: Iterable[tuple[int, int]],
    cycles: int | None = None,
) -> Counts:
    """Leave out what the bench executed itself between begin and end.

    Args:
        instructions: address, times executed, times taken.
        functions: address, instructions.
    """
    own = [bench.program.symbol(name) for name in ("main", "ss_begin", "ss_end")]
    spans = [(symbol.address, symbol.address + symbol.size) for symbol in own]

    def of_model(address: int) -> bool:
        return not any(start <= address < end for start, end in spans)

    kept = [line for line in instructions if of_model(line[0])]
    executed = {address: count for address, count, _ in kept}
    taken = {address: taken for address, _, taken in kept if taken}
    return Counts(
        sum(executed.values()),
        executed,
        taken,
        {address: count for address, count in functions if of_model(address)},
        cycles,
    )


def read_counts(text: str, bench: Bench) -> tuple[Counts, ...]:
    """The counts in a file of which counting.h says what is in it."""
    counts = []
    for run in text.split("run\n")[1:]:
        lines = [line.split() for line in run.splitlines()]
        of_kind = {
            kind: [words for name, *words in lines if name == kind] for kind in ("instruction", "function", "cycles")
        }
        instructions = [(int(at, 16), int(count), int(taken)) for at, count, taken in of_kind["instruction"]]
        functions = [(int(at, 16), int(count)) for at, count in of_kind["function"]]
        cycles = next((int(count) for (count,) in of_kind["cycles"]), None)
        counts.append(counts_of_model(bench, instructions, functions, cycles))
    return tuple(counts)


def check_inputs(bench: Bench, inputs: Int8) -> None:
    """Refuse inputs that are not the model's.

    Raises:
        DataError: they are not int8 (N, ...) with N at least 1, where (1, ...) is the model's input shape; or too many.
    """
    shape = bench.emitted.input_shape[1:]
    if inputs.dtype != np.int8 or inputs.shape[1:] != shape or len(inputs) == 0:
        wanted = f"(N, {', '.join(map(str, shape))})"
        raise DataError(
            f"the model takes int8 values of shape {wanted}, not {inputs.dtype} of {inputs.shape}",
            todo="quantize and reshape them first",
        )
    each = inputs[0].size + int(np.prod(bench.emitted.output_shape))
    room = PLACES[bench.target].mailbox_bytes - struct.calcsize(_HEADER) if bench.target in PLACES else None
    if room is not None and len(inputs) * each > room:
        raise DataError(
            f"{len(inputs)} inputs do not fit into the memory of the bench",
            todo=f"give at most {room // each} at a time",
        )


def fill_mailbox(bench: Bench, inputs: Int8) -> bytes:
    """The mailbox before a run."""
    each, output = inputs[0].size, int(np.prod(bench.emitted.output_shape))
    data = inputs.tobytes() + bytes(len(inputs) * output)
    size = struct.calcsize(_HEADER) + len(data)
    return struct.pack(_HEADER, len(inputs), each, output, inputs.size, size, 0) + data


def empty_mailbox(bench: Bench, mail: bytes) -> tuple[Int8, int]:
    """Outputs and bytes of stack, after a run."""
    count, _, each, at, _, stack = struct.unpack_from(_HEADER, mail)
    at += struct.calcsize(_HEADER)
    outputs = np.frombuffer(mail[at : at + count * each], np.int8)
    return outputs.reshape(count, *bench.emitted.output_shape[1:]), stack
