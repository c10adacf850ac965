from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.measure.example_profile import example_profile

from sensorsmith.base.errors import UserError
from sensorsmith.compiler import BufferReport
from sensorsmith.measure import arena_svg, write_picture

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "arena.svg"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_in_the_documentation_is_drawn_again() -> None:
    """To renew it: python -m tests.measure.test_arena_picture"""
    assert arena_svg(example_profile()) == PICTURE.read_text(encoding="utf-8")


def test_every_buffer_has_a_box_within_the_picture() -> None:
    profile = example_profile()
    root = ElementTree.fromstring(arena_svg(profile))
    boxes = [box for box in root.iter(f"{SVG}rect") if box.find(f"{SVG}title") is not None]
    assert len(boxes) == len(profile.buffers)
    assert boxes[0].findtext(f"{SVG}title") == "input: 490 bytes at 0, layers -1 to 0"
    for box in boxes:
        x, y, width, height = (float(box.get(name, "")) for name in ("x", "y", "width", "height"))
        assert 0 <= x < x + width <= float(root.get("width", ""))
        assert 0 <= y < y + height <= float(root.get("height", ""))
    heights = [float(box.get("height", "")) for box in boxes]
    assert heights[2] == heights[3] == pytest.approx(300 * 2000 / 2660, abs=0.01)


def test_hostile_names_are_text() -> None:
    profile = replace(example_profile(), buffers=(BufferReport("<script>&\x00\x1b", 0, 2660, -1, 6),))
    root = ElementTree.fromstring(arena_svg(profile))
    assert "<script>&??" in [node.text for node in root.iter(f"{SVG}text")]


def test_png_and_svg(tmp_path: Path) -> None:
    svg, png, again = (tmp_path / name for name in ("a.svg", "a.PNG", "b.png"))
    for path in (svg, png, again):
        write_picture(example_profile(), path)
    assert svg.read_text(encoding="utf-8") == arena_svg(example_profile())
    assert png.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert png.read_bytes() == again.read_bytes()


def test_another_kind_of_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    with pytest.raises(UserError) as caught:
        write_picture(example_profile(), path)
    assert str(caught.value) == f"{path}: a picture is an SVG or a PNG file; let the name end with .svg or .png"
    assert not path.exists()


if __name__ == "__main__":
    write_picture(example_profile(), PICTURE)
