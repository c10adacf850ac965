"""The published reference of the register map and its picture."""

from __future__ import annotations

import ctypes
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests import tiny
from tests.interface.device import LABELS, Device, library
from tests.interface.test_ss_uart import Line

from sensorsmith.interface import (
    BLOCKS,
    REGISTERS,
    Command,
    CommandState,
    Error,
    Register,
    bits_svg,
    crc8,
    decode_identity,
    decode_result,
    register,
    register_svg,
    registers_text,
    value_text,
)

_FOLDER = Path(__file__).parents[2] / "docs" / "reference"
_PUBLISHED: dict[str, Callable[[], str]] = {"registers.md": registers_text, "registers.svg": register_svg} | {
    f"registers-{r.name.lower()}.svg": partial(bits_svg, r) for r in REGISTERS if r.bits
}
_MEND = "run: python -m tests.interface.test_reference"


@pytest.mark.parametrize("name", _PUBLISHED)
def test_what_is_published_is_up_to_date(name: str) -> None:
    assert (_FOLDER / name).read_text(encoding="utf-8") == _PUBLISHED[name](), _MEND


def test_it_has_every_register_bit_and_code() -> None:
    text = registers_text()
    for r in REGISTERS:
        assert f"| 0x{r.address:02X} | {r.name} | {r.size} |" in text
        for bit in r.bits:
            assert f"| {bit.mask.bit_length() - 1} | {bit.name} | {bit.meaning} |" in text
            assert bit.mask.bit_count() == 1
        for code in r.named:
            assert f"{int(code)} {code.name}" in text


def test_the_pictures_are_there() -> None:
    shown = set(re.findall(r"\]\((registers[^)#]*\.svg)\)", registers_text()))
    assert shown == {name for name in _PUBLISHED if name.endswith(".svg")}
    assert {p.name for p in _FOLDER.glob("registers*")} == set(_PUBLISHED)


def test_every_block_has_its_line_and_its_section() -> None:
    text = registers_text()
    for b in BLOCKS:
        assert f"| [{b.name}](#{b.name.lower()}) | {b.size} | {b.access} | {b.meaning}" in text
        assert f"\n## {b.name}\n" in text


# ------------------------------------------------------------------- the examples, as bytes to the register file in C


