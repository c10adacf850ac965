"""The register map as a picture: 16 addresses a line, one box for each register."""

from __future__ import annotations

from html import escape

from sensorsmith.interface.registers import BLOCKS, Block, Register

_CELL, _LINE, _LEFT, _TOP = 66, 36, 112, 30
_COLUMNS = 16
_LAST_LINE = 0xC0
# Told apart by lightness and by the names beside them, not by hue alone.
_SHADES = ("#ffffff", "#dbe9f6", "#f3ead7")
_FONT = "font-family='Source Sans 3, Source Sans Pro, Arial, sans-serif'"


def register_svg() -> str:
    """The map as an SVG image, to look at and to print, with a title and a description for those who cannot see it."""
    lines = (_LAST_LINE >> 4) + 1
    width, height = _LEFT + _COLUMNS * _CELL + 10, _TOP + lines * _LINE + 52
    blocks = ", ".join(f"{b.name} at 0x{b.start:02X}, {b.size} bytes" for b in BLOCKS)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' role='img' "
        "aria-labelledby='title description'>",
        "<title id='title'>The register map MLS1</title>",
        f"<desc id='description'>Blocks: {escape(blocks)}. All other addresses read 0xFF.</desc>",
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
        *(_text(_LEFT + (i + 0.5) * _CELL, 20, f"+{i:X}", 12, "middle", "#555555") for i in range(_COLUMNS)),
        *(part for number, block in enumerate(BLOCKS) for part in _block(block, _SHADES[number % len(_SHADES)])),
        *_legend(height - 30),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _block(block: Block, shade: str) -> list[str]:
    y = _y(block.start)
    parts = [
        _text(_LEFT - 10, y + 15, block.name, 13, "end", "#000000", "bold"),
        _text(_LEFT - 10, y + 29, f"0x{block.start:02X}, {block.size} bytes", 11, "end", "#555555"),
    ]
    return parts + [part for register in block.registers for part in _register(register, shade)]


def _register(register: Register, shade: str) -> list[str]:
    """One box for each line that the register reaches into; the name stands in the first."""
    parts, address, left = [], register.address, register.size
    while left > 0:
        column = address % _COLUMNS
        count = min(left, _COLUMNS - column)
        x, y, width = _LEFT + column * _CELL, _y(address), count * _CELL
        edge = "stroke-width='2.4'" if register.access != "ro" else "stroke-width='0.8'"
        parts.append(
            f"<rect x='{x + 1.5}' y='{y + 1.5}' width='{width - 3}' height='{_LINE - 3}' rx='3' fill='{shade}' "
            f"stroke='#000000' {edge}/>"
        )
        if address == register.address:
            mark = " *" if "stores" in register.privacy else ""
            size = min(9.5, (width - 8) / (0.66 * len(register.name)))  # of a letter, its width is 0.66 at most
            parts.append(_text(x + width / 2, y + _LINE / 2 + 4, register.name + mark, size, "middle", "#000000"))
        address, left = address + count, left - count
    return parts


def _legend(y: float) -> list[str]:
    return [
        f"<rect x='{_LEFT}' y='{y}' width='26' height='16' rx='3' fill='#ffffff' stroke='#000000' stroke-width='2.4'/>",
        _text(_LEFT + 34, y + 12, "a host may write", 12, "start", "#000000"),
        f"<rect x='{_LEFT + 160}' y='{y}' width='26' height='16' rx='3' fill='#ffffff' stroke='#000000' "
        "stroke-width='0.8'/>",
        _text(_LEFT + 194, y + 12, "read only", 12, "start", "#000000"),
        _text(_LEFT + 290, y + 12, "* keeps something about the past", 12, "start", "#000000"),
        _text(_LEFT + 510, y + 12, "every other address, 0xC3 to 0xFF too, reads 0xFF", 12, "start", "#000000"),
    ]


def _y(address: int) -> int:
    return _TOP + (address // _COLUMNS) * _LINE


def _text(x: float, y: float, text: str, size: float, anchor: str, colour: str, weight: str = "normal") -> str:
    return (
        f"<text x='{x:g}' y='{y:g}' font-size='{size:g}' text-anchor='{anchor}' fill='{colour}' "
        f"font-weight='{weight}' {_FONT}>{escape(text)}</text>"
    )
