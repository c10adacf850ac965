"""The sensor as a part of a program: the C that is the same on every board, for this machine or as WebAssembly."""

from __future__ import annotations

import ctypes
import platform
import struct
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError, EmulatorError
from sensorsmith.emulate.machine import Op, Stop, Worker
from sensorsmith.firmware import port
from sensorsmith.firmware.port import Phase

WORKER = Path(__file__).with_name("worker_wasm.py")


class Program(Protocol):
    """Where the sensor's functions and its peripheral are.

    `do` takes operations in order, `("write", offset, data)`, `("read", offset, size)` or `("call", function)`, and
    gives what was read.
    """

    name: tuple[str, str]

    def do(self, *ops: Op) -> bytes: ...
    def close(self) -> None: ...


class _Library:
    """In this very process."""

    def __init__(self, file: Path) -> None:
        self.name = "this computer", platform.machine()
        self._library = ctypes.CDLL(str(file))
        self._port = (ctypes.c_uint8 * port.SIZE).in_dll(self._library, "ss_port")

    def do(self, *ops: Op) -> bytes:
        return b"".join(getattr(self, f"_{name}")(*arguments) for name, *arguments in ops)

    def _write(self, offset: int, data: bytes) -> bytes:
        ctypes.memmove(ctypes.byref(self._port, offset), data, len(data))
        return b""

    def _read(self, offset: int, size: int) -> bytes:
        return bytes(self._port[offset : offset + size])

    def _call(self, function: str) -> bytes:
        getattr(self._library, function)()
        return b""

    def close(self) -> None:
        """Nothing is left to end."""


class _Module:
    """In a WebAssembly machine in a process of its own."""

    def __init__(self, file: Path, limit: float) -> None:
        self.name = "wasmtime", version("wasmtime")
        self._worker = Worker("wasmtime", (WORKER, file), limit)

    def do(self, *ops: Op) -> bytes:
        try:
            answers = self._worker.do(ops, "running the module")
        except Stop as stop:
            raise EmulatorError(f"the module stopped: {stop.reason}", where="sensor.wasm") from stop
        return b"".join(answer for answer in answers if isinstance(answer, bytes))

    def close(self) -> None:
        self._worker.close()


class Ported:
    """A device whose samples and bus go through the emulated peripheral (firmware/port.py), wherever that is.

    Args:
        program: what runs the firmware.
        channels: of the transducer.
    """

    def __init__(self, program: Program, channels: int) -> None:
        self._program = program
        self._channels = channels
        self.reset()

    @property
    def emulator(self) -> tuple[str, str]:
        return self._program.name

    def reset(self) -> None:
        """The state after power on."""
        self._program.do(("write", 0, bytes(port.SIZE)), ("call", "ss_device_start"), ("call", "ss_work"))

    def feed(self, samples: npt.NDArray[np.int16]) -> None:
        """Give counts of the transducer, (n, C), and work until the sensor waits for more."""
        if samples.dtype != np.int16 or samples.ndim != 2 or samples.shape[1] != self._channels:
            raise DataError(f"samples are {samples.dtype}{samples.shape}, not int16 (n, {self._channels})")
        most = port.SAMPLE_BYTES // (2 * self._channels)
        for at in range(0, len(samples), most):
            part = samples[at : at + most]
            self._program.do(
                ("write", port.SAMPLES, part.astype("<i2").tobytes()),
                ("write", port.WAITING, struct.pack("<II", len(part), 0)),
                ("call", "ss_samples_isr"),
                ("call", "ss_work"),
            )

    def read(self, register: int | None, length: int) -> bytes:
        """One read over the bus: set the pointer unless `register` is None, then read `length` bytes."""
        if register is not None:
            self.bus(Phase.START_WRITE)
            self.bus(Phase.WRITE, bytes([register]))
        self.bus(Phase.START_READ)
        pieces = range(0, length, port.BYTES_MAXIMUM)
        data = b"".join(self.bus(Phase.READ, length=min(port.BYTES_MAXIMUM, length - at)) for at in pieces)
        self.bus(Phase.STOP)
        return data

    def write(self, register: int, data: bytes) -> None:
        """One write over the bus."""
        self.bus(Phase.START_WRITE)
        self.bus(Phase.WRITE, bytes([register, *data]))
        self.bus(Phase.STOP)

    def uart(self, data: bytes) -> bytes:
        """Bytes to the serial line, and those that come back."""
        return b"".join(self.bus(Phase.UART, bytes([byte])) for byte in data)

    def bus(self, phase: Phase, data: bytes = b"", length: int = 0) -> bytes:
        """One phase of a bus transaction: `data` is written, or `length` bytes are read, 256 at most."""
        found = self._program.do(
            ("write", port.BYTES, data),
            ("write", port.PHASE, struct.pack("<II", phase, len(data) or length)),
            ("call", "ss_bus_isr"),
            ("call", "ss_work"),
            ("read", port.LENGTH, 4),
            ("read", port.BYTES, port.BYTES_MAXIMUM),
        )
        size = int.from_bytes(found[:4], "little") if phase is Phase.UART else length
        return found[4 : 4 + size]

    def peek(self, offset: int) -> int:
        """A word of the peripheral (firmware/port.py): the light, the event line."""
        return int.from_bytes(self._program.do(("read", offset, 4)), "little")

    def poke(self, offset: int, value: int) -> None:
        """Change a word of the peripheral: a transducer that no longer answers."""
        self._program.do(("write", offset, struct.pack("<I", value)), ("call", "ss_work"))

    def close(self) -> None:
        """End what runs it."""
        self._program.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Hosted(Ported):
    """A sensor built by `build_hosted` or `build_wasm`: its bus, its serial line, its samples. Nothing is counted.

    Args:
        file: what the one or the other gave. One library is one sensor.
        channels: of the transducer.
        limit: seconds of wall-clock time that a module may take for one piece of work.

    Raises:
        MissingTool: a module needs wasmtime, and it is not installed.
    """

    def __init__(self, file: Path, channels: int, limit: float = 60.0) -> None:
        super().__init__(_Module(file, limit) if file.suffix == ".wasm" else _Library(file), channels)
