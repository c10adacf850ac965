"""The register map as pictures: all 256 addresses, and the bits of one register."""

from __future__ import annotations

from collections.abc import Iterable

from sensorsmith.interface.registers import BLOCKS, REGISTERS, Block, Register
from sensorsmith.interface.svg import SOFT, UNUSED, box, name, sheet, words

_CELL, _LINE, _LEFT, _TOP = 72, 40, 274, 34
_COLUMNS = 16
# Neighbouring blocks differ in lightness; blue and amber are told apart by every kind of colour-blind eye.
_SHADES = ("#ffffff", "#d8e9f7", "#e8c985")
_CHECK_SUM = "#cfcfcf"


def register_svg() -> str:
    """The map as an SVG image, to look at and to print: 16 addresses a line, one box for each register."""
    height = _TOP + 256 // _COLUMNS * _LINE + 44
    blocks = ", ".join(f"{b.name} at 0x{b.start:02X}, {b.size} bytes" for b in BLOCKS)
    parts = [
        *(words(_LEFT + (i + 0.5) * _CELL, 22, f"+{i:X}", 13, colour=SOFT) for i in range(_COLUMNS)),
        *(words(_LEFT - 8, _y(a) + 25, f"0x{a:02X}", 13, "end", SOFT) for a in range(0, 256, _COLUMNS)),
        *(part for number, block in enumerate(BLOCKS) for part in _block(block, _SHADES[number % len(_SHADES)])),
        *(box(*_place(first, count), UNUSED) for first, count in _unused()),
        *_legend(height - 32),
    ]
    description = f"Blocks: {blocks}. All other addresses read 0xFF."
    return sheet(_LEFT + _COLUMNS * _CELL + 8, height, "The register map MLS1", description, parts)


def _block(block: Block, shade: str) -> Iterable[str]:
    y, right = _y(block.start), _LEFT - 52
    yield words(right, y + 17, block.name, 14, "end", bold=True)
    yield words(right, y + 32, block.meaning, 11, "end", SOFT)
    for register in block.registers:
        yield from _register(register, _CHECK_SUM if register.name.endswith("_CRC") else shade)


def _register(register: Register, shade: str) -> Iterable[str]:
    """One box for each line that the register reaches into."""
    for first, count in _lines(register.address, register.size):
        x, y, width, height = _place(first, count)
        middle, said = x + width / 2, _below(register, first, count)
        mark = " *" if "stores" in register.privacy else ""
        yield box(x, y, width, height, shade, heavy=register.access != "ro")
        yield name(middle, y + (0.38 if said else 0.5) * height, register.name + mark, 10, width - 8)
        if said:
            yield words(middle, y + 0.8 * height, said, 10, colour=SOFT)


def _below(register: Register, first: int, count: int) -> str:
    """What stands below the name: which bytes, or of which type."""
    if count < register.size:
        return f"bytes {first - register.address} to {first - register.address + count - 1}"
    return register.type if register.size > 1 else ""


def _lines(address: int, size: int) -> Iterable[tuple[int, int]]:
    """The parts of an area, one for each line of the picture: first address and bytes."""
    while size > 0:
        count = min(size, _COLUMNS - address % _COLUMNS)
        yield address, count
        address, size = address + count, size - count


def _unused() -> Iterable[tuple[int, int]]:
    """The parts between the registers."""
    ends = [r.address + r.size for r in REGISTERS]
    starts = [r.address for r in REGISTERS[1:]] + [256]
    for end, start in zip(ends, starts, strict=True):
        yield from _lines(end, start - end)


def _legend(y: float) -> Iterable[str]:
    """What the boxes mean, each with a box of its kind."""
    kinds = (
        ("read only", _SHADES[0], False),
        ("a host may write", _SHADES[0], True),
        ("check sum", _CHECK_SUM, False),
        ("reads 0xFF", UNUSED, False),
    )
    x = float(_LEFT)
    for text, fill, heavy in kinds:
        yield box(x, y, 34, 22, fill, heavy)
        yield words(x + 42, y + 16, text, 13, "start")
        x += 190
    yield words(x, y + 16, "* keeps something about the past", 13, "start")


def _place(address: int, count: int) -> tuple[float, float, float, float]:
    """Left, top, width and height of a box that is in one line."""
    return _LEFT + address % _COLUMNS * _CELL, _y(address), count * _CELL, _LINE


def _y(address: int) -> int:
    return _TOP + address // _COLUMNS * _LINE


_BIT, _BIT_LEFT, _BIT_TOP, _BIT_LINE = 104, 150, 26, 44


def bits_svg(register: Register) -> str:
    """The bits of a register as an SVG image, the highest on the left, with their values at power on below."""
    count = 8 * register.size
    fields = [(bit.mask.bit_length() - 1, bit.mask.bit_count(), bit.name) for bit in register.bits]
    named = ", ".join(f"{_numbers(high, width)} {name}" for high, width, name in fields)
    used = sum(bit.mask for bit in register.bits)
    parts = [
        words(_BIT_LEFT - 12, _BIT_TOP + 20, register.name, 14, "end", bold=True),
        words(_BIT_LEFT - 12, _BIT_TOP + 36, f"0x{register.address:02X}, {register.access}", 12, "end", SOFT),
        words(_BIT_LEFT - 12, _BIT_TOP + _BIT_LINE + 18, "at power on", 12, "end", SOFT),
    ]
    for bit in range(count):
        x = _bit_x(bit, count)
        parts.append(words(x + _BIT / 2, _BIT_TOP - 8, str(bit), 13, colour=SOFT))
        parts.append(words(x + _BIT / 2, _BIT_TOP + _BIT_LINE + 18, _at_power_on(register, bit), 13, colour=SOFT))
        if not used >> bit & 1:
            parts.append(box(x, _BIT_TOP, _BIT, _BIT_LINE, UNUSED))
    for high, width, text in fields:
        x = _bit_x(high, count)
        parts.append(box(x, _BIT_TOP, width * _BIT, _BIT_LINE, "#ffffff", heavy=register.access != "ro"))
        parts.append(name(x + width * _BIT / 2, _BIT_TOP + _BIT_LINE / 2, text, 11.5, width * _BIT - 8))
    description = f"{named}. All other bits are 0."
    return sheet(
        _BIT_LEFT + count * _BIT + 8, _BIT_TOP + _BIT_LINE + 30, f"The bits of {register.name}", description, parts
    )


def _bit_x(bit: int, count: int) -> int:
    return _BIT_LEFT + (count - 1 - bit) * _BIT


def _numbers(high: int, width: int) -> str:
    return f"bit {high}" if width == 1 else f"bits {high} to {high - width + 1}"


def _at_power_on(register: Register, bit: int) -> str:
    return "?" if register.reset is None else str(register.reset >> bit & 1)
