"""From the bytes of a block to what they mean."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from sensorsmith.base.errors import DataError
from sensorsmith.interface.crc import crc8
from sensorsmith.interface.registers import MAGIC, NONE, VERSION, Block, Capability, Modality, Status, Task, block

_E = TypeVar("_E", bound=IntEnum)


@dataclass(frozen=True)
class Identity:
    """The identity block: what kind of sensor this is."""

    version: tuple[int, int]
    vendor: int
    product: int
    modality: Modality
    task: Task
    classes: int
    confidence_bits: int
    capabilities: Capability


@dataclass(frozen=True)
class Result:
    """The result block.

    Attributes:
        class_index: None when there is no class.
        confidence: from 0 to 255/256.
        count: None when nothing is counted.
        sequence: number of the window; 0 before the first.
        time: end of the window since power on, in seconds of the sampling clock.
        events: classes seen since power on, one bit each.
        period: nominal time between windows in seconds, rounded to 0.1 s.
    """

    status: Status
    class_index: int | None
    confidence: float
    count: int | None
    sequence: int
    time: float
    events: int
    period: float


def decode_identity(data: bytes) -> Identity:
    """Decode registers 0x00 to 0x0F.

    Raises:
        DataError: wrong length or CRC, not an ML sensor, or a version or a code that is not known here.
    """
    _check(block("IDENTITY"), data)
    magic, major, minor, vendor, product, modality, task, classes, bits, caps = struct.unpack("<4sBBHHBBBBB", data[:15])
    if magic != MAGIC:
        raise DataError(
            f"{magic!r} is not an ML sensor's {MAGIC!r}", where="register 0x00", todo="check the bus address"
        )
    if major != VERSION[0]:
        raise DataError(
            f"version {major}.{minor} of the register map is not known",
            where="register 0x04",
            todo=f"use a driver for version {major}",
        )
    return Identity(
        (major, minor),
        vendor,
        product,
        _known(Modality, modality, 0x0A),
        _known(Task, task, 0x0B),
        classes,
        bits,
        Capability(caps),
    )


def decode_result(data: bytes) -> Result:
    """Decode registers 0x10 to 0x1F.

    Raises:
        DataError: wrong length or CRC.
    """
    _check(block("RESULT"), data)
    status, class_index, confidence, count, sequence, time, events, period = struct.unpack("<BBBBIIHB", data[:15])
    return Result(
        Status(status),
        None if class_index == NONE else class_index,
        confidence / 256,
        None if count == NONE else count,
        sequence,
        time / 1000,
        events,
        period / 10,
    )


def _known(codes: type[_E], value: int, address: int) -> _E:
    try:
        return codes(value)
    except ValueError as error:
        what = f"{codes.__name__.upper()} {value} is not known here"
        raise DataError(what, where=f"register 0x{address:02X}", todo="update sensorsmith") from error


def _check(expected: Block, data: bytes) -> None:
    if len(data) != expected.size:
        raise DataError(
            f"{expected.name} has {expected.size} bytes, not {len(data)}", where=f"register 0x{expected.start:02X}"
        )
    found = crc8(data[:-1])
    if found != data[-1]:
        raise DataError(
            f"the CRC of {expected.name} is 0x{data[-1]:02X}, but its content gives 0x{found:02X}",
            where=f"register 0x{expected.start + expected.size - 1:02X}",
            todo="read the block again",
        )
