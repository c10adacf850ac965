"""The CRC by which the RP2040's ROM knows its second stage of booting, the first 256 bytes of flash.

Source: RP2040 data sheet, 2.8.1.3.1 "Checksum": polynomial 0x04C11DB7, initial value 0xFFFFFFFF, most significant bit
first, no final inversion, over 252 bytes; the last four hold it, little-endian.
"""

from __future__ import annotations

from sensorsmith.firmware.elf import read_elf

SIZE = 252
"""Bytes under the CRC."""

_POLYNOMIAL = 0x04C11DB7


def crc32(data: bytes) -> int:
    """That CRC."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (_POLYNOMIAL if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


def seal(elf: bytes) -> bytes:
    """Write the CRC into a linked image."""
    image = read_elf(elf)
    at = image.offset_in_file(image.segments[0].load)
    return elf[: at + SIZE] + crc32(elf[at : at + SIZE]).to_bytes(4, "little") + elf[at + SIZE + 4 :]
