"""Elements of HTML and SVG. Text and attributes are escaped by the serialiser, and only there."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from sensorsmith.datasheet.sheet import Piece

Node = Element | str


def element(tag: str, *children: Node | None, **attributes: str | float) -> Element:
    """An element. In attribute names `_` stands for `-`, and one at the end is dropped (`class_`)."""
    made = Element(tag, {_name(k): _plain(v) for k, v in attributes.items()})
    append(made, (child for child in children if child is not None))
    return made


def append(parent: Element, children: Iterable[Node]) -> None:
    """Put elements and texts after what `parent` has."""
    for child in children:
        if isinstance(child, Element):
            parent.append(child)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + child
        else:
            parent.text = (parent.text or "") + child


def run(cell: Iterable[Piece], tag: str = "span") -> list[Node]:
    """A cell as inline elements. One that prints a value names its place in datasheet.json."""
    nodes: list[Node] = []
    for piece in cell:
        if not piece.source:
            nodes.append(piece.text)
        elif piece.absent:
            nodes.append(element(tag, piece.text, data_source=piece.source, class_="absent"))
        else:
            nodes.append(element(tag, piece.text, data_source=piece.source))
    return nodes


def html(root: Element) -> str:
    return ElementTree.tostring(root, encoding="unicode", method="html")


def xml(root: Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
