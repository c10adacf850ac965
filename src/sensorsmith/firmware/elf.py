"""A reader of linked 32-bit little-endian ELF files: the parts that a firmware image needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from sensorsmith.base.errors import DataError

_WRITE, _ALLOC, _NOBITS, _SYMTAB, _LOAD = 0x1, 0x2, 8, 2, 1
_NO_TYPE, _FUNCTION = 0, 2


@dataclass(frozen=True)
class Section:
    """A section that takes memory on the device; `stored` ones are in flash, `writable` ones in RAM."""

    name: str
    address: int
    size: int
    stored: bool
    writable: bool


@dataclass(frozen=True)
class Symbol:
    """A named address. Bit 0 of a function's address, which marks Thumb code, is cleared."""

    name: str
    address: int
    size: int
    function: bool


@dataclass(frozen=True)
class Segment:
    """Bytes to be stored at `load`, for use at `address`."""

    address: int
    load: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Elf:
    """A linked program.

    Attributes:
        sections: in order of address.
        symbols: with a size, or marking a place; in order of address, then name.
        segments: with content, in order of load address.
    """

    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    segments: tuple[Segment, ...]

    def symbol(self, name: str) -> Symbol:
        """The symbol of this name.

        Raises:
            DataError: there is none.
        """
        for symbol in self.symbols:
            if symbol.name == name:
                return symbol
        raise DataError(f"the image has no symbol {name!r}", todo="build it with sensorsmith build")

    def content(self, name: str) -> bytes:
        """What is stored for the symbol of this name: a constant table.

        Raises:
            DataError: there is none, or it has no content.
        """
        symbol = self.symbol(name)
        for segment in self.segments:
            if segment.address <= symbol.address < segment.address + len(segment.data):
                return segment.data[symbol.address - segment.address :][: symbol.size]
        raise DataError(f"{name!r} has no content in the image")

    def place(self, address: int) -> str:
        """An address of code as people say it: `main+12`."""
        for symbol in self.symbols:
            if symbol.address <= address < symbol.address + max(symbol.size, 1):
                return f"{symbol.name}+{address - symbol.address}"
        return "no function"

    def flat(self) -> bytes:
        """The content of flash from its first to its last byte, gaps as 0xFF, which is erased flash."""
        start = self.segments[0].load
        end = max(segment.load + len(segment.data) for segment in self.segments)
        image = bytearray(b"\xff" * (end - start))
        for segment in self.segments:
            image[segment.load - start : segment.load - start + len(segment.data)] = segment.data
        return bytes(image)

    def stored_at(self, address: int, size: int) -> bytes:
        """What is stored for some addresses; fewer bytes where the content ends, none where there is none."""
        for segment in self.segments:
            if segment.address <= address < segment.address + len(segment.data):
                return segment.data[address - segment.address :][:size]
        return b""

    def offset_in_file(self, address: int) -> int:
        """Where in the file the byte for `address` is.

        Raises:
            DataError: no segment holds it.
        """
        for segment in self.segments:
            if segment.address <= address < segment.address + len(segment.data):
                return segment.offset + address - segment.address
        raise DataError(f"the image has no content at 0x{address:08X}")


def read_elf(data: bytes) -> Elf:
    """Read a linked ELF file.

    Raises:
        DataError: it is something else, or cut short.
    """
    if data[:6] != b"\x7fELF\x01\x01" or len(data) < 52:
        raise DataError("this is not a 32-bit little-endian ELF file", todo="give the sensor.elf of a build")
    try:
        return _read(data)
    except (struct.error, IndexError, ValueError) as error:
        raise DataError(f"the ELF file is damaged: {error}", todo="build it again") from error


def _read(data: bytes) -> Elf:
    program, sections, _, _, program_size, program_count, section_size, section_count, names = struct.unpack_from(
        "<IIIHHHHHH", data, 28
    )
    headers = [struct.unpack_from("<10I", data, sections + i * section_size) for i in range(section_count)]
    strings = headers[names][4]
    found = [
        Section(_text(data, strings + name), address, size, kind != _NOBITS, bool(flags & _WRITE))
        for name, kind, flags, address, _, size, *_ in headers
        if flags & _ALLOC and size
    ]
    return Elf(
        tuple(sorted(found, key=lambda s: s.address)),
        tuple(sorted(_symbols(data, headers), key=lambda s: (s.address, s.name))),
        tuple(sorted(_segments(data, program, program_size, program_count), key=lambda s: s.load)),
    )


def _symbols(data: bytes, headers: list[tuple[int, ...]]) -> list[Symbol]:
    symbols = []
    for _, kind, _, _, offset, size, link, _, _, entry in headers:
        if kind != _SYMTAB:
            continue
        strings = headers[link][4]
        for at in range(offset, offset + size, entry):
            name, value, length, info, _, section = struct.unpack_from("<IIIBBH", data, at)
            text = _text(data, strings + name)
            # Names that start with $ mark code and data for disassemblers; section 0 is "not defined here".
            if section != 0 and (info & 0xF) <= _FUNCTION and text and not text.startswith("$"):
                # The helpers of AVR are written in assembly, which gives them a size but no type.
                function = info & 0xF == _FUNCTION or (info & 0xF == _NO_TYPE and length > 0)
                symbols.append(Symbol(text, value & ~1 if function else value, length, function))
    return symbols


def _segments(data: bytes, start: int, size: int, count: int) -> list[Segment]:
    segments = []
    for i in range(count):
        kind, offset, address, load, stored, *_ = struct.unpack_from("<8I", data, start + i * size)
        if kind == _LOAD and stored:
            if offset + stored > len(data):
                raise ValueError("a segment reaches past the end of the file")
            segments.append(Segment(address, load, offset, data[offset : offset + stored]))
    if not segments:
        raise ValueError("it has no content to load")
    return segments


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode("ascii", "replace")
