"""FlatBuffers, as much of them as a .tflite file needs: tables, vectors, strings, blobs.

Reading trusts nothing: every offset is checked against the end of the file, and what is copied out of it is counted
against a budget, so that a hostile file which points at one long vector ten thousand times costs no memory.
Layout of the format: https://flatbuffers.dev/internals/. All numbers are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sensorsmith.base.errors import ModelError

# Names, shapes, scales and tables of the largest models for microcontrollers take well under 1 MB.
METADATA_LIMIT = 8 << 20
# In time rather than memory: a file of nothing but tables is refused within seconds.
_TABLE_COST = 256
_EMPTY_TABLE = struct.pack("<HHi", 4, 4, 4)


class Field(NamedTuple):
    """A field of a table.

    Attributes:
        slot: its index in the schema.
        format: `struct` character of the number, or of a vector's elements; empty for anything else.
        default: the number that an absent field stands for.
    """

    slot: int
    format: str = ""
    default: float = 0


Layout = Mapping[str, Field]


class Source:
    """The bytes of a file, read with bounds checks.

    Raises:
        ModelError: from every method, where an offset leads out of the file or too much is copied.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._budget = METADATA_LIMIT

    def root(self, layout: Layout, identifier: bytes, place: str) -> Table:
        """The outermost table, of a file that carries `identifier` (4 bytes)."""
        if self.data[4:8] != identifier:
            raise ModelError(
                f"is not a {identifier.decode()} FlatBuffer",
                where=place,
                todo="give a .tflite file, as the TensorFlow Lite converter writes it",
            )
        return Table(self, self.follow(0, place), layout, place)

    def number(self, format: str, position: int, place: str) -> float:  # noqa: A002
        """One number at `position`; an int unless the format is that of a float."""
        self.require(position, struct.calcsize("<" + format), place)
        value: float = struct.unpack_from("<" + format, self.data, position)[0]
        return value

    def follow(self, position: int, place: str) -> int:
        """The position that the unsigned offset at `position` points to."""
        return position + int(self.number("I", position, place))

    def vector(self, position: int, item_size: int, place: str) -> tuple[int, int]:
        """Position of the first item and number of items of the vector at `position`."""
        count = int(self.number("I", position, place))
        self.require(position + 4, count * item_size, place)
        return position + 4, count

    def spend(self, size: int, place: str) -> None:
        """Count `size` bytes that are copied out of the file."""
        self._budget -= size
        if self._budget < 0:
            raise ModelError(
                f"the model's description (all but its weights) takes more than {METADATA_LIMIT >> 20} MB",
                where=place,
                todo="convert the model again",
            )

    def require(self, position: int, size: int, place: str) -> None:
        """Check that `size` bytes at `position` lie within the file."""
        if position < 0 or position + size > len(self.data):
            raise ModelError(
                f"the file is damaged: {size} bytes at offset {position} lie beyond its {len(self.data)} bytes",
                where=place,
                todo="copy or convert the model again",
            )


class Table:
    """A table of the file; each method reads one field, by its name in `layout`."""

    def __init__(self, source: Source, position: int, layout: Layout, place: str) -> None:
        self.place = place
        self._source = source
        self._position = position
        self._layout = layout
        source.spend(_TABLE_COST, place)
        self._vtable = position - int(source.number("i", position, place))
        self._vtable_size = int(source.number("H", self._vtable, place))
        source.require(self._vtable, self._vtable_size, place)

    def has(self, name: str) -> bool:
        return self._find(name) is not None

    def integer(self, name: str) -> int:
        return int(self._number(name))

    def real(self, name: str) -> float:
        return float(self._number(name))

    def integers(self, name: str) -> tuple[int, ...]:
        """A vector of integers; empty when absent."""
        return tuple(int(n) for n in self._numbers(name))

    def reals(self, name: str) -> tuple[float, ...]:
        """A vector of floating-point numbers; empty when absent."""
        return self._numbers(name)

    def text(self, name: str) -> str:
        """A string; empty when absent. Bytes that are not UTF-8 become replacement characters."""
        return bytes(self.blob(name, copy=True)).decode("utf-8", errors="replace")

    def blob(self, name: str, *, copy: bool = False) -> memoryview:
        """A vector of bytes, as a view of the file; empty when absent.

        Args:
            copy: whether the caller will copy it, so that it counts against the budget.
        """
        at = self._find(name)
        if at is None:
            return memoryview(b"")
        place = self._name(name)
        start, count = self._source.vector(self._source.follow(at, place), 1, place)
        if copy:
            self._source.spend(count, place)
        return memoryview(self._source.data)[start : start + count]

    def table(self, name: str, layout: Layout) -> Table:
        """A table; one without any field when absent."""
        at = self._find(name)
        place = self._name(name)
        if at is None:
            return Table(Source(_EMPTY_TABLE), 4, layout, place)
        return Table(self._source, self._source.follow(at, place), layout, place)

    def tables(self, name: str, layout: Layout) -> list[Table]:
        """A vector of tables; empty when absent."""
        at = self._find(name)
        if at is None:
            return []
        source, place = self._source, self._name(name)
        start, count = source.vector(source.follow(at, place), 4, place)
        return [
            Table(source, source.follow(start + 4 * i, f"{place}[{i}]"), layout, f"{place}[{i}]") for i in range(count)
        ]

    def _number(self, name: str) -> float:
        at = self._find(name)
        field = self._layout[name]
        return field.default if at is None else self._source.number(field.format, at, self._name(name))

    def _numbers(self, name: str) -> tuple[float, ...]:
        at = self._find(name)
        if at is None:
            return ()
        place, format_ = self._name(name), self._layout[name].format
        item_size = struct.calcsize("<" + format_)
        start, count = self._source.vector(self._source.follow(at, place), item_size, place)
        self._source.spend(count * item_size, place)
        return struct.unpack_from(f"<{count}{format_}", self._source.data, start)

    def _find(self, name: str) -> int | None:
        """Where the field lies; None when the file leaves it out."""
        entry = 4 + 2 * self._layout[name].slot
        if entry + 2 > self._vtable_size:
            return None
        offset = int(self._source.number("H", self._vtable + entry, self._name(name)))
        return self._position + offset if offset else None

    def _name(self, name: str) -> str:
        return f"{self.place}.{name}"


