"""The sheet: the document as pieces of text, each naming the place of the document that it prints.

The PDF and the HTML page arrange these pieces and add none of their own, so a number on paper can be followed into
`datasheet.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, is_dataclass

METHODS = {
    "measured": ("M", "measured on a real board"),
    "emulated": ("E", "emulated on a model of the board"),
    "simulated": ("S", "simulated surroundings"),
    "computed": ("C", "computed by a stated model"),
    "vendor": ("V", "from a vendor's document"),
    "declared": ("D", "declared by a person"),
}
"""Letter of the badge and its meaning, by method. `derived` texts, which only repeat the description, have no badge."""


@dataclass(frozen=True)
class Piece:
    """A run of text.

    Attributes:
        source: JSON pointer into datasheet.json of the value that it prints; empty for a fixed word of the sheet.
        absent: whether it stands for a value that is missing.
    """

    text: str
    source: str = ""
    absent: bool = False


Cell = tuple[Piece, ...]


@dataclass(frozen=True)
class Fact:
    """A name and what is said about it."""

    name: str
    cell: Cell
    method: str
    evidence: str


@dataclass(frozen=True)
class Row:
    """A line of the table of key figures. An absent value stands in `typ`."""

    name: str
    min: Cell
    typ: Cell
    max: Cell
    unit: str
    conditions: Cell
    method: str
    evidence: str


@dataclass(frozen=True)
class Count:
    """A cell of the confusion matrix; `level` is the share of its row, 0 to 1."""

    count: Piece
    share: Piece
    level: float


@dataclass(frozen=True)
class Confusion:
    labels: tuple[Piece, ...]
    rows: tuple[tuple[Count, ...], ...]
    method: str
    evidence: str


@dataclass(frozen=True)
class Person:
    name: Piece
    correct: Piece
    windows: Piece
    accuracy: Piece
    low: Piece
    high: Piece
    values: tuple[float, float, float]


@dataclass(frozen=True)
class People:
    """`overall` is the accuracy on the device with the ends of its interval, 0 to 1, when it has one."""

    rows: tuple[Person, ...]
    overall: tuple[float, float, float] | None
    method: str
    evidence: str


@dataclass(frozen=True)
class Block:
    name: Piece
    low: Piece
    typ: Piece
    high: Piece
    values: tuple[float, float, float]


@dataclass(frozen=True)
class Blocks:
    """`total` is low, typical and high; a missing one is an absent or empty piece."""

    rows: tuple[Block, ...]
    total: tuple[Piece, ...]
    unit: str
    method: str
    evidence: str


@dataclass(frozen=True)
class Registers:
    """The register map.

    Attributes:
        groups: lines with their title; a line is address, name, access, bytes, meaning, privacy.
    """

    facts: tuple[Fact, ...]
    groups: tuple[tuple[str, tuple[tuple[Piece, ...], ...]], ...]


@dataclass(frozen=True)
class Segment:
    """A part of a memory; `size` in bytes, 0 when it is not known."""

    name: str
    label: Cell
    size: float
    method: str


@dataclass(frozen=True)
class Memory:
    """A memory of the board.

    Attributes:
        total: what is used of it.
        complete: whether every segment is known.
        size: of the board's memory in bytes; 0 when it is not known.
    """

    name: str
    total: Cell
    segments: tuple[Segment, ...]
    complete: bool
    capacity: Cell
    size: float


@dataclass(frozen=True)
class Sheet:
    title: Piece
    name: Piece
    version: Piece
    description: Cell
    headline: tuple[Fact, ...]
    identity: tuple[Fact, ...]
    declared: tuple[Fact, ...]
    answers: tuple[Fact, ...]
    dataset: tuple[Fact, ...]
    common: Cell
    figures: tuple[tuple[str, tuple[Row, ...]], ...]
    confusion: Confusion | Piece
    people: People | Piece
    memories: tuple[Memory, ...]
    total: Fact
    left_out: Cell
    blocks: Blocks | Piece
    registers: Registers
    files: tuple[tuple[Piece, Piece], ...]


def pieces(node: object) -> Sequence[Piece]:
    """All pieces in a part of a sheet, in reading order."""
    if isinstance(node, Piece):
        return [node]
    if isinstance(node, tuple):
        return [piece for item in node for piece in pieces(item)]
    if is_dataclass(node):
        return [piece for item in vars(node).values() for piece in pieces(item)]
    return []
