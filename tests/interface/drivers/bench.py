"""An emulated sensor on an emulated bus, with faults at will. What driver talks to it is not its business."""

from __future__ import annotations

import numpy as np
from tests import tiny

from sensorsmith.emulate import CortexM
from sensorsmith.interface import crc8

ADDRESS = 0x2A
RATE = 50.0


class Bus:
    """Transactions of an I2C bus with one sensor on it."""

    def __init__(self, board: CortexM) -> None:
        self.board = board
        self._random = np.random.default_rng(0)
        self._spoiled = self._muted = 0
        self._due = 0.0

    def feed(self, count: int) -> None:
        self.board.feed(self._random.integers(-32000, 32000, (count, *tiny.SHAPE[1:])).astype(np.int16))

    def sleep(self, seconds: float) -> None:
        """Time goes by, and samples come."""
        self._due += seconds * RATE
        self.feed(int(self._due))
        self._due -= int(self._due)

    def spoil(self, reads: int) -> None:
        self._spoiled = reads

    def mute(self, transactions: int) -> None:
        self._muted = transactions

    def _answers(self, address: int) -> None:
        if address != ADDRESS or self._muted > 0:
            self._muted -= 1
            raise OSError(121, "Remote I/O error")

    def write(self, address: int, data: bytes) -> None:
        self._answers(address)
        if data:  # an empty write only asks whether somebody is there
            self.board.write(data[0], data[1:])

    def read(self, address: int, pointer: int | None, size: int) -> bytes:
        self._answers(address)
        return self._spoil(self.board.read(pointer, size))

    def _spoil(self, data: bytes) -> bytes:
        if self._spoiled == 0:
            return data
        self._spoiled -= 1
        return bytes([data[0] ^ 0x04]) + data[1:]


class Port:
    """A serial port with the same sensor behind it."""

    def __init__(self, bus: Bus) -> None:
        self._bus, self._waiting = bus, b""

    def write(self, data: bytes) -> None:
        try:
            if any(data):
                self._bus._answers(ADDRESS)
        except OSError:
            return
        reply = self._bus.board.uart(data)
        if reply[:1] == b"r":
            content = self._bus._spoil(reply[3:-1])
            reply = reply[:3] + content + bytes([crc8(reply[:3] + content)])
        self._waiting += reply

    def read(self, size: int) -> bytes:
        found, self._waiting = self._waiting[:size], self._waiting[size:]
        return found