@dataclass(frozen=True)
class Record:
    """A table to be written.

    Attributes:
        values: by field name: a number, the numbers of a vector, text, a blob, a table or a vector of tables.
    """

    layout: Layout
    values: Mapping[str, Value]


Value = float | str | bytes | Record | Sequence[float] | Sequence[Record]

# TFLite Micro uses weights where they lie in the file; its kernels may ask for this alignment.
BLOB_ALIGNMENT = 16


def build(root: Record, identifier: bytes) -> bytes:
    """The bytes of a FlatBuffer; the same record always gives the same bytes."""
    builder = _Builder()
    builder.out += bytes(4) + identifier
    builder.point(0, builder.table(root))
    builder.align(BLOB_ALIGNMENT)
    return bytes(builder.out)


class _Builder:
    """Writes front to back: each table behind its vtable, then whatever the table points to."""

    def __init__(self) -> None:
        self.out = bytearray()

    def align(self, size: int, ahead: int = 0) -> None:
        """Pad, so that what follows the next `ahead` bytes lies at a multiple of `size`."""
        self.out += bytes(-(len(self.out) + ahead) % size)

    def point(self, at: int, target: int) -> None:
        struct.pack_into("<I", self.out, at, target - at)

    def table(self, record: Record) -> int:
        """Write a table and all it holds; returns its position."""
        fields = sorted((record.layout[name], value) for name, value in record.values.items())
        places: list[int] = []
        size = 4
        for field, value in fields:
            width = struct.calcsize("<" + field.format) if isinstance(value, (int, float)) else 4
            size += -size % width
            places.append(size)
            size += width
        slots = 1 + max((field.slot for field, _ in fields), default=-1)
        offsets = {field.slot: place for (field, _), place in zip(fields, places, strict=True)}
        vtable_size = 4 + 2 * slots
        self.align(8, ahead=vtable_size)  # the table, so that its widest number is aligned too
        self.out += struct.pack(f"<{2 + slots}H", vtable_size, size, *(offsets.get(s, 0) for s in range(slots)))
        table = len(self.out)
        self.out += struct.pack("<i", vtable_size) + bytes(size - 4)
        for (field, value), place in zip(fields, places, strict=True):
            if isinstance(value, (int, float)):
                struct.pack_into("<" + field.format, self.out, table + place, value)
            else:
                self.point(table + place, self.behind(value, field))
        return table

    def behind(self, value: str | bytes | Record | Sequence[float] | Sequence[Record], field: Field) -> int:
        """Write what a field points to; returns its position."""
        if isinstance(value, Record):
            return self.table(value)
        if isinstance(value, str):
            text = value.encode()
            return self.items(text + b"\0", len(text), 1)
        if isinstance(value, bytes):
            return self.items(value, len(value), BLOB_ALIGNMENT)
        records = [item for item in value if isinstance(item, Record)]
        if records or not field.format:
            return self.tables(records)
        return self.items(struct.pack(f"<{len(value)}{field.format}", *value), len(value), 8)

    def items(self, content: bytes, count: int, alignment: int) -> int:
        self.align(max(4, alignment), ahead=4)
        position = len(self.out)
        self.out += struct.pack("<I", count) + content
        return position

    def tables(self, records: Sequence[Record]) -> int:
        position = self.items(bytes(4 * len(records)), len(records), 4)
        for i, record in enumerate(records):
            entry = position + 4 + 4 * i
            self.point(entry, self.table(record))
        return position
