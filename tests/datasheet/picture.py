"""Read the pictures that typst makes: PNG with eight bits of red, green, blue and opacity."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt


def read_png(data: bytes) -> npt.NDArray[np.uint8]:
    """Pixels (height, width, 4) of a PNG file (W3C, Portable Network Graphics, sections 5 and 9)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, *kind = struct.unpack(">IIBBBBB", data[16:29])
    assert kind == [8, 6, 0, 0, 0]
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 4 * width)
    above = [0] * (4 * width)
    rows = []
    for kind_of_line, *line in lines.tolist():
        above = _unfiltered(kind_of_line, line, above)
        rows.append(above)
    return np.array(rows, np.uint8).reshape(height, width, 4)


def _unfiltered(kind: int, line: list[int], above: list[int]) -> list[int]:
    for i, value in enumerate(line):
        left = line[i - 4] if i >= 4 else 0
        corner = above[i - 4] if i >= 4 else 0
        guess = (0, left, above[i], (left + above[i]) // 2, _paeth(left, above[i], corner))[kind]
        line[i] = (value + guess) & 0xFF
    return line


def _paeth(left: int, above: int, corner: int) -> int:
    estimate = left + above - corner
    return min((left, above, corner), key=lambda neighbour: abs(estimate - neighbour))
