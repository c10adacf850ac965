"""The page is read back; every number on it is followed into datasheet.json."""

import json
import math
import re
from typing import Any

import pytest
from tests.datasheet.example import empty, example
from tests.datasheet.page import Page, Text

from sensorsmith.base.records import Quantity
from sensorsmith.base.records import resolve_pointer as resolve
from sensorsmith.datasheet import Document, render_html, to_json
from sensorsmith.datasheet.format import printable
from sensorsmith.datasheet.json_text import document_hash

FACTORS = (1.0, 0.01, 1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9, 1024.0, 1048576.0, 60.0, 3600.0)
HOSTILE = "</style></td><script>alert(1)</script> \"x\" 'y' &lt; ]]> \u202edesrever\u202c #panic() $a$"


def says(text: str, value: Any) -> bool:
    """Whether `text` is `value`, rounded to the digits that it shows in some unit."""
    if isinstance(value, str):
        shown = printable(value)
        return (
            shown.startswith(text)
            if re.fullmatch(r"[0-9a-f]{8,64}", text)
            else text in (shown, value.replace("_", " "))
        )
    if text.startswith("0x"):
        return int(text, 16) == value
    if text.startswith("<"):
        return 0 < value < float(text[1:])
    step = 10.0 ** -len(text.partition(".")[2])
    return any(math.isclose(float(text), value / f, abs_tol=0.5001 * step, rel_tol=0) for f in FACTORS)


def share(content: Any, source: str) -> float | None:
    """The share that a count is printed as beside itself."""
    place, _, column = source.rpartition("/")
    if source.startswith("/performance/confusion/rows/"):
        row = resolve(content, place)
        return int(row[int(column)]) / sum(row[1:])
    if source.startswith("/performance/people/rows/") and column == "2":
        row = resolve(content, place)
        return float(row[2]) / float(row[1])
    return None


def is_traced(text: Text, content: Any, document: Document) -> bool:
    assert text.source is not None
    if text.source == "digest":
        return text.text == document_hash(document)
    alternatives = [resolve(content, text.source), share(content, text.source)]
    return any(says(text.text, value) for value in alternatives if value is not None)


@pytest.mark.parametrize("document", [example(), empty()], ids=["example", "empty"])
def test_every_printed_value_is_that_of_the_json(document: Document) -> None:
    content = json.loads(to_json(document))
    sourced = [text for text in Page(render_html(document)).texts if text.source is not None]
    assert len(sourced) > 50
    assert [(t.text, t.source) for t in sourced if not is_traced(t, content, document)] == []


def test_a_changed_number_would_be_noticed() -> None:
    document = example()
    changed = render_html(document).replace(">86.7<", ">86.8<", 1)
    content = json.loads(to_json(document))
    wrong = [t.text for t in Page(changed).texts if t.source is not None and not is_traced(t, content, document)]
    assert wrong == ["86.8"]


@pytest.mark.parametrize("document", [example(), empty()], ids=["example", "empty"])
def test_no_number_is_printed_without_its_source(document: Document) -> None:
    loose = [
        text.text
        for text in Page(render_html(document)).texts
        if text.source is None and not text.within("style") and not text.within("text", "axis")
    ]
    numbers = [text for text in loose if re.search(r"(?<![\w.-])\d", text)]
    assert numbers == []


def test_it_refers_to_nothing_outside() -> None:
    page = render_html(example())
    assert re.findall(r"https?://[^\"' ]+", page.replace("http://www.w3.org/2000/svg", "")) == []
    names = {name for tag in Page(page).tags for name in tag.attributes}
    assert names.isdisjoint({"src", "href", "action", "srcset", "data", "poster"})
    assert not re.search(r"url\(|@import", page)
    assert Page(page).named("script") == []


def test_it_is_accessible_in_structure() -> None:
    page = Page(render_html(example()))
    (root,) = page.named("html")
    assert root.attributes["lang"] == "en"
    assert [len(page.named(name)) for name in ("main", "header", "footer", "title", "h1")] == [1, 1, 1, 1 + 4, 1]
    headings = [tag.name for tag in page.tags if re.fullmatch(r"h[1-6]", tag.name)]
    assert headings == ["h1"] + ["h2"] * (len(headings) - 1)
    assert all(tag.attributes.get("scope") in ("row", "col", "rowgroup") for tag in page.named("th"))
    drawings = page.named("svg")
    assert len(drawings) == 4
    assert all(tag.attributes["role"] == "img" for tag in drawings)
    titled = {text.text for text in page.texts if text.within("svg") and text.within("title")}
    assert len(titled) == len(drawings)


def badges(document: Document, scope: str) -> set[str]:
    """Letters of the badges inside elements of this name."""
    return {t.text for t in Page(render_html(document)).texts if t.within(scope) and t.within("span", "badge")}


def test_emulated_is_never_printed_as_measured() -> None:
    document = example()
    assert "measured" not in {text.text for text in Page(render_html(document)).texts}
    assert badges(document, "main") == {"E", "emulated", "C", "computed", "V", "vendor", "D", "declared"}
    assert badges(document, "footer") == {"M", "E", "S", "C", "V", "D"}
    accuracy = document.performance.accuracy_device
    assert isinstance(accuracy, Quantity)
    measured = document.performance.model_copy(
        update={"accuracy_device": accuracy.model_copy(update={"method": "measured"})}
    )
    assert {"M", "measured"} <= badges(document.model_copy(update={"performance": measured}), "main")


def test_missing_values_are_marked_by_more_than_their_colour() -> None:
    missing = [text for text in Page(render_html(empty())).texts if text.text == "not provided"]
    assert len(missing) > 40
    assert all(text.within(text.around[-1].name, "absent") for text in missing)
    assert "font-style: italic" in render_html(empty())


def test_hostile_text_stays_text() -> None:
    document = example(title=HOSTILE[:80], description=HOSTILE, maker="<img src=x onerror=alert(1)>")
    page = Page(render_html(document))
    assert page.named("script") == [] and page.named("img") == []
    (heading,) = [text.text for text in page.texts if text.within("h1")]
    assert heading == printable(HOSTILE[:80])
    assert not any(name.startswith("on") for tag in page.tags for name in tag.attributes)
    (description,) = [text.text for text in page.texts if text.source == "/identity/description/text"]
    assert "\ufffddesrever\ufffd" in description
    assert json.loads(to_json(document))["identity"]["description"]["text"] == HOSTILE
    assert "\u202e" not in to_json(document)


def test_equal_documents_have_equal_pages() -> None:
    assert render_html(example()) == render_html(example())
