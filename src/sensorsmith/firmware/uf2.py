"""UF2, the file that is copied onto a board's drive to flash it: blocks of 512 bytes that find their place one by one.

Format: https://github.com/microsoft/uf2. A block holds 256 bytes, a page of flash.
"""

from __future__ import annotations

import struct

from sensorsmith.base.errors import DataError

RP2040 = 0xE48BFF56
"""The family identifier of the RP2040."""

_MAGIC = (0x0A324655, 0x9E5D5157)
_MAGIC_END = 0x0AB16F30
_FAMILY_PRESENT = 0x00002000
_BLOCK, _PAGE, _DATA = 512, 256, 476
_LAYOUT = struct.Struct(f"<8I{_DATA}sI")


def write_uf2(content: bytes, address: int, family: int) -> bytes:
    """The UF2 file that puts `content` at `address`, a multiple of 256; the last page is filled with 0."""
    pages = [content[at : at + _PAGE] for at in range(0, len(content), _PAGE)]
    return b"".join(
        _LAYOUT.pack(
            *_MAGIC,
            _FAMILY_PRESENT,
            address + i * _PAGE,
            _PAGE,
            i,
            len(pages),
            family,
            page.ljust(_DATA, b"\0"),
            _MAGIC_END,
        )
        for i, page in enumerate(pages)
    )


def read_uf2(data: bytes, family: int) -> tuple[int, bytes]:
    """Address and content of a UF2 file whose blocks stand in order without a gap, as `write_uf2` writes them.

    Raises:
        DataError: it is something else, or for another family.
    """
    blocks = [_LAYOUT.unpack_from(data, at) for at in range(0, len(data) - _BLOCK + 1, _BLOCK)]
    if not blocks or len(data) % _BLOCK or any((*b[:2], b[9]) != (*_MAGIC, _MAGIC_END) for b in blocks):
        raise DataError("this is not a UF2 file", todo="give the sensor.uf2 of a build")
    start = int(blocks[0][3])
    for i, (_, _, flags, address, size, number, count, found, _, _) in enumerate(blocks):
        if not flags & _FAMILY_PRESENT or found != family:
            raise DataError(f"block {i} of the UF2 file is for family 0x{found:08X}, not 0x{family:08X}")
        if (address, size, number, count) != (start + i * _PAGE, _PAGE, i, len(blocks)):
            raise DataError(f"block {i} of the UF2 file is not where it belongs", todo="build it again")
    return start, b"".join(block[8][:_PAGE] for block in blocks)