@pytest.fixture(scope="module")
def lib(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return library(tiny.SENSOR, tmp_path_factory.mktemp("reference"))


@pytest.fixture
def device(lib: ctypes.CDLL) -> Device:
    return Device(lib)


def _bytes(before: str, after: str = "") -> bytes:
    """The bytes of the page that stand in backquotes between these words."""
    apart = r"\s+"
    lead, end = (apart.join(map(re.escape, words.split())) for words in (before, after))
    (found,) = re.findall(rf"{lead}\s*`([0-9a-f]{{2}}(?: [0-9a-f]{{2}})*)`\s*{end}", registers_text())
    return bytes.fromhex(found)


def _send(device: Device, data: bytes) -> None:
    device.write(*data)
    device.stop()


def test_its_check_sums_are_right() -> None:
    """0x92 is the example of Sensirion's data sheets for the same CRC."""
    assert _bytes("CRC is 0.", "has the check sum") + _bytes("`be ef` has the check sum") == bytes.fromhex("beef92")
    identity = _bytes("the identity", "has")
    assert decode_identity(identity + _bytes(f"`{identity.hex(' ')}` has")).classes == 7


def test_its_way_to_change_settings(device: Device) -> None:
    _send(device, _bytes("1. Write", ": RATE"))
    assert (device.value("RATE"), device.value("THRESH"), device.value("COMMIT")) == (2, 0x80, 1)
    assert device.call("ss_setting_u16", register("RATE").address) == 1  # not in force yet
    before = device.value("CFG_VER")
    _send(device, _bytes("3. Write"))
    assert device.call("ss_setting_u16", register("RATE").address) == 2
    assert device.value("CFG_VER") == before + 1


def test_its_way_to_lock(device: Device) -> None:
    _send(device, _bytes("Lock.** Write"))
    _send(device, _bytes("1. Write", ": RATE"))
    _send(device, _bytes("| RESET |"))
    assert (device.value("RATE"), device.value("LAST_ERR")) == (1, Error.LOCKED)
    assert device.value("CMD_STATE") == CommandState.REFUSED


@pytest.mark.parametrize("command", Command, ids=lambda command: command.name)
def test_its_commands(device: Device, command: Command) -> None:
    _send(device, _bytes(f"| {command.name} |"))
    assert device.call("ss_take_command") == command
    assert device.value("CMD_STATE") == CommandState.BUSY


def test_its_texts(device: Device) -> None:
    for data, text in (
        (_bytes("TEXT_SEL, as in", "for the label of class 2"), LABELS[2]),
        (_bytes("for the label of class 2 or", "for the name of the sensor"), tiny.SENSOR.identity.name),
    ):
        _send(device, data)
        assert device.read(register("TEXT_UTF8").address, device.value("TEXT_LENGTH")).decode() == text


def test_its_frames(lib: ctypes.CDLL) -> None:
    line = Line(lib)
    result = line.send(_bytes("and asks again.", "reads the result"))
    assert crc8(result) == 0 and decode_result(result[3:-1]).sequence == 0
    assert line.send(_bytes("reads the result;", "writes COMMIT")) == _bytes("which is answered with")
    assert line.device.value("CFG_VER") == 1


# ----------------------------------------------------------------------------------------------------------- pictures

_SVG = "{http://www.w3.org/2000/svg}"


def _picture(text: str) -> tuple[ET.Element, list[str], list[dict[str, str]]]:
    """Its root, its words in order, and its boxes without the white ground and the hatching."""
    root = ET.fromstring(text)
    words = ["".join(element.itertext()) for element in root.iter(f"{_SVG}text")]
    return root, words, [dict(box.attrib) for box in root.iter(f"{_SVG}rect") if "stroke" in box.attrib]


def _area(box: dict[str, str]) -> tuple[float, float, float, float]:
    return tuple(float(box[key]) for key in ("x", "y", "width", "height"))  # type: ignore[return-value]


@pytest.mark.parametrize("name", [name for name in _PUBLISHED if name.endswith(".svg")])
def test_a_picture_can_be_read_without_seeing_it_and_its_boxes_do_not_overlap(name: str) -> None:
    root, _, boxes = _picture(_PUBLISHED[name]())
    assert root.attrib["role"] == "img" and root.attrib["aria-labelledby"] == "title description"
    assert root.findtext(f"{_SVG}title") and root.findtext(f"{_SVG}desc")
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for number, one in enumerate(boxes):
        x, y, w, h = _area(one)
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        for x2, y2, w2, h2 in map(_area, boxes[:number]):
            assert x >= x2 + w2 or x2 >= x + w or y >= y2 + h2 or y2 >= y + h


def test_the_picture_has_every_address_once() -> None:
    root, words, boxes = _picture(register_svg())
    assert {r.name for r in REGISTERS} <= {word.removesuffix(" *") for word in words}
    assert {word for word in words if word.endswith(" *")} == {"EVENTS *", "TALLIES *"}
    *map_boxes, _, _, _, _ = boxes  # the last four are the legend
    cell = min(_area(box)[2] for box in map_boxes) + 3
    assert sum(round((_area(box)[2] + 3) / cell) for box in map_boxes) == 256
    heavy = sum(box["stroke-width"] == "2.4" for box in map_boxes)
    assert heavy == sum(r.access != "ro" for r in REGISTERS)
    for b in BLOCKS:
        assert f"{b.name} at 0x{b.start:02X}" in str(root.findtext(f"{_SVG}desc"))


@pytest.mark.parametrize("r", [r for r in REGISTERS if r.bits], ids=lambda r: r.name)
def test_a_picture_of_bits_has_each_in_its_place(r: Register) -> None:
    root, _, boxes = _picture(bits_svg(r))
    columns = [float(box["x"]) + float(box["width"]) / 2 for box in reversed(boxes)]
    said: dict[float, list[str]] = {x: [] for x in sorted(columns, reverse=True)}
    for text in root.iter(f"{_SVG}text"):
        x = float(next(part.attrib["x"] for part in text.iter() if "x" in part.attrib))
        if x in said:
            said[x].append("".join(text.itertext()))
    names = {bit.mask.bit_length() - 1: [bit.name] for bit in r.bits}
    assert list(said.values()) == [[str(i), str(r.reset >> i & 1), *names.get(i, [])] for i in range(8)]
    assert sum(box["fill"].startswith("url") for box in boxes) == 8 - len(r.bits)
    assert all(f"bit {i} {name}" in str(root.findtext(f"{_SVG}desc")) for i, [name] in names.items())


# ---------------------------------------------------------------------------------------------------- single registers


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        ("STATUS", b"\x03", "3 VALID NEW"),
        ("MODE", b"\x01", "1 CONTINUOUS"),
        ("SEQ", b"\x01\x02\0\0", "513"),
        ("MAGIC", b"MLS1", "MLS1"),
        ("TEXT_UTF8", "grün".encode().ljust(29, b"\0"), "grün"),
        ("DOC_ID", bytes(16), " ".join(["00"] * 16)),
    ],
)
def test_what_a_register_says(name: str, data: bytes, text: str) -> None:
    assert value_text(register(name), data) == text


if __name__ == "__main__":
    for name, make in _PUBLISHED.items():
        (_FOLDER / name).write_text(make(), encoding="utf-8", newline="\n")
