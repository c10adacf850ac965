"""What is proven about, and how much is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sensorsmith.base.errors import BoardError, UserError
from sensorsmith.boards import BoardSpec
from sensorsmith.data import made_window, sample_range
from sensorsmith.dsp import feature_block
from sensorsmith.firmware import ModelFacts
from sensorsmith.interface import RECORDER, register
from sensorsmith.proofs.examined import Examined, Samples
from sensorsmith.spec.types import Sensor


@dataclass(frozen=True)
class Effort:
    """How much is tried.

    Attributes:
        inputs: windows of signal for each proof that varies it.
        transactions: random ones on bus and serial line.
        exhaustive: every length, every byte in every setting, instead of the telling ones.
    """

    seed: int = 1
    inputs: int = 48
    transactions: int = 1000
    exhaustive: bool = False


CAMPAIGN = Effort(inputs=200, transactions=20000, exhaustive=True)
"""For a result that is kept: ten minutes and more, by the size of the model."""


@dataclass(frozen=True)
class Subject:
    """A finished sensor.

    Attributes:
        sources: every text of which the image was made.
        model_file: the model, as a .tflite file.
        description: the text of sensor.yaml.
        recorded: windows of real signal, int16 (N, T, C); N may be 0.
    """

    sensor: Sensor
    board: BoardSpec
    elf: bytes
    sources: Mapping[str, str]
    model: ModelFacts
    model_file: bytes
    description: str
    recorded: Samples
    hop: int

    @property
    def shape(self) -> tuple[int, int]:
        """(T, C) of a window."""
        return int(self.recorded.shape[1]), int(self.recorded.shape[2])

    @property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest count of the transducer."""
        return sample_range(self.sensor)

    def in_memory(self, samples: Samples) -> bytes:
        """Samples as the device holds them."""
        return samples.astype(feature_block(self.sensor).counts).tobytes()

    @property
    def classes(self) -> int:
        return len(self.model.labels)

    @property
    def name(self) -> str:
        """What the names of the model's functions begin with."""
        return self.sensor.identity.c_name

    def open(self) -> Examined:
        """Start the image.

        Raises:
            BoardError: the board is emulated in a way that cannot be looked into.
            UserError: the image is that of a recorder, which gives the signal itself to its host.
        """
        if self.board.emulator != "unicorn":
            raise BoardError(
                f"the proofs cannot look into a {self.board.title}, which {self.board.emulator} emulates",
                where="board",
                todo="prove the same sensor on nucleo-l4r5zi: all but the drivers of the board is the same",
            )
        device = Examined(self.board, self.elf, self.shape)
        product = register("PRODUCT")
        if int.from_bytes(device.read(product.address, product.size), "little") == RECORDER:
            device.close()
            raise UserError(
                f"PRODUCT is 0x{RECORDER:04X}: this firmware is a recorder, made to give its signal to the host",
                where=f"register 0x{product.address:02X}",
                todo="prove the firmware of the sensor instead",
            )
        return device


def signals(subject: Subject, count: int, seed: int) -> list[Samples]:
    """Windows (T, C) of all kinds, none of which reaches an end of the range.

    Recorded ones first, a third at most; then noise of any loudness, tones, steps, and constants, with an offset.
    """
    random = np.random.default_rng(seed)
    low, high = subject.limits
    real = subject.recorded[random.permutation(len(subject.recorded))[: count // 3]]
    found = [np.clip(window, low + 1, high - 1).astype(np.int16) for window in real]
    kinds = range(count - len(found))
    return found + [made_window(random, subject.shape, kind, subject.limits) for kind in kinds]


def loud(subject: Subject, random: np.random.Generator) -> Samples:
    """A window (T, C) in which every count is as likely as any other, the ends of the range left out."""
    low, high = subject.limits
    return random.integers(low + 1, high, subject.shape).astype(np.int16)


def neighbours(subject: Subject, window: Samples, count: int, seed: int) -> list[Samples]:
    """Windows that differ little from one: in one sample, in the lowest bits, in places that change nothing much."""
    random = np.random.default_rng(seed)
    low, high = subject.limits
    found = []
    for i in range(count):
        step = np.zeros(window.shape, np.int64)
        if i % 2:
            step[random.integers(window.shape[0]), random.integers(window.shape[1])] = random.integers(
                1, min(200, high // 6)
            )
        else:
            step[:] = random.integers(-2, 3, window.shape)
        found.append(np.clip(window + step, low + 1, high - 1).astype(np.int16))
    return found
