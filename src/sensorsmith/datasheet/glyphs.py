"""The font of the PDF, and which characters it can draw."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

MISSING = "\ufffd"
"""Stands for a character that the font lacks. This sign comes from DejaVu Sans Mono, which typst brings."""
REGULAR, ITALIC, BOLD = (f"SourceSansPro-{face}.ttf" for face in ("Regular", "It", "Bold"))


@contextmanager
def font_folder() -> Iterator[Path]:
    """A folder that holds the faces of Source Sans Pro that the PDF uses, while the context lasts.

    The package's own folder has every face twice, as `.ttf` and `.otf`. typst, which searches whole folders, would
    take the one that the file system happens to list first.
    """
    with TemporaryDirectory() as folder:
        for name in (REGULAR, ITALIC, BOLD):
            Path(folder, name).write_bytes(face(name))
        yield Path(folder)


def face(name: str) -> bytes:
    """A file of the font package."""
    return (files("font_source_sans_pro") / "files" / name).read_bytes()


def drawable(text: str) -> str:
    """`text` with U+FFFD for each character that the font lacks. Bold has the same characters as regular."""
    known = _known()
    return "".join(c if ord(c) in known else MISSING for c in text)


@cache
def _known() -> frozenset[int]:
    return frozenset(characters(face(REGULAR)))


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
