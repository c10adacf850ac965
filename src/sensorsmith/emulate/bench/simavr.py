"""A model on an AVR of simavr, counted by a program of ours."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from sensorsmith.emulate.bench.built import simavr_worker
from sensorsmith.emulate.bench.process import run_program
from sensorsmith.emulate.bench.trace import Int8, Trace, empty_mailbox, fill_mailbox, read_counts
from sensorsmith.firmware import AVR_CHIP, Bench

_DATA = 0x800000  # where the linker thinks that RAM begins


def run_simavr(bench: Bench, inputs: Int8, limit: float, count: bool) -> Trace:
    """Run a model on each input, each after a reset; see `run_bench`. Counts include cycles.

    Raises:
        EmulatorError: the model crashed or hung.
        MissingTool: simavr is not installed, or no C compiler.
    """
    worker = simavr_worker()
    program = bench.program
    mails = [fill_mailbox(bench, inputs[i : i + 1]) for i in range(len(inputs))]
    size = len(mails[0])
    marks = {"begin": "ss_begin", "end": "ss_end", "leave": "ss_bench_exit"}
    with tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "flash").write_bytes(program.flat())
        (folder / "mail").write_bytes(b"".join(mails))
        (folder / "functions").write_text("".join(f"{s.address:x}\n" for s in program.symbols if s.function))
        command = [str(worker), f"mcu={AVR_CHIP}", f"size={size}", f"at={program.symbol('ss_mailbox').address - _DATA}"]
        command += [f"{mark}={program.symbol(function).address}" for mark, function in marks.items()]
        command += [f"{file}={file}" for file in ("flash", "mail", "functions", "back")] + ["out=counts"]
        version = run_program("simavr", command, folder, limit).strip()
        back = (folder / "back").read_bytes()
        counts = read_counts((folder / "counts").read_text(), bench) if count else ()
    each = [empty_mailbox(bench, back[at : at + size]) for at in range(0, len(back), size)]
    outputs = np.concatenate([output for output, _ in each])
    return Trace(outputs, counts, max(stack for _, stack in each), ("simavr", version, AVR_CHIP))
