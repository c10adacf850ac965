"""What every board offers, whatever emulates it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from sensorsmith.interface import Result

Progress = Callable[[int, int], None]
"""Called with the number of windows done, and of all."""


class Board(Protocol):
    """A sensor that runs: samples go in, registers come out. A context manager that ends it.

    All methods raise EmulatorError when the board crashes, hangs or stops.
    """

    @property
    def emulator(self) -> tuple[str, str]:
        """Name and version of what emulates it."""
        ...

    def reset(self) -> None:
        """The state after power on and start-up, before the first sample; or the one that was kept."""
        ...

    def keep(self) -> None:
        """Let `reset` bring back the present state: another one than that of power on."""
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

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
