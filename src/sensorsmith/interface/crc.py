"""The check sum that ends a block of registers."""

from __future__ import annotations

POLYNOMIAL = 0x31
INITIAL = 0xFF


def crc8(data: bytes) -> int:
    """CRC-8 of `data`: polynomial 0x31, initial value 0xFF, most significant bit first, no final inversion.

    Known as CRC-8/NRSC-5; its check value over the ASCII digits "123456789" is 0xF7.
    """
    crc = INITIAL
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ (POLYNOMIAL if crc & 0x80 else 0)
        crc &= 0xFF
    return crc
