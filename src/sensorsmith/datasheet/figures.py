"""The figures, as SVG that stands alone: the PDF embeds it, the HTML page has it inline. Lengths are points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

import segno

from sensorsmith.datasheet.markup import Node, element, run
from sensorsmith.datasheet.sheet import METHODS, Blocks, Cell, Memory, People, Piece

WIDTH = 264.0
INK, SOFT, FAINT, ACCENT, RED = "#1c2733", "#5b6673", "#e6eaee", "#12507b", "#b3261e"
# Neighbours differ in lightness, so that the parts stay apart in grey.
PALETTE = (
    "#12507b",
    "#5fa8d3",
    "#1b998b",
    "#a8d5ba",
    "#c8553d",
    "#f2b880",
    "#6d597a",
    "#cdb4db",
    "#6b7a3a",
    "#d8d3a0",
    "#8a8f98",
)
_FONT = "Source Sans Pro"


def people(people: People) -> Element:
    """Dot plot: accuracy of each person with its interval, over the mean of all with its own."""
    names = [_short(person.name) for person in people.rows]
    longest = max(len(name.text) for name in names)
    lead, left = ("person ", 52.0) if longest <= 5 else ("", 14.0 + 4.0 * longest)
    right, row, top = 104.0, 12.0, 4.0
    bottom = top + row * len(people.rows)
    lowest = min([p.values[0] for p in people.rows] + ([people.overall[0]] if people.overall else []))
    start = min(math.floor(lowest * 10) / 10, 0.9)

    def x(share: float) -> float:
        return left + (share - start) / (1 - start) * (WIDTH - left - right)

    marks: list[Node] = []
    if people.overall:
        low, mean, high = people.overall
        marks.append(_box(x(low), top - 2, x(high) - x(low), bottom - top + 4, "#dbe8f1"))
        marks.append(_rule(x(mean), top - 2, x(mean), bottom + 2, ACCENT, 0.8, stroke_dasharray="3 2"))
    steps = round((1 - start) * 10)
    apart = math.ceil(20 * steps / (WIDTH - left - right))
    for tick in range(0, steps + 1, apart):
        share = start + tick / 10
        marks.append(_rule(x(share), bottom + 2, x(share), bottom + 5, SOFT, 0.5))
        marks.append(_label(x(share), bottom + 11.5, f"{100 * share:.0f} %", 6.2, SOFT, "middle", class_="axis"))
    marks.append(_rule(left, bottom + 2, WIDTH - right, bottom + 2, SOFT, 0.5))
    for index, person in enumerate(people.rows):
        y = top + row * (index + 0.5)
        low, share, high = person.values
        marks += [
            _label(left - 6, y + 2.4, lead, 7, INK, "end", (names[index],)),
            _rule(x(low), y, x(high), y, INK, 1),
            _rule(x(low), y - 2.2, x(low), y + 2.2, INK, 1),
            _rule(x(high), y - 2.2, x(high), y + 2.2, INK, 1),
            element("circle", cx=x(share), cy=y, r=2.8, fill=ACCENT, stroke="#fff", stroke_width=0.7),
            _label(
                WIDTH - right + 8,
                y + 2.4,
                "",
                7,
                INK,
                "start",
                (
                    person.accuracy,
                    Piece(" % ("),
                    person.low,
                    Piece(" to "),
                    person.high,
                    Piece(")"),
                ),
            ),
        ]
    title = "Accuracy of each person held out, with its interval; the band is that of the mean"
    return _svg(bottom + 14, title, marks)


def memory(memories: Sequence[Memory]) -> Element:
    """A bar for each memory, divided among what fills it, and below it a thin one for its share of the board's."""
    marks: list[Node] = []
    y = 0.0
    for index, memory in enumerate(memories):
        used = (*memory.total, Piece("; the board has "), *memory.capacity)
        colours = PALETTE[4 * index :]
        marks.append(_label(0, y + 7, f"{memory.name} ", 7, INK, "start", used, weight="bold"))
        whole = sum(s.size for s in memory.segments)
        x = 0.0
        for i, segment in enumerate(memory.segments):
            if memory.complete and whole:
                width = WIDTH * segment.size / whole
                marks.append(_box(x, y + 10, width, 9, colours[i], stroke="#fff", stroke_width=0.6))
                x += width
            at = i * WIDTH / len(memory.segments)
            letter = METHODS[segment.method][0] if segment.method else ""
            cell = (*segment.label, Piece(f" · {letter}")) if letter else segment.label
            marks.append(_box(at, y + 25.6, 5.5, 5.5, colours[i]))
            marks.append(_label(at + 8, y + 30.8, f"{segment.name} ", 6.8, INK, "start", cell))
        if memory.complete and memory.size:
            marks.append(_box(0, y + 20.2, WIDTH, 2.2, FAINT))
            marks.append(_box(0, y + 20.2, WIDTH * min(whole / memory.size, 1), 2.2, INK))
        y += 37
    return _svg(y - 3, "Memory: what fills flash and RAM, and how much of the board's they take", marks)


