"""What every board offers, whatever emulates it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError, EmulatorError
from sensorsmith.boards import BoardSpec
from sensorsmith.firmware.port import Phase
from sensorsmith.interface import Result, Status, decode_result

Progress = Callable[[int, int], None]
"""Called with the number of windows done, and of all."""


class Device(Protocol):
    """A sensor that runs: samples go in, registers come out. A context manager that ends it.

    All methods raise EmulatorError when the board crashes, hangs or stops.
    """

    @property
    def emulator(self) -> tuple[str, str]:
        """Name and version of what emulates it."""
        ...

    def reset(self) -> None:
        """The state after power on and start-up, before the first sample."""
        ...

    def feed(self, samples: npt.NDArray[np.int16]) -> None:
        """Give counts of the transducer, (n, C), and run until the sensor waits for more."""
        ...

    def read(self, register: int | None, length: int) -> bytes:
        """One read over the bus: set the pointer unless `register` is None, then read `length` bytes."""
        ...

    def write(self, register: int, data: bytes) -> None:
        """One write over the bus: set the pointer, then write `data` from there on."""
        ...

    def uart(self, data: bytes) -> bytes:
        """Bytes to the serial line, and those that come back until the sensor waits for more."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Board(Device, Protocol):
    """A device on an emulated processor, which can be looked into; what its methods raise is as there."""

    def keep(self) -> None:
        """Let `reset` bring back the present state: another one than that of power on."""
        ...

    def classify(self, windows: npt.NDArray[np.int16], progress: Progress | None = None) -> list[Result]:
        """The result of each window (N, T, C), each on a sensor that has just been reset."""
        ...

    def profile(self, samples: npt.NDArray[np.int16]) -> dict[str, int]:
        """Instructions that the first window (T, C) after a reset takes, by function, those it calls included."""
        ...

    def observe(self, samples: npt.NDArray[np.int16], points: Sequence[tuple[str, str, int, int]]) -> list[bytes]:
        """Memory at moments while the first window (T, C) after a reset is worked on.

        Args:
            points: in the order in which they are met: function on whose entry to stop, variable, offset, length.
        """
        ...

    def stack_used(self) -> int:
        """Bytes of stack used since the last reset, start-up included."""
        ...


@runtime_checkable
class Phased(Protocol):
    """A device that also takes a transaction one phase at a time, so that one can be paused, or broken off."""

    def bus(self, phase: Phase, data: bytes = b"", length: int = 0) -> bytes:
        """One phase of a bus transaction: `data` is written, or `length` bytes are read, 256 at most."""
        ...


Samples = npt.NDArray[np.int16]


def check_samples(samples: Samples, shape: tuple[int, int]) -> None:
    """Refuse what is not int16 (n, C), for windows of `shape` (T, C)."""
    if samples.dtype != np.int16 or samples.ndim != 2 or samples.shape[1] != shape[1]:
        raise DataError(f"samples are {samples.dtype}{samples.shape}, not int16 (n, {shape[1]})")


def check_window(window: Samples, shape: tuple[int, int]) -> None:
    """Refuse what is not one window (T, C)."""
    if window.shape != shape:
        raise DataError(f"a window has the shape {shape}, not {window.shape}")


def check_windows(windows: Samples, shape: tuple[int, int]) -> None:
    """Refuse what is not int16 (N, T, C)."""
    if windows.dtype != np.int16 or windows.shape[1:] != shape or len(windows) == 0:
        raise DataError(f"windows are {windows.dtype}{windows.shape}, not int16 (N, {shape[0]}, {shape[1]})")


def first_result(data: bytes, what: str, board: BoardSpec) -> Result:
    """The result of the first window after a reset, from the bytes of its block."""
    result = decode_result(data)
    if Status.VALID not in result.status or result.sequence != 1:
        raise EmulatorError(f"the board gave no result for {what}", where=board.name)
    return result
