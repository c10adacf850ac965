"""T2: whatever a host asks, no piece of the signal, of its features or of the scores comes out of the device."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.firmware.elf import Symbol
from sensorsmith.firmware.port import Phase
from sensorsmith.interface import SETTINGS, Command, Event, block, crc8
from sensorsmith.proofs.canaries import LENGTH, codes, table
from sensorsmith.proofs.examined import Examined, Samples
from sensorsmith.proofs.places import place
from sensorsmith.proofs.record import Proof, told, verdict_of
from sensorsmith.proofs.subject import Effort, Subject, loud

CLAIM = (
    "with canaries in every buffer of samples, features, activations and scores, and as the signal, no three bytes "
    "of them come out in a row on bus, serial line, light or event line, whatever is read, written, commanded or "
    "broken off"
)
LIMITS = (
    "A leak that is encrypted, or spread over more than three bytes, would pass here; non-interference and cut-point "
    "are there for those. Buffers are those that have a name in the image."
)
# The variables of the interface and of the loop: what they hold is not the signal, and canaries would break it.
_OWN = ("registers", "i2c", "uart", "post", "now", "ring", "resting", "state", "single", "failed")
_RING_STATE = 12  # bytes of a ring behind its samples: positions and losses
_SMALLEST = 8  # bytes: smaller variables are counts
_TELLING = (1, 3, 33, 256)  # lengths of a read
_RESULT = block("RESULT").start
_PHASES = (Phase.START_WRITE, Phase.WRITE, Phase.START_READ, Phase.READ, Phase.READ, Phase.STOP)
_HOPS = 64
_FRAMES = 512  # so many have every address, and every letter that a frame can begin with


@dataclass(frozen=True)
class _Output:
    """Bytes that came out, and by what."""

    by: str
    data: bytes
    start: int | None = None  # the register that the first byte is of


def canary_fuzz(subject: Subject, device: Examined, effort: Effort) -> Proof:
    """Play one script of transactions with two sets of canaries; a leak is what shows in both at the same place."""
    runs = []
    for turn in range(2):
        canaries = _Canaries(device, subject, np.random.default_rng((effort.seed, turn)))
        outputs = list(_Script(device, canaries, effort).play())
        runs.append((outputs, canaries))
    first, second = (_hits(outputs, canaries.known) for outputs, canaries in runs)
    outputs = runs[0][0]
    findings = [_told(outputs, number, at) for number, at in sorted(first & second)]
    out = sum(len(output.data) for output in outputs)
    return Proof(
        "canary-fuzz",
        CLAIM,
        verdict_of(findings),
        f"{len(outputs)} transactions, {out} bytes looked at, {runs[0][1].size} bytes of canaries in "
        f"{len(runs[0][1].buffers)} buffers and the signal",
        {"transactions": len(outputs), "bytes_out": out, "canary_bytes": runs[0][1].size, "seed": effort.seed},
        told(findings),
        LIMITS,
    )


class _Canaries:
    """Random bytes that are put into all buffers again and again, and into the signal."""

    def __init__(self, device: Examined, subject: Subject, random: np.random.Generator) -> None:
        self._device, self._hop = device, subject.hop
        self.buffers = {(s.address, _room(s)): random.bytes(_room(s)) for s in _buffers(device)}
        self._signal = loud(subject, random)
        signal = subject.in_memory(self._signal)
        self.known = table(signal, *self.buffers.values())
        self.size = len(signal) + sum(map(len, self.buffers.values()))

    def restore(self) -> None:
        """Put them where what has run since may have overwritten them."""
        self._device.do([("write", address, data) for (address, _), data in self.buffers.items()], "placing canaries")

    @property
    def window(self) -> Samples:
        return self._signal

    @property
    def hop(self) -> Samples:
        return self._signal[: self._hop]


def _buffers(device: Examined) -> list[Symbol]:
    return [s for s in device.variables() if s.name not in _OWN and _room(s) >= _SMALLEST]


def _room(symbol: Symbol) -> int:
    return symbol.size - (_RING_STATE if symbol.name == "ss_samples" else 0)


class _Script:
    """All that is tried, in one order: the same for every set of canaries."""

    def __init__(self, device: Examined, canaries: _Canaries, effort: Effort) -> None:
        self._device, self._canaries, self._effort = device, canaries, effort
        self._random = np.random.default_rng(effort.seed)

    def play(self) -> Iterator[_Output]:
        self._device.reset()
        self._device.feed(self._canaries.window)
        for part in (self._lengths, self._texts, self._commands, self._settings, self._transfers, self._frames):
            self._canaries.restore()
            yield from part()
        yield from self._pins()

    def _lengths(self) -> Iterator[_Output]:
        """Every pointer, with every length or the telling ones."""
        for length in (*range(1, 65), 128, 255, 256) if self._effort.exhaustive else _TELLING:
            for start, data in enumerate(self._device.reads([(start, length) for start in range(256)])):
                yield _Output(f"a read of {length} bytes from 0x{start:02X}", data, start)
        for length in (*range(1, 34), 600):
            yield _Output(f"a plain read of {length} bytes", self._device.read(None, length), _RESULT)

    def _texts(self) -> Iterator[_Output]:
        text = block("TEXT")
        for selector in range(256) if self._effort.exhaustive else (*range(16), 0x7F, *range(0xEE, 0x100)):
            self._device.write(text.start, bytes([selector]))
            yield _Output(f"a read of text {selector}", self._device.read(text.start, text.size), text.start)

    def _commands(self) -> Iterator[_Output]:
        for code in range(256) if self._effort.exhaustive else (*range(8), 0x55, 0xA5, 0xFE, 0xFF):
            self._device.command(code)
            yield from self._all(f"command {code}")
            self._device.feed(self._canaries.window)  # ends a single shot, which would have the others refused

    def _settings(self) -> Iterator[_Output]:
        for setting in SETTINGS:
            assert setting.limits is not None
            low, high = setting.limits
            inside = range(low, min(high, 255) + 1) if self._effort.exhaustive else (low, min(low + 1, high), high)
            for value in inside:
                self._device.put(**{setting.name: value})
                yield from self._all(f"{setting.name} {value}")
            self._device.command(Command.RESET)
            self._device.feed(self._canaries.window)

    def _transfers(self) -> Iterator[_Output]:
        """Phases in any order: broken off, repeated, without an end, with writes to anywhere."""
        for number in range(self._effort.transactions):
            phase = _PHASES[int(self._random.integers(len(_PHASES)))]
            if phase is Phase.WRITE:
                self._device.bus(phase, self._random.bytes(int(self._random.integers(1, 4))))
                self._canaries.restore()
            elif phase is Phase.READ:
                length = int(self._random.integers(0, 70))
                yield _Output(f"phase {number} of transfers at random", self._device.bus(phase, length=length))
            else:
                self._device.bus(phase)
        self._device.bus(Phase.STOP)

    def _frames(self) -> Iterator[_Output]:
        """Frames of the serial line: every address, every letter, lengths beyond the longest, wrong CRCs, zeros."""
        random = self._random
        for number in range(max(_FRAMES, self._effort.transactions // 20)):
            start, count = number * 4 % 256, int(random.integers(0, 40))
            kind = (ord("R"), number // 2 % 256, ord("R"), ord("W"))[number % 4]
            body = bytes([kind, start, count]) + random.bytes(count if kind == ord("W") else 0)
            frame = body + bytes([crc8(body) if random.random() < 0.9 else 0])
            yield _Output(f"the answer to the serial frame {frame[:4].hex()}", self._device.frame(frame))
            if number % 8 == 7:
                yield _Output("the answer to a serial line that is flushed", self._device.frame(bytes(36)))

    def _pins(self) -> Iterator[_Output]:
        """Light and event line while results come, as one series of bits each."""
        self._device.reset()
        self._device.put(INT_MASK=sum(Event))
        pins = []
        for _ in range(_HOPS):
            self._device.feed(self._canaries.hop)
            pins.append(self._device.pins())
            self._device.read(None, 1)
            pins.append(self._device.pins())
        for name, at in (("light", 0), ("event line", 1)):
            bits = np.array([levels[at] & 1 for levels in pins], np.uint8)
            for shift in range(8):
                yield _Output(f"the {name}, as bits from number {shift} on", np.packbits(bits[shift:]).tobytes())

    def _all(self, by: str) -> Iterator[_Output]:
        self._canaries.restore()
        starts = range(0, 256, 32)
        for start, data in zip(starts, self._device.reads([(start, 32) for start in starts]), strict=True):
            yield _Output(f"a read of 32 bytes from 0x{start:02X} after {by}", data, start)


def _hits(outputs: list[_Output], known: npt.NDArray[np.bool_]) -> set[tuple[int, int]]:
    """Output and byte where three bytes of a canary begin; also across outputs that came one after the other."""
    lengths = np.array([len(output.data) for output in outputs])
    ends = np.cumsum(lengths)
    everything = b"".join(output.data for output in outputs)
    found = np.flatnonzero(known[codes(everything)])
    numbers = np.searchsorted(ends, found, side="right")
    return {(int(n), int(at - (ends[n] - lengths[n]))) for n, at in zip(numbers, found, strict=True)}


def _told(outputs: list[_Output], number: int, at: int) -> str:
    output = outputs[number]
    where = f"byte {at}" if output.start is None else f"{place((output.start + at) % 256)}"
    return f"{where} gives {LENGTH} bytes of a canary away, in {output.by}"
