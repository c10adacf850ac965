"""A board in QEMU: firmware with the emulated peripheral in memory that this process and the board share."""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from sensorsmith.base.errors import BoardError, EmulatorError, MissingTool
from sensorsmith.boards import BoardSpec
from sensorsmith.emulate.board import Progress, Samples, check_samples, check_windows, first_result
from sensorsmith.emulate.hosted import Ported
from sensorsmith.emulate.machine import Op
from sensorsmith.firmware import PSRAM_PORT, port, read_elf
from sensorsmith.interface import Result, block

PROGRAM = "qemu-system-arm"
WORKER = Path(__file__).with_name("worker_qemu.py")
_PSRAM, _SIZE = 0x21000000, 16 << 20
_PORT = PSRAM_PORT - _PSRAM
_PAINT = 0xC5
_KINDS = {
    "ss_device_start": port.Kind.POWER,
    "ss_samples_isr": port.Kind.SAMPLES,
    "ss_bus_isr": port.Kind.BUS,
}
_SPIN = 2e-3  # seconds in which the answer is looked for without a pause


class _Machine:
    """QEMU in a process of its own. It is ended when it takes too long, is closed, or this process is gone."""

    def __init__(self, board: BoardSpec, elf: bytes, limit: float) -> None:
        self.name = "qemu", qemu_version()
        self._board, self._limit = board, limit
        self._folder = tempfile.TemporaryDirectory(prefix="sensorsmith-", ignore_cleanup_errors=True)
        place = Path(self._folder.name)
        (place / "sensor.elf").write_bytes(elf)
        (place / "psram").write_bytes(bytes([_PAINT]) * _PORT + bytes(_SIZE - _PORT))
        with (place / "psram").open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), _SIZE)
        shared = f"memory-backend-file,id=psram,size=16M,mem-path={place / 'psram'},share=on"
        options = ["-M", "mps2-an386,memory-backend=psram", "-object", shared, "-kernel", str(place / "sensor.elf")]
        quiet = ["-display", "none", "-monitor", "none", "-serial", "none"]
        with (place / "said").open("wb") as said:
            self._process = subprocess.Popen(
                # -I, -S: it needs nothing that is installed, and starts sooner.
                [sys.executable, "-I", "-S", str(WORKER), str(place), PROGRAM, *options, *quiet],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
            )
        self._ticket = 0

    def do(self, *ops: Op) -> bytes:
        found = b""
        for name, *arguments in ops:
            if name == "write":
                offset, data = arguments
                self.memory[_PORT + offset : _PORT + offset + len(data)] = data
            elif name == "read":
                offset, size = arguments
                found += self.memory[_PORT + offset : _PORT + offset + size]
            elif arguments[0] in _KINDS:  # it works on by itself
                self._ask(_KINDS[arguments[0]])
        return found

    def _ask(self, kind: port.Kind) -> None:
        self._ticket += 1
        self._word(port.KIND, int(kind))
        self._word(port.TICKET, self._ticket)
        began = time.monotonic()
        while self._done() != self._ticket:
            waited = time.monotonic() - began
            if self._process.poll() is not None:
                raise EmulatorError(f"the emulator ended{self._said()}", where=self._board.name, todo="run it again")
            if waited > self._limit:
                self.close()
                raise EmulatorError(
                    f"the firmware did not answer within {self._limit:g} s",
                    where=self._board.name,
                    todo="see whether it is stuck, or allow more time",
                )
            time.sleep(0 if waited < _SPIN else 1e-4)

    def _said(self) -> str:
        said = Path(self._folder.name) / "said"
        lines = said.read_text(errors="replace").strip().splitlines() if said.is_file() else []
        return f": {lines[-1]}" if lines else ""

    def _word(self, offset: int, value: int) -> None:
        self.memory[_PORT + offset : _PORT + offset + 4] = struct.pack("<I", value)

    def _done(self) -> int:
        return int.from_bytes(self.memory[_PORT + port.DONE : _PORT + port.DONE + 4], "little")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


class Qemu(Ported):
    """The firmware of a sensor on an emulated MPS2 board; see `Board` for what it offers.

    Its interrupts are real ones of a timer, at moments that differ from run to run. Instructions are not counted, and
    nothing can be looked at in the middle of the work.

    Args:
        elf: an image built for this board.
        window_shape: (T, C) of a raw window.
        limit: seconds of wall-clock time for one answer.

    Raises:
        DataError: the image is not one of ours.
        EmulatorError: it does not start.
        MissingTool: QEMU is not installed.
    """

    def __init__(self, board: BoardSpec, elf: bytes, window_shape: tuple[int, int], limit: float = 60.0) -> None:
        program = read_elf(elf)
        end = board.ram.start + board.ram.size - _PSRAM
        self._stack = (program.symbol("ss_bss_end").address - _PSRAM, end)
        self._board, self._window = board, window_shape
        self._happened: list[Callable[[], object]] = []
        self._kept: list[Callable[[], object]] = []
        self._machine = _Machine(board, elf, limit)
        try:
            super().__init__(self._machine, window_shape[1])
        except BaseException:
            self.close()
            raise

    def reset(self) -> None:
        behind = port.DONE + 4
        self._machine.do(
            ("write", 0, bytes(port.TICKET)),  # the words of the ticket stay
            ("write", behind, bytes(port.SIZE - behind)),
            ("call", "ss_device_start"),
        )
        self._happened = []
        for again in self._kept:
            again()
        self._happened = list(self._kept)

    def keep(self) -> None:
        """By doing again what has been done since power on."""
        self._kept = list(self._happened)

    def feed(self, samples: Samples) -> None:
        check_samples(samples, self._window)
        self._happened.append(lambda: super(Qemu, self).feed(samples))
        super().feed(samples)

    def write(self, register: int, data: bytes) -> None:
        self._happened.append(lambda: super(Qemu, self).write(register, data))
        super().write(register, data)

    def classify(self, windows: Samples, progress: Progress | None = None) -> list[Result]:
        check_windows(windows, self._window)
        results: list[Result] = []
        for window in windows:
            self.reset()
            self.feed(window)
            data = self.read(None, block("RESULT").size)
            results.append(first_result(data, f"window {len(results)}", self._board))
            if progress is not None:
                progress(len(results), len(windows))
        return results

    def profile(self, samples: Samples) -> dict[str, int]:  # noqa: ARG002
        raise self._cannot("count instructions")

    def observe(self, samples: Samples, points: Sequence[tuple[str, str, int, int]]) -> list[bytes]:  # noqa: ARG002
        raise self._cannot("look into the work")

    def stack_used(self) -> int:
        bottom, top = self._stack
        touched = np.flatnonzero(np.frombuffer(self._machine.memory[bottom:top], np.uint8) != _PAINT)
        return 0 if len(touched) == 0 else top - bottom - int(touched[0])

    def _cannot(self, what: str) -> BoardError:
        return BoardError(
            f"this board cannot {what}",
            where=self._board.name,
            todo="build, run and prove --conformance work on it; make the sensor for nucleo-l4r5zi",
        )


@cache
def qemu_version() -> str:
    """Version of the QEMU that is installed.

    Raises:
        MissingTool: there is none.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise MissingTool(f"{PROGRAM} is not installed", todo="install it (Debian: apt-get install qemu-system-arm)")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return said.split("version ")[1].split()[0]
