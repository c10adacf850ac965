"""An emulated sensor on an emulated bus, with faults at will. What driver talks to it is not its business."""

from __future__ import annotations

from typing import Any

import numpy as np
from tests import tiny

from sensorsmith.emulate import CortexM
from sensorsmith.firmware import port
from sensorsmith.interface import BLOCKS, crc8

ADDRESS = 0x2A
NEIGHBOUR = 0x3C
RATE = 50.0
_MOST = 32  # bytes that every host can take at once
_SPEAKS = ord("R"), ord("W")
_CHECKED = {(b.start, b.size) for b in BLOCKS if b.crc}


class Bus:
    """An I2C bus with the sensor of tests/tiny, a device of another kind, and time that passes when the host sleeps.

    Args:
        board: the sensor on the bus.
        spare: another sensor, which `swap` puts in its place.
    """

    def __init__(self, board: CortexM, spare: CortexM | None = None) -> None:
        self.board, self._spare = board, spare
        self.now = 0.0
        self.neighbours = [NEIGHBOUR]
        self._random = np.random.default_rng(0)
        self._spoiled = self._muted = self._fed = 0
        self._garbled: list[bool] = []
        self._forged: dict[int, int] = {}
        self.babbles = False

    # What a test does to it.

    def feed(self, count: int) -> None:
        """So many samples come."""
        self.board.feed(self._random.integers(-32000, 32000, (count, *tiny.SHAPE[1:])).astype(np.int16))

    def sleep(self, seconds: float) -> None:
        """Time goes by, and samples come."""
        self.now += seconds
        due = int(self.now * RATE + 1e-6) - self._fed
        self._fed += due
        self.feed(due)

    def spoil(self, reads: int) -> None:
        """The next reads have a wrong bit."""
        self._spoiled = reads

    def garble(self, writes: int, after: int = 0) -> None:
        """So many writes arrive with a wrong bit, after some that do not."""
        self._garbled = [False] * after + [True] * writes

    def mute(self, transactions: int) -> None:
        """Nobody answers to the next transactions."""
        self._muted = transactions

    def alone(self) -> None:
        """There is no other device on the bus."""
        self.neighbours = []

    def babble(self) -> None:
        """There is something else at the other end of the serial line."""
        self.babbles = True

    def silence(self) -> None:
        """The transducer does not answer any more."""
        self.board.poke(port.SILENT, 1)

    def forge(self, address: int, value: int) -> None:
        """The sensor is of a kind that has this in a register; its check sums are right."""
        self._forged[address] = value

    def swap(self) -> None:
        """The other sensor takes the place of this one."""
        assert self._spare is not None
        self.board, self._spare = self._spare, self.board

    # What a host does to it.

    def write(self, address: int, data: bytes) -> None:
        self._select(address)
        assert len(data) <= 1 + _MOST
        if data and address not in self.neighbours:  # an empty write only asks whether somebody is there
            self.board.write(data[0], self.garbled(data[1:]))

    def read(self, address: int, register: int | None, size: int) -> bytes:
        self._select(address)
        assert size <= _MOST
        if address in self.neighbours:
            return bytes(size)
        return self.spoiled(self._as_forged(register, self.board.read(register, size)))

    def scan(self) -> list[int]:
        return [address for address in range(0x08, 0x78) if self._answers(address)]

    def spoiled(self, data: bytes) -> bytes:
        if self._spoiled == 0:
            return data
        self._spoiled -= 1
        return bytes([data[0] ^ 0x04]) + data[1:]

    def garbled(self, data: bytes) -> bytes:
        return data[:-1] + bytes([data[-1] ^ 0x02]) if self._garbled and self._garbled.pop(0) else data

    def _answers(self, address: int) -> bool:
        return address in self.neighbours or (address == self.board.peek(port.ADDRESS) and self._muted == 0)

    def _select(self, address: int) -> None:
        answers = self._answers(address)
        self._muted -= self._muted > 0
        if not answers:
            raise OSError(121, "Remote I/O error")

    def _as_forged(self, register: int | None, data: bytes) -> bytes:
        if register is None or (register, len(data)) not in _CHECKED:
            return data
        content = bytes(self._forged.get(register + i, byte) for i, byte in enumerate(data[:-1]))
        return content + bytes([crc8(content)])


class Port:
    """A serial port with the same sensor behind it, as `serial.Serial` is one."""

    timeout: float | None = None

    def __init__(self, bus: Bus) -> None:
        self._bus, self._waiting = bus, b""

    def write(self, data: bytes) -> None:
        if data[0] not in _SPEAKS:
            self._bus.board.uart(data)
        elif self._bus.babbles:
            self._waiting += b"OK\r\n"
        else:
            self._waiting += self._reply(data)

    def read(self, size: int) -> bytes:
        assert self.timeout is not None and self.timeout <= 0.05
        found, self._waiting = self._waiting[:size], self._waiting[size:]
        return found

    def reset_input_buffer(self) -> None:
        self._waiting = b""

    def _reply(self, frame: bytes) -> bytes:
        try:
            self._bus._select(self._bus.board.peek(port.ADDRESS))
        except OSError:
            return b""
        reply = self._bus.board.uart(self._bus.garbled(frame) if frame[0] == ord("W") else frame)
        if frame[0] == ord("R"):
            head, content = reply[:3], self._bus._as_forged(frame[1], reply[3:-1])
            check = crc8(head + content)
            reply = head + self._bus.spoiled(content) + bytes([check])
        return reply


def call(bus: Bus, name: str, arguments: list[Any]) -> Any:
    """A call that comes from another interpreter, in what JSON can carry; None when nobody answers."""
    try:
        answer = getattr(bus, name)(*[bytes(a) if isinstance(a, list) else a for a in arguments])
    except OSError:
        return None
    return list(answer) if isinstance(answer, bytes) else 0 if answer is None else answer
