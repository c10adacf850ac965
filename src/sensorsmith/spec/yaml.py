"""YAML as the two files of a project need it: mappings, lists and plain scalars, each with the place where it stands.

Sensor descriptions travel between strangers, so the reader takes nothing that can surprise: one document of limited
size and depth; no anchors and aliases (a few lines can expand to gigabytes), no merge keys, no tags, no key twice.
Scalars follow YAML 1.2: `no`, `on` and `12:30` are text, not a truth value or a number of base 60.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from yaml import MarkedYAMLError, Node, ScalarNode, SequenceNode
from yaml.composer import Composer
from yaml.events import AliasEvent
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from sensorsmith.base.errors import SpecError

LIMIT_BYTES = 1_000_000
LIMIT_DEPTH = 20
LIMIT_NODES = 5_000

Loc = tuple[str | int, ...]
"""The way to a value: keys, and indices of lists."""


@dataclass(frozen=True, order=True)
class Place:
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """A YAML file.

    Attributes:
        path: as the user named it.
        data: dict, list, str, int, float, bool or None.
        keys: where each key of a mapping stands.
        values: where each value begins.
        texts: each scalar as it was written.
    """

    path: Path
    data: Any
    keys: Mapping[Loc, Place]
    values: Mapping[Loc, Place]
    texts: Mapping[Loc, str]


def read_yaml(path: Path) -> Document:
    """Read a file.

    Raises:
        SpecError: the file is missing, too large or not UTF-8, or its YAML is broken or goes beyond what is read here.
    """
    text = _read_text(path)
    try:
        composer = _Composer(text, path)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        _refuse(path, line, f"the character U+{error.character:04X} is not allowed in YAML", "delete it")
    try:
        root = composer.get_single_node()
    except MarkedYAMLError as error:
        _refuse(path, *_syntax(error))
    except (ValueError, OverflowError):  # PyYAML converts some numbers in escapes and directives without checking them
        _refuse(path, composer.line + 1, "this is not YAML", "look for a stray \\ or %")
    if root is None:
        raise SpecError("the file has no content", where=str(path), todo='"sensorsmith new NAME" writes an example')
    builder = _Builder(path)
    data = builder.build(root, ())
    return Document(path, data, builder.keys, builder.values, builder.texts)


def _refuse(path: Path, line: int, what: str, todo: str) -> NoReturn:
    raise SpecError(what, where=f"{path}:{line}", todo=todo) from None


def _read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT_BYTES + 1)
    except FileNotFoundError:
        todo = 'change into the folder of a sensor, or make one with "sensorsmith new NAME"'
        raise SpecError("there is no such file", where=str(path), todo=todo) from None
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "it is not a file"
        raise SpecError(f"the file cannot be read: {reason}", where=str(path), todo="name a readable file") from None
    if len(raw) > LIMIT_BYTES:
        todo = "recordings and models belong into files of their own"
        raise SpecError(f"the file is larger than {LIMIT_BYTES // 1_000_000} MB", where=str(path), todo=todo)
    try:
        return raw.decode("utf-8-sig")  # Windows editors put a byte order mark first
    except UnicodeDecodeError as error:
        _refuse(path, raw.count(b"\n", 0, error.start) + 1, "this is not UTF-8 text", "save the file as UTF-8")


def _syntax(error: MarkedYAMLError) -> tuple[int, str, str]:
    """Line, message and remedy for what PyYAML does not understand."""
    problem = error.problem or "unknown problem"
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    if "tab character" in problem or r"'\t'" in problem:
        return line, "a tab stands where only spaces may", "indent with spaces"
    if "single document" in (error.context or ""):
        return line, "a second document begins here", 'keep one document, without a further "---"'
    return line, f"this is not YAML: {problem}", "check colons, quotes and indentation here and in the line above"


class _Resolver(BaseResolver):
    """The core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema), without infinity and NaN."""


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]{1,18}|0x[0-9a-fA-F]{1,15}|0o[0-7]{1,20}", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Resolver.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), _first)


class _Composer(Reader, Scanner, Parser, Composer, _Resolver):
    """Makes the tree of nodes, and refuses what is not read here as soon as it appears."""

    def __init__(self, text: str, path: Path) -> None:
        self.path = path
        self.depth = 0
        self.nodes = 0
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _Resolver.__init__(self)

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        self.nodes += 1
        self.depth += 1
        what, todo = "", "write the value out"
        if isinstance(event, AliasEvent):
            what = f'aliases such as "*{event.anchor}" are not read'
        elif event.anchor is not None:
            what = f'anchors such as "&{event.anchor}" are not read'
        elif event.tag is not None:
            what = f'tags such as "{event.tag}" are not read'
        elif self.depth > LIMIT_DEPTH:
            what, todo = f"nested more than {LIMIT_DEPTH} deep", "no description needs that"
        elif self.nodes > LIMIT_NODES:
            what, todo = f"more than {LIMIT_NODES} values", "recordings and models belong into files of their own"
        if what:
            _refuse(self.path, event.start_mark.line + 1, what, todo)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Builder:
    """Turns nodes into plain values and notes the places."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys: dict[Loc, Place] = {}
        self.values: dict[Loc, Place] = {}
        self.texts: dict[Loc, str] = {}

    def build(self, node: Node, loc: Loc) -> Any:
        self.values[loc] = _place(node)
        if isinstance(node, ScalarNode):
            self.texts[loc] = node.value
            return self.scalar(node)
        if isinstance(node, SequenceNode):
            return [self.build(child, (*loc, index)) for index, child in enumerate(node.value)]
        return dict(self.entry(key, value, loc) for key, value in node.value)

    def entry(self, key: Node, value: Node, loc: Loc) -> tuple[str, Any]:
        line = _place(key).line
        if not isinstance(key, ScalarNode):
            _refuse(self.path, line, "a key must be plain text", "write it as one word before the colon")
        if key.value == "<<":
            _refuse(self.path, line, 'merge keys ("<<") are not read', "write the keys out")
        self.scalar(key)
        here = (*loc, key.value)
        if here in self.keys:
            first = self.keys[here].line
            _refuse(self.path, line, f'the key "{key.value}" stands here and in line {first}', "keep one of the two")
        self.keys[here] = _place(key)
        return key.value, self.build(value, here)

    def scalar(self, node: ScalarNode) -> str | int | float | bool | None:
        text: str = node.value
        for character in text:
            # Surrogates cannot be written as UTF-8; control characters act on the terminal that shows them.
            if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
                line = _place(node).line
                _refuse(self.path, line, f"the character U+{ord(character):04X} is not allowed in text", "delete it")
        if node.tag == "null":
            return None
        if node.tag == "bool":
            return text.lower() == "true"
        if node.tag == "int":
            return int(text, 0 if text[:2] in ("0x", "0o") else 10)
        return float(text) if node.tag == "float" else text


def _place(node: Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
