"""The host of the checks: it reads blocks, writes registers, feeds the transducer, and says what it missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.emulate import Device, Phased
from sensorsmith.interface import KEY, Command, CommandState, Mode, Result, block, crc8, decode_result, register

_POLLS = 8
_LOUD = 30000 / 32768  # of the range: random signals of this amplitude reach most classes, and no end


class Failed(Exception):
    """The sensor does not do what it promises; the message says what it did."""


class NotHere(Exception):
    """This board gives no way to try it; the message says what is missing."""


@dataclass(frozen=True)
class Stream:
    """What the transducer gives: samples in a window, samples between windows, channels, smallest and largest count."""

    window: int
    hop: int
    channels: int
    limits: tuple[int, int] = (-32768, 32767)


def need(truth: bool, otherwise: str) -> None:
    """Fail unless something is so."""
    if not truth:
        raise Failed(otherwise)


class Host:
    """A sensor as the checks see it."""

    def __init__(self, board: Device, stream: Stream) -> None:
        self.board, self.stream = board, stream
        self._random = np.random.default_rng(1)

    @property
    def phases(self) -> Phased:
        """The board, where the phases of a transaction can be given one by one."""
        if not isinstance(self.board, Phased):
            raise NotHere("this board takes whole transactions only")
        return self.board

    # Reading.

    def block(self, name: str) -> bytes:
        return self.board.read(block(name).start, block(name).size)

    def checked(self, name: str) -> bytes:
        """A block whose CRC is right."""
        data = self.block(name)
        need(crc8(data[:-1]) == data[-1], f"the CRC of {name} is 0x{data[-1]:02X}, not 0x{crc8(data[:-1]):02X}")
        return data

    def value(self, name: str) -> int:
        """A register as a number."""
        found = register(name)
        return int.from_bytes(self.board.read(found.address, found.size), "little")

    def result(self) -> Result:
        return decode_result(self.board.read(None, block("RESULT").size))

    def everything(self) -> bytes:
        """All 256 registers."""
        return b"".join(self.board.read(at, 32) for at in range(0, 256, 32))

    def expect(self, name: str, value: int, when: str) -> None:
        """Fail unless a register has a value."""
        found = self.value(name)
        need(found == value, f"{name} is {found}, not {value}, {when}")

    # Writing.

    def stage(self, name: str, value: int) -> None:
        found = register(name)
        self.board.write(found.address, value.to_bytes(found.size, "little"))

    def commit(self, **settings: int) -> None:
        """Write settings and put them in force."""
        for name, value in settings.items():
            self.stage(name, value)
        self.stage("COMMIT", KEY)

    def plain(self, **settings: int) -> None:
        """Each window gives the largest class, whatever the sensor does at power on; then the settings given."""
        self.commit(
            **{"MODE": Mode.CONTINUOUS, "RATE": 1, "THRESH": 0, "DEBOUNCE": 1, "SMOOTHING": 0, "SLEEP_S": 0} | settings
        )

    def command(self, code: Command) -> None:
        """Give a command and wait until it is done."""
        self.stage("CMD", code)
        for _ in range(_POLLS):
            if self.value("CMD_STATE") != CommandState.BUSY:
                break
        self.expect("CMD_STATE", CommandState.DONE, f"after the command {code.name}")

    # The signal.

    def samples(self, count: int) -> npt.NDArray[np.int16]:
        """Random counts (count, C), each stretch with an offset and a loudness of its own."""
        shape, (low, high) = (count, self.stream.channels), self.stream.limits
        loudest = round(_LOUD * (high - low + 1) / 4)  # half of the amplitude is for the offset
        loudness = self._random.choice([loudest // 300, loudest // 15, loudest * 2 // 3, loudest])
        offset = (low + high + 1) // 2 + self._random.integers(-loudest, loudest, self.stream.channels)
        return (offset + self._random.integers(-loudness, loudness + 1, shape)).astype(np.int16)

    def first(self, results: int = 1) -> None:
        """So many samples as give the first results after a start."""
        self.board.feed(self.samples(self.stream.window))
        self.more(results - 1)

    def more(self, results: int = 1) -> None:
        """So many samples as give further results."""
        for _ in range(results):
            self.board.feed(self.samples(self.stream.hop))
