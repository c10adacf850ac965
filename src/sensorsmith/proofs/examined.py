"""A sensor on an emulated board that can be looked into while it works: memory, ports and counted instructions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.boards import BoardSpec
from sensorsmith.emulate import CortexM
from sensorsmith.emulate.machine import Op
from sensorsmith.firmware import port
from sensorsmith.firmware.elf import Symbol, read_elf
from sensorsmith.firmware.port import Phase
from sensorsmith.interface import KEY, block, crc8, register

Samples = npt.NDArray[np.int16]
Counts = dict[int, tuple[int, int]]
"""For each address whose instruction was executed: how often, and how often the next was not the one behind it."""

_OUTSIDE = (port.LIGHT, port.LINE, port.ADDRESS)
_BATCH = 16  # settings that are tried in one message to the emulator
RESULT = block("RESULT")


@dataclass(frozen=True)
class Seen:
    """All that leaves the device: bytes of the bus by address, of the serial line, and the levels of its pins."""

    registers: bytes
    plain: bytes
    serial: bytes
    pins: bytes


class Examined(CortexM):
    """The firmware of a sensor, with more to see than a host has."""

    def __init__(self, board: BoardSpec, elf: bytes, window_shape: tuple[int, int]) -> None:
        super().__init__(board, elf, window_shape)
        self.program = read_elf(elf)
        self.ram = board.ram

    # Memory.

    def memory(self) -> bytes:
        """All RAM."""
        (content,) = self.do([("read", self.ram.start, self.ram.size)], "reading the memory")
        return bytes(content)

    def alter(self, address: int, data: bytes) -> None:
        self.do([("write", address, data)], "writing to the memory")

    def value_of(self, function: str) -> int:
        """What a function without arguments returns."""
        entry = self.program.symbol(function).address
        (result,) = self.do([("call", entry, self._idle)], f"calling {function}")
        return int(result)

    def owner(self, address: int) -> str:
        """The variable or function at an address; or the stack."""
        for symbol in self.program.symbols:
            if symbol.address <= address < symbol.address + symbol.size:
                return _with_offset(symbol, address)
        if self._stack[0] <= address < self._stack[1]:
            return f"stack, {self._stack[1] - address} bytes below its top"
        return f"0x{address:08X}"

    def variables(self) -> Iterable[Symbol]:
        """Everything that has a name and a place in RAM."""
        end = self.ram.start + self.ram.size
        return (s for s in self.program.symbols if s.size and self.ram.start <= s.address < end)

    # What leaves the device.

    def seen(self) -> Seen:
        """Read everything, each block in a transaction of its own, by each way; and look at the pins."""
        (plain, *blocks) = self.reads([(None, RESULT.size), *((at, 32) for at in range(0, 256, 32))])
        request = bytes([ord("R"), RESULT.start, RESULT.size])
        serial = self.uart(request + bytes([crc8(request)]))
        return Seen(b"".join(blocks), plain, serial, self.pins())

    def pins(self) -> bytes:
        """Light, event line, and the address to which the device answers."""
        words = self.do([("read", port.BASE + offset, 4) for offset in _OUTSIDE], "looking at the pins")
        return bytes(word[0] for word in words)

    def frame(self, data: bytes) -> bytes:
        """Bytes to the serial line in one go, and the first answer; what stands behind the bytes it answers is lost."""
        ops = [*self._served(Phase.UART, data), ("read", port.BASE + port.LENGTH, 4)]
        size, reply = self.do([*ops, ("read", port.BASE + port.BYTES, port.BYTES_MAXIMUM)], "serving a frame")[-2:]
        return bytes(reply[: int.from_bytes(size, "little")])

    def put(self, **settings: int) -> None:
        """Write settings and put them in force."""
        self.do(self._put(settings), "writing settings")

    def results(self, samples: Samples, settings: Sequence[Mapping[str, int]]) -> list[bytes]:
        """Block RESULT of the first window (T, C) after a reset, under each of some settings."""
        given = [op for part in self._parts(samples) for op in (*self._give(part), *self._woken())]
        found = []
        for at in range(0, len(settings), _BATCH):
            ops: list[Op] = []
            for each in settings[at : at + _BATCH]:
                ops += [("restore",), *self._put(each), *given, *self._read(None, RESULT.size)]
            found += [bytes(answer) for answer in self.do(ops, "trying settings") if isinstance(answer, bytes)]
        return found

    def _put(self, settings: Mapping[str, int]) -> list[Op]:
        places = {name: register(name) for name in settings}
        ops = [
            op
            for name, value in settings.items()
            for op in self._write(places[name].address, value.to_bytes(places[name].size, "little"))
        ]
        return [*ops, *self._write(register("COMMIT").address, bytes([KEY]))]

    def command(self, code: int) -> None:
        self.write(register("CMD").address, bytes([code]))

    # Work, counted.

    def begin_count(self) -> None:
        """Count instructions from here on, in interrupts too."""
        self.do([("begin_count",)], "counting")

    def end_count(self) -> Counts:
        (found,) = self.do([("end_count",)], "counting")
        return {address: (executed, taken) for address, executed, taken in found}

    def window(self, samples: Samples) -> Counts:
        """What the first window (T, C) after a reset takes, from its last samples on."""
        *before, last = self._parts(samples)
        self.reset()
        for part in before:
            self.feed(part)
        self.begin_count()
        self.feed(last)
        return self.end_count()

    def feed_interrupted(self, samples: Samples, after: Sequence[int]) -> None:
        """Feed samples; before the work on the last of them is done, a host reads the result, several times.

        Args:
            after: how many instructions are between two such reads.
        """
        *before, last = self._parts(samples)
        for part in before:
            self.feed(part)
        ops = [*self._give(last), ("wake",)]
        for count in after:
            ops += [("step", count), *self._phase(Phase.START_READ), *self._phase(Phase.READ, length=RESULT.size)]
        self.do([*ops, ("run", self._idle), *self._served(Phase.STOP)], "working between interrupts")

    def cut(self, samples: Samples, function: str, address: int, data: bytes) -> None:
        """Work on the first window after a reset, and overwrite memory where `function` begins; count from there."""
        entry = self.program.symbol(function).address
        ops = [*self._begin(samples), ("run", entry), ("write", address, data), ("begin_count",), ("run", self._idle)]
        self.do(ops, "working behind the cut")

    def functions_that_differ(self, one: Counts, other: Counts) -> list[str]:
        """Where two counts are not the same, as names with offsets; none when they are equal."""
        differing = sorted(a for a in one.keys() | other.keys() if one.get(a) != other.get(a))
        return list(dict.fromkeys(self.owner(address).split("+")[0] for address in differing))


def _with_offset(symbol: Symbol, address: int) -> str:
    return f"{symbol.name}+{address - symbol.address}" if address > symbol.address else symbol.name
