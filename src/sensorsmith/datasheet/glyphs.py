"""Which characters the PDF's fonts can draw."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")
MISSING = "\ufffd"
_FAMILIES = (("Roboto-Regular", "Roboto-Bold"), ("DejaVuSans", "DejaVuSans-Bold"))


def drawable(text: str) -> str:
    """`text` with U+FFFD for each character that no family has in both faces, regular and bold."""
    known = _known()
    return "".join(c if ord(c) in known else MISSING for c in text)


@cache
def _known() -> frozenset[int]:
    known: set[int] = set()
    for family in _FAMILIES:
        known |= set.intersection(*(characters((FONTS / f"{face}.ttf").read_bytes()) for face in family))
    return frozenset(known)


def characters(font: bytes) -> set[int]:
    """Code points in the character map of a TrueType file: its subtable of format 4 (OpenType specification, `cmap`).

    Each segment of the map is a run of code points that all have a glyph, as fontTools writes it.
    """
    (tables,) = struct.unpack_from(">H", font, 4)
    directory = (struct.unpack_from(">4sIII", font, 12 + 16 * i) for i in range(tables))
    cmap = next(offset for tag, _, offset, _ in directory if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", font, cmap + 2)
    places = [cmap + struct.unpack_from(">HHI", font, cmap + 4 + 8 * i)[2] for i in range(subtables)]
    start = next(place for place in places if struct.unpack_from(">H", font, place)[0] == 4)
    (doubled,) = struct.unpack_from(">H", font, start + 6)
    lasts = struct.unpack_from(f">{doubled // 2}H", font, start + 14)
    firsts = struct.unpack_from(f">{doubled // 2}H", font, start + 16 + doubled)
    return {code for first, last in zip(firsts, lasts, strict=True) for code in range(first, last + 1)} - {0xFFFF}