def carbon(blocks: Blocks) -> Element:
    """One bar, stacked by block in the order of the table."""
    whole = sum(b.values[1] for b in blocks.rows) or 1.0
    marks: list[Node] = []
    x = 0.0
    for index, block in enumerate(blocks.rows):
        width = WIDTH * block.values[1] / whole
        marks.append(_box(x, 0, width, 11, PALETTE[index % len(PALETTE)], stroke="#fff", stroke_width=0.6))
        x += width
    return _svg(11, "Carbon by block, in the order of the table below", marks)


def code(text: str) -> Element:
    """A QR code of `text`, with its quiet zone."""
    matrix = [list(row) for row in segno.make(text, error="m", micro=False).matrix]
    quiet = 2
    path = "".join(
        f"M{c + quiet} {r + quiet}h1v1h-1z" for r, row in enumerate(matrix) for c, dark in enumerate(row) if dark
    )
    side = len(matrix) + 2 * quiet
    return element(
        "svg",
        element("title", "QR code of the hash of datasheet.json"),
        element("rect", width=side, height=side, fill="#fff"),
        element("path", d=path, fill="#000"),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {side} {side}",
        role="img",
    )


def alternative(figure: Element) -> str:
    """The text that stands for a figure: its title and all that is written in it."""
    labels = ["".join(label.itertext()) for label in figure.findall("text") if label.get("class") != "axis"]
    return ". ".join([figure.findtext("title") or "", *labels])


def _short(name: Piece) -> Piece:
    return name if len(name.text) <= 14 else replace(name, text=name.text[:13] + "…")


def _svg(height: float, title: str, marks: Sequence[Node]) -> Element:
    return element(
        "svg",
        element("title", title),
        *marks,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:.0f} {height:.1f}",
        role="img",
        font_family=_FONT,
    )


def _box(x: float, y: float, width: float, height: float, fill: str, **more: str | float) -> Element:
    return element("rect", x=x, y=y, width=max(width, 0.0), height=height, fill=fill, **more)


def _rule(x: float, y: float, to_x: float, to_y: float, stroke: str, width: float, **more: str | float) -> Element:
    return element("line", x1=x, y1=y, x2=to_x, y2=to_y, stroke=stroke, stroke_width=width, **more)


def _label(
    x: float, y: float, text: str, size: float, fill: str, anchor: str, cell: Cell = (), weight: str = "", **more: str
) -> Element:
    name: Node = element("tspan", text, font_weight=weight) if weight else text
    label = element("text", name, *run(cell, "tspan"), x=x, y=y, font_size=size, fill=fill, text_anchor=anchor, **more)
    for missing in label.findall("tspan[@class='absent']"):
        missing.attrib |= {"fill": RED, "font-style": "italic"}
    return label
