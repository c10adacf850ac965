"""The sensor in this very process: the C that is the same on every board, compiled for this machine."""

from __future__ import annotations

import ctypes
import platform
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError
from sensorsmith.firmware import port
from sensorsmith.firmware.port import Phase


class Hosted:
    """A sensor built by `build_hosted`: its bus, its serial line, its samples. Nothing is counted, nothing emulated.

    Args:
        library: what `build_hosted` gave. One library is one sensor.
        channels: of the transducer.
    """

    def __init__(self, library: Path, channels: int) -> None:
        self._library = ctypes.CDLL(str(library))
        self._port = (ctypes.c_uint8 * port.SIZE).in_dll(self._library, "ss_port")
        self._channels = channels
        self.reset()

    @property
    def emulator(self) -> tuple[str, str]:
        return "this computer", platform.machine()

    def reset(self) -> None:
        """The state after power on."""
        ctypes.memset(self._port, 0, port.SIZE)
        self._library.ss_device_start()
        self._library.ss_work()

    def feed(self, samples: npt.NDArray[np.int16]) -> None:
        """Give counts of the transducer, (n, C), and work until the sensor waits for more."""
        if samples.dtype != np.int16 or samples.ndim != 2 or samples.shape[1] != self._channels:
            raise DataError(f"samples are {samples.dtype}{samples.shape}, not int16 (n, {self._channels})")
        most = port.SAMPLE_BYTES // (2 * self._channels)
        for at in range(0, len(samples), most):
            part = samples[at : at + most]
            self._put(port.SAMPLES, part.astype("<i2").tobytes())
            self._put(port.WAITING, struct.pack("<II", len(part), 0))
            self._library.ss_samples_isr()
            self._library.ss_work()

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
        self._put(port.BYTES, data)
        self._put(port.PHASE, struct.pack("<II", phase, len(data) or length))
        self._library.ss_bus_isr()
        self._library.ss_work()
        size = self.peek(port.LENGTH) if phase is Phase.UART else length
        return bytes(self._port[port.BYTES : port.BYTES + size])

    def peek(self, offset: int) -> int:
        """A word of the peripheral (firmware/port.py): the light, the event line."""
        return int.from_bytes(bytes(self._port[offset : offset + 4]), "little")

    def poke(self, offset: int, value: int) -> None:
        """Change a word of the peripheral: a transducer that no longer answers."""
        self._put(offset, struct.pack("<I", value))
        self._library.ss_work()

    def close(self) -> None:
        """Nothing is left to end."""

    def _put(self, offset: int, data: bytes) -> None:
        ctypes.memmove(ctypes.byref(self._port, offset), data, len(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
