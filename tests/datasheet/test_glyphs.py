import json
from pathlib import Path

import pytest
import typst

from sensorsmith.datasheet.glyphs import FONTS, MISSING, characters, drawable

TEMPLATE = b"""
#set document(title: "characters", date: none)
#set text(font: ("Roboto", "DejaVu Sans"), fallback: false, weight: sys.inputs.weight, lang: "en")
= Characters
#json(bytes(sys.inputs.text))
"""


def typeset(text: str, weight: str) -> None:
    typst.compile(
        TEMPLATE,
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"text": json.dumps(text), "weight": weight},
        pdf_standards=["ua-1"],
    )


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_typst_draws_every_character_that_is_called_drawable(weight: str) -> None:
    everything = "".join(chr(code) for code in range(0x21, 0x10000) if not 0xD800 <= code < 0xE000)
    known = [c for c, shown in zip(everything, drawable(everything), strict=True) if c == shown]
    assert len(known) > 2000
    typeset(" ".join(known), weight)


def test_typst_refuses_what_is_not() -> None:
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        typeset("漢", "regular")


def test_a_character_that_no_font_has_is_seen_to_be_missing() -> None:
    assert drawable("Zoë Ωμέγα Щука שלום مرحبا ← 漢😀") == f"Zoë Ωμέγα Щука שלום مرحبا ← {MISSING}{MISSING}"


def test_the_characters_of_a_font_are_read_from_its_map() -> None:
    found = characters((FONTS / "DejaVuSans.ttf").read_bytes())
    assert {ord(" "), ord("א"), ord("ա"), 0xFFFD} <= found
    assert ord("a") not in found


def test_fonts_come_with_their_licences() -> None:
    families = {path.stem.split("-")[0].removesuffix("Condensed") for path in FONTS.glob("*.ttf")}
    assert families == {"Roboto", "DejaVuSans"}
    for name in ("LICENSE_ROBOTO", "LICENSE_DEJAVU"):
        assert Path(FONTS / name).stat().st_size > 1000
