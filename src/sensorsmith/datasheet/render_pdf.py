"""The datasheet as one A4 page of tagged PDF, set by typst.

Every text reaches the template as data (`sys.inputs`), so none of it is ever read as typst's language. Fonts come from
packages, never from the machine.
"""

from __future__ import annotations

import json
import re
import unicodedata
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from sensorsmith.base.errors import DataError, ToolFailed
from sensorsmith.datasheet import figures
from sensorsmith.datasheet.glyphs import MISSING, drawable, font_folder
from sensorsmith.datasheet.json_text import document_hash
from sensorsmith.datasheet.layout import lay_out
from sensorsmith.datasheet.markup import xml
from sensorsmith.datasheet.sheet import METHODS, Piece, Sheet
from sensorsmith.datasheet.types import Document

_FOLDER = Path(__file__).parent
_LONGEST = 300
"""Characters of one text on the page; the rest is in datasheet.json and in the HTML."""
_MOST_PEOPLE = 8
"""People in the plot; of more, those with the lowest accuracy are shown."""
_UNBROKEN = re.compile(r"\S{24}(?=\S)")


def render_pdf(document: Document) -> bytes:
    """One page, equal bytes for equal documents.

    Raises:
        DataError: the document holds too much for one page.
        ToolFailed: typst refused or warned.
    """
    return _typeset(document, format="pdf", pdf_standards=["ua-1"])


def render_png(document: Document, ppi: float) -> bytes:
    """The same page as a picture; raises as `render_pdf` does."""
    return _typeset(document, format="png", ppi=ppi)


def _typeset(document: Document, **output: Any) -> bytes:
    import typst

    template: Any = (_FOLDER / "sheet.typ").read_bytes()
    try:
        with font_folder() as fonts:
            made, warnings = typst.compile_with_warnings(
                template,
                root=str(_FOLDER),
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                sys_inputs={"sheet": json.dumps(page_inputs(document))},
                timestamp=0,
                **output,
            )
    except typst.TypstError as error:
        if "does not fit one page" in str(error):
            raise DataError(
                "the datasheet does not fit one page",
                todo="shorten the texts of sensor.yaml and declarations.yaml, or render it as HTML",
            ) from error
        raise ToolFailed(f"typst refused the datasheet: {error}") from error
    if warnings:
        raise ToolFailed(f"typst warned: {warnings[0]}")
    return bytes(made)


def page_inputs(document: Document) -> dict[str, Any]:
    sheet = lay_out(document)
    digest = document_hash(document)
    crowded = not isinstance(sheet.people, Piece) and len(sheet.people.rows) > _MOST_PEOPLE
    return {
        **_shown(asdict(sheet)),
        "some-people": "Only the lowest are shown; all are in datasheet.json." if crowded else "",
        "methods": METHODS,
        "digest": digest,
        "drawings": _drawings(sheet, digest),
    }


def _drawings(sheet: Sheet, digest: str) -> dict[str, dict[str, str]]:
    drawn = {"code": figures.code(f"sha256:{digest}"), "memory": figures.memory(sheet.memories)}
    if not isinstance(sheet.people, Piece):
        lowest = sorted(sheet.people.rows, key=lambda person: person.values[1])[:_MOST_PEOPLE]
        shown = sheet.people.rows if len(sheet.people.rows) <= _MOST_PEOPLE else tuple(lowest)
        drawn["people"] = figures.people(replace(sheet.people, rows=shown))
    if not isinstance(sheet.blocks, Piece):
        drawn["carbon"] = figures.carbon(sheet.blocks)
    return {name: {"svg": xml(_lettered(svg)), "alt": figures.alternative(svg)} for name, svg in drawn.items()}


def _lettered(figure: Element) -> Element:
    """A figure whose texts typst can set: an accent that no letter takes in, on which it fails here, is U+FFFD too."""
    made = deepcopy(figure)
    for node in made.iter():
        node.text, node.tail = (_composed(text) if text else None for text in (node.text, node.tail))
    return made


def _composed(text: str) -> str:
    composed = drawable(unicodedata.normalize("NFC", text))
    return "".join(MISSING if unicodedata.combining(c) else c for c in composed)


def _shown(node: Any) -> Any:
    """Texts as the page can show them: every glyph exists, none is endless, and long words may break."""
    if isinstance(node, dict):
        return {key: _shown(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_shown(item) for item in node]
    if isinstance(node, str):
        short = node if len(node) <= _LONGEST else node[: _LONGEST - 1] + "…"
        return _UNBROKEN.sub(lambda m: m.group() + "\u200b", drawable(short))
    return node
