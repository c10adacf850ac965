"""A reader of WebAssembly modules: the sizes that a bench needs."""

from __future__ import annotations

from dataclasses import dataclass

from sensorsmith.base.errors import DataError

_CUSTOM, _GLOBAL, _EXPORT, _DATA = 0, 6, 7, 11
_EMPTY = b"\0"  # a section of no entries
_CONSTANT, _OF_GLOBAL = 0x41, 3  # the operator i32.const; the kind of an export


@dataclass(frozen=True)
class Module:
    """A linked module.

    Attributes:
        size: bytes of all sections but the custom ones, which hold names and the like.
        data: bytes of memory that it sets at the start: constants, and initial values of variables.
        heap_base: address behind all its variables, of which `__heap_base` is exported.
    """

    size: int
    data: int
    heap_base: int


def read_wasm(content: bytes) -> Module:
    """Read a module.

    Raises:
        DataError: it is something else, or cut short.
    """
    if content[:8] != b"\0asm\1\0\0\0":
        raise DataError("this is not a WebAssembly module")
    try:
        return _read(content)
    except (IndexError, ValueError) as error:
        raise DataError(f"the WebAssembly module is damaged: {error}", todo="build it again") from error


def _read(content: bytes) -> Module:
    sections: dict[int, bytes] = {}
    at = total = 8
    while at < len(content):
        kind, (size, start) = content[at], _unsigned(content, at + 1)
        if start + size > len(content):
            raise ValueError("a section reaches past the end of the file")
        if kind != _CUSTOM:
            sections[kind] = content[start : start + size]
            total += start + size - at
        at = start + size
    index = _exported(sections.get(_EXPORT, _EMPTY), b"__heap_base")
    values = _globals(sections.get(_GLOBAL, _EMPTY))
    return Module(total, _data_bytes(sections.get(_DATA, _EMPTY)), values[index])


def _globals(section: bytes) -> list[int]:
    """Initial values; all are numbers of 32 bits."""
    count, at = _unsigned(section, 0)
    values = []
    for _ in range(count):
        if section[at + 2] != _CONSTANT:
            raise ValueError("a global is no constant")
        value, at = _unsigned(section, at + 3)
        values.append(value)
        at += 1  # end of the expression
    return values


def _exported(section: bytes, wanted: bytes) -> int:
    count, at = _unsigned(section, 0)
    for _ in range(count):
        length, at = _unsigned(section, at)
        name, kind = section[at : at + length], section[at + length]
        index, at = _unsigned(section, at + length + 1)
        if name == wanted and kind == _OF_GLOBAL:
            return index
    raise ValueError(f"it does not export {wanted.decode()}")


def _data_bytes(section: bytes) -> int:
    count, at = _unsigned(section, 0)
    total = 0
    for _ in range(count):
        if section[at : at + 2] != bytes([0, _CONSTANT]):
            raise ValueError("a segment of data has no constant address")
        _, at = _unsigned(section, at + 2)
        size, at = _unsigned(section, at + 1)
        total += size
        at += size
    return total


def _unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A number in LEB128, and where it ends. Addresses below 1 GB have the same bytes as numbers with a sign."""
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
    return value | data[at] << shift, at + 1
