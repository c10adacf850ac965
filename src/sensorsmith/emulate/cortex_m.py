"""A board with a Cortex-M, emulated by unicorn in a worker process."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import EmulatorError
from sensorsmith.boards import BoardSpec
from sensorsmith.emulate.board import Progress, check_samples, check_window, check_windows, first_result
from sensorsmith.emulate.machine import Machine, Op, Stop
from sensorsmith.firmware import port, read_elf
from sensorsmith.interface import Result, block

_PAGE = 0x1000
_READ, _WRITE, _EXECUTE = 1, 2, 4
_PAINT = 0xC5
_BATCH = 8  # windows per message to the worker


class CortexM:
    """The firmware of a sensor on an emulated Cortex-M; see `Board` for what it offers.

    The firmware sleeps in `ss_idle`, where the emulator stops. An interrupt takes what the port holds; then the
    firmware is woken by returning from there, works, and comes back. No memory access is hooked: it runs at full speed.

    Args:
        elf: an image built for this board.
        window_shape: (T, C) of a raw window.
        limit: seconds of wall-clock time that a batch of work may take before the emulator is ended.

    Raises:
        DataError: the image is not one of ours.
        EmulatorError: it does not start.
        MissingTool: the emulator is not installed.
    """

    def __init__(self, board: BoardSpec, elf: bytes, window_shape: tuple[int, int], limit: float = 60.0) -> None:
        self._program = read_elf(elf)
        self._idle = self._program.symbol("ss_idle").address
        self._stack = (self._program.symbol("ss_bss_end").address, board.ram.start + board.ram.size)
        self._board, self._window = board, window_shape
        self.machine = Machine(board.target, limit)
        try:
            self._boot()
        except BaseException:
            self.close()
            raise

    def _boot(self) -> None:
        flash, ram = self._board.flash, self._board.ram
        self.do(
            [
                ("map", flash.start, flash.size, _READ | _EXECUTE),
                ("map", ram.start, ram.size, _READ | _WRITE),
                ("map", port.BASE, port.SIZE, _READ | _WRITE),
                ("write", ram.start, bytes([_PAINT]) * ram.size),
                *(("write", segment.load, segment.data) for segment in self._program.segments),
                ("jump", *struct.unpack("<II", self._program.segments[0].data[:8])[::-1]),
                ("run", self._idle),
            ],
            "starting",
        )
        self.keep()

    @property
    def emulator(self) -> tuple[str, str]:
        return "unicorn", version("unicorn")

    def reset(self) -> None:
        self.do([("restore",)], "resetting")

    def keep(self) -> None:
        self.do([("save", self._board.ram.start, self._board.ram.size, port.BASE, _PAGE)], "keeping the state")

    def feed(self, samples: npt.NDArray[np.int16]) -> None:
        for part in self._parts(samples):
            self.do([*self._give(part), *self._woken()], "taking samples")

    def read(self, register: int | None, length: int) -> bytes:
        (data,) = self.reads([(register, length)])
        return data

    def reads(self, requests: Sequence[tuple[int | None, int]]) -> list[bytes]:
        """Many reads (register, length), each a transaction of its own, in one batch."""
        answers = self.do([op for request in requests for op in self._read(*request)], "reading registers")
        parts = (bytes(answer) for answer in answers if isinstance(answer, bytes))
        return [b"".join(next(parts) for _ in _pieces(length)) for _, length in requests]

    def write(self, register: int, data: bytes) -> None:
        self.do(self._write(register, data), "writing registers")

    def uart(self, data: bytes) -> bytes:
        ops: list[Op] = []
        for byte in data:
            ops += self._served(port.Phase.UART, bytes([byte]))
            ops += [("read", port.BASE + port.LENGTH, 4), ("read", port.BASE + port.BYTES, port.BYTES_MAXIMUM)]
        answers = [bytes(answer) for answer in self.do(ops, "serving a serial line") if isinstance(answer, bytes)]
        return b"".join(
            reply[: int.from_bytes(size, "little")] for size, reply in zip(answers[::2], answers[1::2], strict=True)
        )

    def peek(self, offset: int) -> int:
        """A word of the emulated peripheral (firmware/port.py): the light, the event line."""
        (word,) = self.do([("read", port.BASE + offset, 4)], "looking at the port")
        return int.from_bytes(word, "little")

    def poke(self, offset: int, value: int) -> None:
        """Change a word of the emulated peripheral: a transducer that no longer answers."""
        self.do([("write", port.BASE + offset, struct.pack("<I", value)), *self._woken()], "going on")

    def bus(self, phase: port.Phase, data: bytes = b"", length: int = 0) -> bytes:
        """One phase of a bus transaction: `data` is written, or `length` bytes are read, 256 at most."""
        ops = [*self._served(phase, data, length), ("read", port.BASE + port.BYTES, length)]
        return bytes(self.do(ops, f"serving {phase.name}")[-1])

    def classify(self, windows: npt.NDArray[np.int16], progress: Progress | None = None) -> list[Result]:
        check_windows(windows, self._window)
        results: list[Result] = []
        while (done := len(results)) < len(windows):
            batch = windows[done : done + _BATCH]
            ops = [op for window in batch for op in self._classify(window)]
            answers = self.do(ops, f"classifying windows {done} to {done + len(batch) - 1}")
            blocks = [answer for answer in answers if isinstance(answer, bytes)]
            results += [first_result(data, f"window {done + i}", self._board) for i, data in enumerate(blocks)]
            if progress is not None:
                progress(len(results), len(windows))
        return results

    def profile(self, samples: npt.NDArray[np.int16]) -> dict[str, int]:
        names = {symbol.address: symbol.name for symbol in self._program.symbols if symbol.function}
        ops = [*self._begin(samples), ("count", self._idle, list(names))]
        *_, (functions, _instructions) = self.do(ops, "counting instructions")
        return {names[entry]: count for entry, count in functions}

    def observe(self, samples: npt.NDArray[np.int16], points: Sequence[tuple[str, str, int, int]]) -> list[bytes]:
        ops = self._begin(samples)
        for function, variable, offset, length in points:
            address = self._program.symbol(variable).address + offset
            ops += [("run", self._program.symbol(function).address), ("read", address, length)]
        ops.append(("run", self._idle))
        return [answer for answer in self.do(ops, "observing a window") if isinstance(answer, bytes)]

    def stack_used(self) -> int:
        bottom, top = self._stack
        (memory,) = self.do([("read", bottom, top - bottom)], "reading the stack")
        touched = np.flatnonzero(np.frombuffer(memory, np.uint8) != _PAINT)
        return 0 if len(touched) == 0 else top - bottom - int(touched[0])

    def do(self, ops: Sequence[Op], doing: str) -> list[Any]:
        """Give operations to the worker (worker_unicorn.py lists them); a stop names the function it happened in."""
        try:
            return self.machine.do(ops, doing)
        except Stop as stop:
            where = f"0x{stop.pc:08X} in {self._program.place(stop.pc)}"
            raise EmulatorError(
                f"the firmware stopped at {where} while {doing}: {stop.reason}", where=self._board.name
            ) from stop

    def close(self) -> None:
        self.machine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, window: npt.NDArray[np.int16]) -> list[Op]:
        """From a reset to where the sensor wakes up with the last sample of its first window."""
        check_window(window, self._window)
        *before, last = self._parts(window)
        ops: list[Op] = [("restore",)]
        for part in before:
            ops += [*self._give(part), *self._woken()]
        return [*ops, *self._give(last), ("wake",)]

    def _classify(self, window: npt.NDArray[np.int16]) -> list[Op]:
        size = block("RESULT").size
        return [
            *self._begin(window),
            ("run", self._idle),
            *self._phase(port.Phase.START_READ),
            *self._phase(port.Phase.READ, length=size),
            ("read", port.BASE + port.BYTES, size),
            *self._phase(port.Phase.STOP),
        ]

    def _parts(self, samples: npt.NDArray[np.int16]) -> list[npt.NDArray[np.int16]]:
        """Samples in pieces that the port holds."""
        check_samples(samples, self._window)
        most = port.SAMPLE_BYTES // (2 * self._window[1])
        return [samples[at : at + most] for at in range(0, len(samples), most)]

    def _give(self, samples: npt.NDArray[np.int16]) -> list[Op]:
        return [
            ("write", port.BASE + port.SAMPLES, samples.astype("<i2").tobytes()),
            ("write", port.BASE + port.WAITING, struct.pack("<II", len(samples), 0)),
            self._interrupt(port.Interrupt.SAMPLES),
        ]

    def _interrupt(self, number: port.Interrupt) -> Op:
        return "interrupt", int(number), self._program.segments[0].load

    def _woken(self) -> list[Op]:
        """The processor goes on behind the sleep in which an interrupt found it, and works until it sleeps again."""
        return [("wake",), ("run", self._idle)]

    def _phase(self, phase: port.Phase, data: bytes = b"", length: int = 0) -> list[Op]:
        return [
            ("write", port.BASE + port.BYTES, data),
            ("write", port.BASE + port.PHASE, struct.pack("<II", phase, len(data) or length)),
            self._interrupt(port.Interrupt.BUS),
        ]

    def _served(self, phase: port.Phase, data: bytes = b"", length: int = 0) -> list[Op]:
        return [*self._phase(phase, data, length), *self._woken()]

    def _write(self, register: int, data: bytes) -> list[Op]:
        return [
            *self._served(port.Phase.START_WRITE),
            *self._served(port.Phase.WRITE, bytes([register, *data])),
            *self._served(port.Phase.STOP),
        ]

    def _read(self, register: int | None, length: int) -> list[Op]:
        ops: list[Op] = []
        if register is not None:
            ops += self._served(port.Phase.START_WRITE) + self._served(port.Phase.WRITE, bytes([register]))
        ops += self._served(port.Phase.START_READ)
        for piece in _pieces(length):
            ops += [*self._served(port.Phase.READ, length=piece), ("read", port.BASE + port.BYTES, piece)]
        return ops + self._served(port.Phase.STOP)


def _pieces(length: int) -> list[int]:
    """Lengths of a read in pieces that the port holds."""
    return [min(port.BYTES_MAXIMUM, length - at) for at in range(0, length, port.BYTES_MAXIMUM)]
