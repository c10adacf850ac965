"""The datasheet as one HTML file: no script, no reference to anything outside, figures as inline SVG.

The same pieces as in the PDF, with the numbers of every figure in a table beside it. Each printed value carries
`data-source`, its JSON pointer in datasheet.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

from sensorsmith.datasheet import figures
from sensorsmith.datasheet.json_text import document_hash
from sensorsmith.datasheet.layout import lay_out
from sensorsmith.datasheet.markup import Node, element, html, run
from sensorsmith.datasheet.sheet import METHODS, Cell, Fact, Piece, Row, Sheet
from sensorsmith.datasheet.types import Document


def render_html(document: Document) -> str:
    """A page that stands alone; equal text for equal documents."""
    sheet = lay_out(document)
    digest = document_hash(document)
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", f"{sheet.title.text} – datasheet"),
            element("style", _style()),
        ),
        element("body", _band(sheet), _main(sheet, digest), _footer(sheet, digest)),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{html(page)}\n"


@cache
def _style() -> str:
    return Path(__file__).with_name("sheet.css").read_text(encoding="utf-8")


def _band(sheet: Sheet) -> Element:
    name = element("span", *run((sheet.name, Piece(" version "), sheet.version)))
    return element("header", element("strong", "ML sensor datasheet"), name)


def _main(sheet: Sheet, digest: str) -> Element:
    head = element(
        "div",
        element("div", element("h1", *run((sheet.title,))), element("p", *run(sheet.description))),
        element("div", figures.code(f"sha256:{digest}"), class_="code"),
        class_="head",
    )
    return element(
        "main",
        head,
        _headline(sheet.headline),
        element(
            "div",
            element(
                "div",
                _section("Product", _facts(sheet.identity)),
                _section("Use", _facts(sheet.declared + sheet.answers)),
                _section("Data and model", _facts(sheet.dataset)),
            ),
            element("div", _confusion(sheet), _people(sheet)),
            class_="columns",
        ),
        _section("Key figures", _stated_once(sheet), _scrolled(_figures(sheet), "Key figures")),
        element(
            "div", element("div", _registers(sheet)), element("div", _memory(sheet), _carbon(sheet)), class_="columns"
        ),
    )


def _footer(sheet: Sheet, digest: str) -> Element:
    legend = [
        element("li", element("span", letter, class_=f"badge {letter}"), f" {meaning}")
        for letter, meaning in METHODS.values()
    ]
    files = [element("li", *run((name, Piece(" "), short)), "…") for name, short in sheet.files]
    return element(
        "footer",
        element("h2", "How to read this sheet"),
        element("p", "The badge beside a value says how it was found:"),
        element("ul", *legend, class_="legend"),
        element("p", "Its evidence is a file of the project, named here with the first digits of its SHA-256:"),
        element("ul", *files, class_="files") if files else element("p", "none", class_="absent"),
        element("p", "SHA-256 of datasheet.json: ", element("span", digest, data_source="digest", class_="digest")),
    )


def _section(title: str, *content: Node | None, method: str = "", evidence: str = "") -> Element:
    found = element("span", f"{evidence} ", _badge(method), class_="found") if method else None
    return element("section", element("div", element("h2", title), found, class_="title"), *content)


def _badge(method: str) -> Element | None:
    if not method:
        return None
    letter, _ = METHODS[method]
    return element(
        "span",
        element("span", letter, aria_hidden="true"),
        element("span", method, class_="hidden"),
        class_=f"badge {letter}",
    )


def _headline(facts: Iterable[Fact]) -> Element:
    return element(
        "dl",
        *(
            element("div", element("dt", fact.name), element("dd", *run(fact.cell), " ", _badge(fact.method)))
            for fact in facts
        ),
        class_="headline",
    )


def _facts(facts: Iterable[Fact]) -> Element:
    rows = [
        element(
            "tr",
            element("th", fact.name, scope="row"),
            element("td", *run(fact.cell)),
            element("td", _badge(fact.method)),
        )
        for fact in facts
    ]
    return element("table", element("tbody", *rows), class_="facts")


def _stated_once(sheet: Sheet) -> Element | None:
    return element("p", "Unless stated otherwise: ", *run(sheet.common), ".", class_="small") if sheet.common else None


def _figures(sheet: Sheet) -> Element:
    body: list[Node] = []
    for group, rows in sheet.figures:
        body.append(element("tbody", _group(group, 8), *(_row(row) for row in rows)))
    head = _head("Parameter", "Min", "Typ", "Max", "Unit", "Conditions", "Method", "Evidence")
    return element("table", head, *body, class_="figures")


def _group(title: str, columns: int) -> Element:
    """The line above the lines that belong together."""
    return element("tr", element("th", title, colspan=str(columns), scope="rowgroup", class_="group"))


def _row(row: Row) -> Element:
    numbers = [element("td", *run(cell), class_="number") for cell in (row.min, row.typ, row.max)]
    if any(piece.absent for piece in row.typ):
        numbers = [element("td", *run(row.typ), colspan="3", class_="number")]
    return element(
        "tr",
        element("th", row.name, scope="row"),
        *numbers,
        element("td", row.unit),
        element("td", *run(row.conditions)),
        element("td", _badge(row.method)),
        element("td", row.evidence, class_="evidence"),
    )


def _confusion(sheet: Sheet) -> Element:
    c = sheet.confusion
    if isinstance(c, Piece):
        return _missing("Confusion matrix", c)
    head = [element("th", *run((label,)), scope="col") for label in c.labels]
    rows = []
    for label, row in zip(c.labels, c.rows, strict=True):
        cells = [
            element(
                "td",
                *run((cell.count,)),
                element("small", *run((cell.share,)), " %") if cell.level else None,
                style=f"--level: {cell.level:.3f}",
                class_="dark" if cell.level > 0.5 else "light" if cell.level else "none",
            )
            for cell in row
        ]
        rows.append(element("tr", element("th", *run((label,)), scope="row"), *cells))
    table = element(
        "table",
        element("caption", "Windows, and their share of the row. Rows: true label. Columns: label that was reported."),
        element("thead", element("tr", element("td", "true ↓ reported →"), *head)),
        element("tbody", *rows),
        class_="confusion",
    )
    scrolled = _scrolled(table, "Confusion matrix")
    return _section("Confusion matrix, people held out", scrolled, method=c.method, evidence=c.evidence)


def _people(sheet: Sheet) -> Element:
    p = sheet.people
    if isinstance(p, Piece):
        return _missing("Accuracy by person", p)
    rows = [_line((r.name,), ((r.correct,), (r.windows,), (r.accuracy,), (r.low,), (r.high,))) for r in p.rows]
    table = element(
        "table",
        _head("Person", "Correct", "Windows", "Accuracy, %", "Interval from", "to"),
        element("tbody", *rows),
        class_="plain",
    )
    caption = "Dashed line and band: all of them together, with the interval over people."
    figure = element("figure", figures.people(p), element("figcaption", caption))
    scrolled = _scrolled(table, "Accuracy by person")
    return _section("Accuracy by person", figure, scrolled, method=p.method, evidence=p.evidence)


def _memory(sheet: Sheet) -> Element:
    rows = [
        _line((Piece(f"{memory.name}: {part.name}"),), (part.label,), element("td", _badge(part.method)))
        for memory in sheet.memories
        for part in memory.segments
    ]
    table = element("table", _head("Part", "Size", "Method"), element("tbody", *rows), class_="plain")
    return _section("Memory", element("figure", figures.memory(sheet.memories)), table)


def _carbon(sheet: Sheet) -> Element:
    b = sheet.blocks
    title = f"Carbon footprint, {sheet.total.name}"
    sums = "Low, typ and high are sums over all lines, not an interval. Left out, as not provided: "
    note = element("p", sums, *run(sheet.left_out), ".", class_="small")
    if isinstance(b, Piece):
        return _section(title, element("p", *run((b,))), note)
    rows = [_line((r.name,), ((r.low,), (r.typ,), (r.high,))) for r in b.rows]
    for row, colour in zip(rows, (figures.PALETTE * len(rows))[: len(rows)], strict=True):
        row[0].insert(0, element("span", class_="swatch", style=f"background: {colour}"))
        row[0][0].tail, row[0].text = row[0].text, None
    total = _line((Piece("Total"),), [(piece,) for piece in b.total])
    table = element(
        "table",
        _head(b.unit, "Low", "Typ", "High"),
        element("tbody", *rows),
        element("tfoot", total),
        class_="plain",
    )
    figure = element("figure", figures.carbon(b))
    return _section(title, figure, table, note, method=sheet.total.method, evidence=sheet.total.evidence)


def _registers(sheet: Sheet) -> Element:
    r = sheet.registers
    names = ("Address", "Name", "Access", "Bytes", "Meaning", "Privacy")
    bodies = [element("tbody", _group(title, len(names)), *map(_register, rows)) for title, rows in r.groups]
    table = element("table", _head(*names), *bodies, class_="registers")
    return _section("Register map MLS1", _facts(r.facts), _scrolled(table, "Register map"))


def _register(row: Sequence[Piece]) -> Element:
    return element(
        "tr", element("th", *run((row[0],)), scope="row"), *(element("td", *run((cell,))) for cell in row[1:])
    )


def _missing(title: str, piece: Piece) -> Element:
    return _section(title, element("p", *run((piece,))))


def _scrolled(table: Element, name: str) -> Element:
    """A table that may be wider than a narrow screen; it can be scrolled by keyboard."""
    return element("div", table, class_="scrolled", role="region", tabindex="0", aria_label=f"{name}, table")


def _head(*names: str) -> Element:
    return element("thead", element("tr", *(element("th", name, scope="col") for name in names)))


def _line(name: Cell, cells: Sequence[Cell], last: Element | None = None) -> Element:
    numbers = [element("td", *run(cell), class_="number") for cell in cells]
    return element("tr", element("th", *run(name), scope="row"), *numbers, last)
