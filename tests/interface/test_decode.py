from __future__ import annotations

import re

import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.interface import (
    Capability,
    Identity,
    Modality,
    Result,
    Status,
    Task,
    crc8,
    decode_identity,
    decode_result,
)

_IDENTITY = bytes.fromhex("4d4c5331 0100 3412 0302 03 01 07 04 00")
_RESULT = bytes.fromhex("03 05 f0 ff 04030201 d0070000 2100 0a")


def _with_crc(data: bytes) -> bytes:
    return data + bytes([crc8(data)])


def test_identity() -> None:
    assert decode_identity(_with_crc(_IDENTITY)) == Identity(
        (1, 0), 0x1234, 0x0203, Modality.MOTION, Task.CLASSIFY, 7, 4, Capability(0)
    )


def test_result() -> None:
    assert decode_result(_with_crc(_RESULT)) == Result(
        Status.VALID | Status.NEW, 5, 0xF0 / 256, None, 0x01020304, 2.0, 0b100001, 1.0
    )


def test_no_class() -> None:
    assert decode_result(_with_crc(b"\x04\xff\x00\xff" + bytes(11))).class_index is None


def test_a_wrong_crc() -> None:
    data = _RESULT + bytes([crc8(_RESULT) ^ 0x80])
    message = f"register 0x1F: the CRC of RESULT is 0x{data[-1]:02X}, but its content gives 0x{crc8(_RESULT):02X}; "
    with pytest.raises(DataError, match=f"^{re.escape(message)}read the block again$"):
        decode_result(data)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_wrong_length(size: int) -> None:
    with pytest.raises(DataError, match=rf"^register 0x00: IDENTITY has 16 bytes, not {size}$"):
        decode_identity(bytes(size))


def test_another_device() -> None:
    data = _with_crc(b"ABCD" + _IDENTITY[4:])
    message = r"^register 0x00: b'ABCD' is not an ML sensor's b'MLS1'; check the bus address$"
    with pytest.raises(DataError, match=message):
        decode_identity(data)


def test_a_later_major_version() -> None:
    data = _with_crc(_IDENTITY[:4] + b"\x02\x03" + _IDENTITY[6:])
    message = r"^register 0x04: version 2\.3 of the register map is not known; use a driver for version 2$"
    with pytest.raises(DataError, match=message):
        decode_identity(data)


def test_a_later_minor_version_only_adds() -> None:
    assert decode_identity(_with_crc(_IDENTITY[:5] + b"\x09" + _IDENTITY[6:])).version == (1, 9)


@pytest.mark.parametrize(("at", "name"), [(10, "MODALITY"), (11, "TASK")])
def test_a_code_that_a_later_minor_version_added(at: int, name: str) -> None:
    data = bytearray(_IDENTITY)
    data[at] = 99
    message = rf"^register 0x{at:02X}: {name} 99 is not known here; update sensorsmith$"
    with pytest.raises(DataError, match=message):
        decode_identity(_with_crc(bytes(data)))
