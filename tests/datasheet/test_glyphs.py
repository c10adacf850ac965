import json
import unicodedata

import pytest
import typst

from sensorsmith.datasheet.glyphs import BOLD, MISSING, REGULAR, characters, drawable, face, font_folder

TEMPLATE = b"""
#set document(title: "characters", date: none)
#set text(font: ("Source Sans Pro", "DejaVu Sans Mono"), fallback: false, weight: sys.inputs.weight, lang: "en")
= Characters
#json(bytes(sys.inputs.text))
"""


def typeset(text: str, weight: str) -> None:
    with font_folder() as fonts:
        typst.compile(
            TEMPLATE,
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            sys_inputs={"text": json.dumps(text), "weight": weight},
            pdf_standards=["ua-1"],
        )


def known() -> list[str]:
    everything = "".join(chr(code) for code in range(0x21, 0x10000) if not 0xD800 <= code < 0xE000)
    return [c for c, shown in zip(everything, drawable(everything), strict=True) if c == shown]


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_typst_draws_every_character_that_is_called_drawable(weight: str) -> None:
    assert len(known()) > 1000
    typeset(" ".join([*known(), MISSING]), weight)


@pytest.mark.parametrize("weight", ["regular", "bold"])
def test_typst_draws_accents_also_on_the_sign_of_a_missing_character(weight: str) -> None:
    accents = [c for c in known() if unicodedata.combining(c)]
    assert len(accents) > 40
    typeset(" ".join(base + c for base in ("e", "\u200b", MISSING) for c in accents), weight)


def test_typst_refuses_what_is_not() -> None:
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        typeset("漢", "regular")


def test_a_character_that_the_font_lacks_is_seen_to_be_missing() -> None:
    assert drawable("Zoë Ωμέγα Щука ← 漢😀ש") == f"Zoë Ωμέγα Щука ← {MISSING}{MISSING}{MISSING}"


def test_the_characters_of_a_font_are_read_from_its_map() -> None:
    found = characters(face(REGULAR))
    assert {ord(" "), ord("a"), ord("Щ"), ord("₂"), ord("→")} <= found
    assert not {ord("א"), 0xFFFD, 0xFFFF} & found


def test_bold_has_the_same_characters_as_regular() -> None:
    assert characters(face(BOLD)) == characters(face(REGULAR))


def test_typst_finds_each_face_once() -> None:
    with font_folder() as fonts:
        found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)]).fonts()
    assert sorted((font.family, font.style, font.weight) for font in found) == [
        ("Source Sans Pro", "italic", 400),
        ("Source Sans Pro", "normal", 400),
        ("Source Sans Pro", "normal", 700),
    ]
