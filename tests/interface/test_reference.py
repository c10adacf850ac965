"""The published reference of the register map and its picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from sensorsmith.interface import (
    BLOCKS,
    REGISTERS,
    crc8,
    decode_identity,
    register,
    register_svg,
    registers_text,
    value_text,
)

_FOLDER = Path(__file__).parents[2] / "docs" / "reference"
_PUBLISHED = {"registers.md": registers_text, "registers.svg": register_svg}
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


def test_its_worked_examples_are_right() -> None:
    """As somebody would check them who writes a driver of his own."""
    pattern = r"The identity\s+`([0-9a-f ]+)`\s+has\s+the\s+check\s+sum\s+`([0-9a-f]{2})`"
    [(content, total)] = re.findall(pattern, registers_text())
    assert decode_identity(bytes.fromhex(content + total)).classes == 7
    (frame,) = re.findall(r"`(52\s10\s10\s[0-9a-f]{2})`\sreads\sthe\sresult", registers_text())
    assert crc8(bytes.fromhex(frame)) == 0


def test_the_picture_has_every_register_in_its_place() -> None:
    root = ET.fromstring(register_svg())
    words = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [w.removesuffix(" *") for w in words if w and w.removesuffix(" *") in {r.name for r in REGISTERS}]
    assert {r.name for r in REGISTERS} <= {str(w).removesuffix(" *") for w in words}
    boxes = sum(-(-(r.address % 16 + r.size) // 16) for r in REGISTERS)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}rect"))) == 1 + boxes + 2
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    for b in BLOCKS:
        assert f"{b.name} at 0x{b.start:02X}" in str(root.findtext("{http://www.w3.org/2000/svg}desc"))


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
