import re
from typing import Any

import numpy as np
import pytest
from tests.datasheet.example import PICTURE, PPI, declarations, empty, example, records, sensor, tables
from tests.datasheet.picture import read_png

from sensorsmith.base.errors import DataError
from sensorsmith.boards import load_board
from sensorsmith.datasheet import Document, collect, render_pdf
from sensorsmith.datasheet.render_pdf import page_inputs, render_png
from sensorsmith.spec import Declarations


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_pdf(example())


def test_equal_documents_have_equal_bytes(pdf: bytes) -> None:
    assert render_pdf(example()) == pdf
    assert b"/CreationDate" not in pdf and b"/ModDate" not in pdf


def pages(pdf: bytes) -> list[bytes]:
    return re.findall(rb"/Type/Pages/Count (\d+)", pdf)


def test_it_is_one_a4_page(pdf: bytes) -> None:
    assert pages(pdf) == [b"1"]
    assert b"/MediaBox[0 0 595.2756 841.8898]" in pdf


def test_it_is_tagged_with_title_language_table_headers_and_alternative_texts(pdf: bytes) -> None:
    assert b"/StructTreeRoot" in pdf and b"/Marked true" in pdf
    assert b"/Lang(en)" in pdf
    assert "Shoulder exercise sensor – datasheet".encode() in pdf
    assert b"pdfuaid:part" in pdf
    assert b"/Scope/Column" in pdf
    assert pdf.count(b"/S/Figure") == pdf.count(b"/Alt") == 4


def test_it_looks_as_the_committed_picture_does() -> None:
    expected = read_png(PICTURE.read_bytes()).astype(int)
    found = read_png(render_png(example(), PPI)).astype(int)
    assert found.shape == expected.shape
    different = np.abs(found - expected).max(axis=2) > 64
    # Another version changes a hash and with it the code; another release of typst may move the edge of a letter.
    assert different.mean() < 0.01, "look at the page; if it is as it should be: python -m tests.datasheet.example"


def test_an_empty_project_renders() -> None:
    assert pages(render_pdf(empty())) == [b"1"]


HOSTILE = '#panic("x") $a^2$ *b* `c` <d> @e \\ // ]} "q" \u202eabc \u0000 漢\u0301字 😀 Щука'


def test_hostile_text_is_shown_as_text() -> None:
    document = example(title=HOSTILE, description=HOSTILE, maker=HOSTILE)
    assert pages(render_pdf(document)) == [b"1"]
    shown = page_inputs(document)["title"]["text"]
    assert shown.startswith('#panic("x") $a^2$ *b* `c` <d> @e \\ // ]} "q" \ufffdabc \ufffd \ufffd\u0301\ufffd')
    assert shown.endswith("Щука"), "what the font can draw stays"


def test_hostile_names_in_figures_are_shown_as_text() -> None:
    files: dict[str, Any] = tables()
    files["evaluation.json"]["labels"][0] = "漢\u0301#$*"
    for person in files["evaluation.json"]["people"]:
        person["person"] = f"\u0338e\u0323\u0301e\u0301漢\u0301 {HOSTILE}"
    document = collect(sensor(), load_board("nucleo-l4r5zi"), declarations(), records(), files)
    assert pages(render_pdf(document)) == [b"1"]
    assert "\ufffdẹ\ufffdé\ufffd\ufffd #pan…" in page_inputs(document)["drawings"]["people"]["svg"]


def crowded(labels: int, people: int, text: str) -> Document:
    """A document with much to print."""
    files: dict[str, Any] = tables()
    right = 10 * people
    confusion = [[right if r == c else 0 for c in range(labels)] for r in range(labels)]
    each = {"n": 10 * labels, "correct": 10 * labels, "low": 0.5, "high": 1.0}
    files["evaluation.json"] = {
        "labels": [f"exercise number {i}" for i in range(labels)],
        "confusion": confusion,
        "people": [each | {"person": f"participant number {i}"} for i in range(people)],
    }
    said = Declarations.model_validate({"by": "A", "on": "2025-11-02", "use_cases": [text], "out_of_scope": [text]})
    return collect(sensor(description=text[:600]), load_board("nucleo-l4r5zi"), said, records(), files)


@pytest.mark.parametrize(
    ("labels", "people", "text"),
    [(2, 1, "x"), (12, 8, "word " * 400), (60, 200, "x" * 2000)],
    ids=["little", "much", "very much"],
)
def test_one_page_holds_much(labels: int, people: int, text: str) -> None:
    assert pages(render_pdf(crowded(labels, people, text))) == [b"1"]


def test_too_much_for_a_page_is_refused_with_advice() -> None:
    stages = records()
    many = {name: value.model_copy(update={"note": "word " * 60}) for name, value in stages["measure"].values.items()}
    stages["measure"] = stages["measure"].model_copy(update={"values": many})
    document = collect(sensor(), load_board("nucleo-l4r5zi"), declarations(), stages, tables())
    with pytest.raises(DataError) as caught:
        render_pdf(document)
    assert str(caught.value) == (
        "the datasheet does not fit one page; "
        "shorten the texts of sensor.yaml and declarations.yaml, or render it as HTML"
    )
