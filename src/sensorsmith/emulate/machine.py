"""A processor in a worker process, and everything that can go wrong with one."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sensorsmith.base.errors import BoardError, EmulatorError, MissingTool
from sensorsmith.emulate.protocol import receive, send

WORKER = Path(__file__).with_name("worker_unicorn.py")
CORES = {"cortex-m0plus": "M0", "cortex-m4": "M4", "cortex-m7": "M7", "cortex-m33": "M33"}
"""The worker's core for each target. The instruction set of an M0+ is that of an M0."""

Op = tuple[str, *tuple[Any, ...]]
"""An operation of a worker. Where its last argument is a number of bytes to take, they stand in its place; `read` gives
bytes."""


class Stop(Exception):
    """The processor stopped where it should not.

    Attributes:
        reason: the emulator's words.
        pc: where.
    """

    def __init__(self, reason: str, pc: int) -> None:
        super().__init__(reason)
        self.reason, self.pc = reason, pc


class Worker:
    """An emulator in a process of its own, which is killed when it takes too long or is closed.

    Args:
        emulator: the package that it needs.
        command: file and arguments of the worker.
        limit: seconds of wall-clock time for one batch of operations.

    Raises:
        MissingTool: the emulator is not installed.
    """

    def __init__(self, emulator: str, command: Sequence[str | Path], limit: float) -> None:
        if importlib.util.find_spec(emulator) is None:
            raise MissingTool(
                f"the emulator {emulator} is not installed", todo='run: pip install "sensorsmith[emulate]"'
            )
        self._limit = limit
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the worker lives
        self._process = subprocess.Popen(
            # -P: the worker must not find the modules beside it.
            [sys.executable, "-P", *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
        )

    def do(self, ops: Sequence[Op], doing: str) -> list[Any]:
        """Run a batch of operations and return the result of each.

        Args:
            doing: what the batch is for, for the message if it fails: `booting`.

        Raises:
            EmulatorError: the worker crashed, or took longer than the limit and was killed.
            Stop: the processor stopped on an operation; those before it are done.
        """
        plain = [(*op[:-1], len(op[-1])) if isinstance(op[-1], bytes) else op for op in ops]
        body = b"".join(op[-1] for op in ops if isinstance(op[-1], bytes))
        late = threading.Event()
        timer = threading.Timer(self._limit, self._kill, [late])
        timer.start()
        try:
            assert self._process.stdin is not None and self._process.stdout is not None
            send(self._process.stdin, {"ops": plain}, body)
            reply, data = receive(self._process.stdout)
        except (EOFError, OSError, ValueError) as error:
            raise self._death(late.is_set(), doing) from error
        finally:
            timer.cancel()
        if "error" in reply:
            raise Stop(reply["error"], reply["pc"])
        return _with_data(ops, reply["results"], data)

    @property
    def pid(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    def close(self) -> None:
        """End the worker."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._complaints):
            if stream is not None:
                with suppress(OSError):  # a frame that the dead worker never took
                    stream.close()

    def _kill(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def _death(self, late: bool, doing: str) -> EmulatorError:
        if late:
            return EmulatorError(
                f"the emulator did not finish {doing} within {self._limit:g} s and was ended",
                todo="see whether the firmware is stuck, or allow more time",
            )
        code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        reason = f": {lines[-1]}" if lines else ""
        return EmulatorError(f"the emulator crashed while {doing} ({how}{reason})", todo="run it again")


class Machine(Worker):
    """A processor with memory, emulated by unicorn.

    Args:
        target: its instruction set, a key of `CORES`.
        limit: seconds of wall-clock time for one batch of operations.

    Raises:
        BoardError: the emulator has no such processor.
        MissingTool: the emulator is not installed.
    """

    def __init__(self, target: str, limit: float) -> None:
        if target not in CORES:
            raise BoardError(f"unicorn does not emulate {target}", todo=f"use one of {', '.join(CORES)}")
        super().__init__("unicorn", (WORKER, CORES[target]), limit)


def _with_data(ops: Sequence[Op], results: list[Any], data: bytes) -> list[Any]:
    at = 0
    for i, op in enumerate(ops):
        if op[0] == "read":
            results[i] = data[at : at + op[2]]
            at += op[2]
    return results
