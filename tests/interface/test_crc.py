from __future__ import annotations

import pytest

from sensorsmith.interface import crc8


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0xFF),
        (b"123456789", 0xF7),  # the check value of CRC-8/NRSC-5 in the catalogue of parametrised CRCs
        (b"\xbe\xef", 0x92),  # the example in the data sheets of Sensirion's sensors
    ],
)
def test_published_vectors(data: bytes, expected: int) -> None:
    assert crc8(data) == expected


def test_a_block_followed_by_its_crc_has_the_crc_0() -> None:
    data = bytes(range(15))
    assert crc8(data + bytes([crc8(data)])) == 0


def test_every_error_of_one_bit_is_found() -> None:
    data = bytes(range(100, 116))
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        assert crc8(bytes(changed)) != crc8(data)
