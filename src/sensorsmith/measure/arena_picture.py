"""A picture of the arena over time: layers from left to right, bytes from bottom to top, a box for each buffer."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from sensorsmith.base.errors import UserError
from sensorsmith.base.files import write_bytes
from sensorsmith.compiler import BufferReport
from sensorsmith.measure.arena import bytes_in_use, short_name
from sensorsmith.measure.model_profile import ModelProfile

_INK, _SOFT, _FAINT, _WHITE = "#1c2733", "#5b6673", "#e6eaee", "#fff"
# Each with the colour of text on it. Input, output and scratch memory have one of their own; the others take turns, so
# that neighbours differ.
_INPUT, _OUTPUT, _SCRATCH = ("#1b998b", _INK), ("#c8553d", _INK), ("#c3c8cf", _INK)
_OTHERS = (("#12507b", _WHITE), ("#5fa8d3", _INK), ("#6d597a", _WHITE), ("#a8d5ba", _INK), ("#f2b880", _INK))
_FONT, _GLYPH = "DejaVu Sans Mono, monospace", 0.602  # its glyphs are this wide, in units of its size
_LEFT, _TOP, _PLOT_HEIGHT, _BOTTOM = 64.0, 46.0, 300.0, 118.0
_SUFFIXES = (".svg", ".png")


def check_picture_path(path: Path) -> None:
    """Refuse a file name before any work is done.

    Raises:
        UserError: it is neither .svg nor .png.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise UserError("a picture is an SVG or a PNG file", where=str(path), todo="let the name end with .svg or .png")


def write_picture(profile: ModelProfile, path: Path) -> None:
    """Draw the arena into a .svg or .png file; equal profiles give equal bytes.

    Raises:
        UserError: the name ends otherwise.
        StorageError: it cannot be written.
    """
    check_picture_path(path)
    svg = arena_svg(profile).encode()
    write_bytes(path, svg if path.suffix.lower() == ".svg" else _png(svg))


def arena_svg(profile: ModelProfile) -> str:
    """The picture as SVG that stands alone."""
    count = len(profile.layers)
    step = max(12.0, min(48.0, 960.0 / (count + 2)))
    width = _LEFT + step * (count + 2) + 16
    height = _TOP + _PLOT_HEIGHT + _BOTTOM
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", width=_n(width), height=_n(height))
    root.set("viewBox", f"0 0 {_n(width)} {_n(height)}")
    root.set("font-family", _FONT)
    title = f"{profile.model}: arena of {profile.arena_bytes:,} bytes, layer by layer"
    SubElement(root, "title").text = title
    _box(root, 0, 0, width, height, _WHITE)
    _text(root, _LEFT, 20, title, 12, _INK)
    _text(root, _LEFT, 35, "boxes: where each buffer lies, and when; line: bytes in use", 8, _SOFT)
    _grid(root, profile.arena_bytes, width)
    for number, buffer in enumerate(profile.buffers):
        _draw(root, buffer, number, profile, step)
    _used(root, profile, step)
    for index, layer in enumerate(profile.layers):
        x, y = _LEFT + step * (index + 1.5) + 3, _TOP + _PLOT_HEIGHT + 8
        label = _text(root, x, y, layer.op, 9, _INK, "end")
        label.set("transform", f"rotate(-60 {_n(x)} {_n(y)})")
        SubElement(label, "title").text = short_name(layer.name)
    return tostring(root, encoding="unicode") + "\n"


def _grid(root: Element, size: int, width: float) -> None:
    """Lines at quarters of the arena."""
    for quarter in range(5):
        count = size * quarter // 4
        y = _y(count, size)
        _line(root, [(_LEFT, y), (width - 16, y)], _FAINT, 1)
        _text(root, _LEFT - 6, y + 3, f"{count:,}", 9, _SOFT, "end")


def _draw(root: Element, buffer: BufferReport, number: int, profile: ModelProfile, step: float) -> None:
    size, last = profile.arena_bytes, len(profile.layers)
    x, width = _LEFT + step * (buffer.first + 1), step * (buffer.last - buffer.first + 1)
    top, bottom = _y(buffer.offset + buffer.size, size), _y(buffer.offset, size)
    colour, ink = _OTHERS[number % len(_OTHERS)]
    if buffer.name == "scratch":
        colour, ink = _SCRATCH
    elif buffer.first < 0:
        colour, ink = _INPUT
    elif buffer.last == last:
        colour, ink = _OUTPUT
    box = _box(root, x, top, width, max(bottom - top, 1), colour)
    box.set("fill-opacity", "0.8")  # where two share bytes, both are seen
    box.set("stroke", _WHITE)
    name = short_name(buffer.name)
    where = f"{name}: {buffer.size:,} bytes at {buffer.offset:,}, layers {buffer.first} to {buffer.last}"
    SubElement(box, "title").text = where
    if bottom - top >= 11 and width >= 8 * _GLYPH * len(name) + 4:
        _text(root, x + width / 2, (top + bottom) / 2 + 3, name, 8, ink, "middle")


def _used(root: Element, profile: ModelProfile, step: float) -> None:
    """Bytes in use, as a line over the boxes."""
    points = []
    for index in range(-1, len(profile.layers) + 1):
        y = _y(bytes_in_use(profile.buffers, index), profile.arena_bytes)
        points += [(_LEFT + step * (index + 1), y), (_LEFT + step * (index + 2), y)]
    _line(root, points, _INK, 1.5)
    SubElement(root[-1], "title").text = "bytes in use"


def _y(count: int, size: int) -> float:
    return _TOP + _PLOT_HEIGHT * (1 - count / max(size, 1))


def _box(root: Element, x: float, y: float, width: float, height: float, fill: str) -> Element:
    return SubElement(root, "rect", x=_n(x), y=_n(y), width=_n(width), height=_n(height), fill=fill)


def _line(root: Element, points: list[tuple[float, float]], colour: str, width: float) -> None:
    where = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    line = SubElement(root, "polyline", points=where, fill="none", stroke=colour)
    line.set("stroke-width", _n(width))


def _text(root: Element, x: float, y: float, text: str, size: float, fill: str, anchor: str = "start") -> Element:
    node = SubElement(root, "text", x=_n(x), y=_n(y), fill=fill)
    node.set("font-size", _n(size))
    node.set("text-anchor", anchor)
    node.text = text
    return node


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _png(svg: bytes) -> bytes:
    """The picture in dots, twice as many as points; typst, which the datasheet needs too, brings the font."""
    import typst

    page = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    made = typst.compile(
        page, format="png", ppi=144.0, ignore_system_fonts=True, sys_inputs={"svg": svg.decode()}, timestamp=0
    )
    assert isinstance(made, bytes)
    return made
