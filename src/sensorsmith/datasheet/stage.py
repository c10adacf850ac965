"""Stage `datasheet`: the document and its two views."""

from __future__ import annotations

from sensorsmith.base.files import write_bytes, write_text
from sensorsmith.boards import load_board
from sensorsmith.datasheet.collect import collect
from sensorsmith.datasheet.json_text import to_json
from sensorsmith.datasheet.render_html import render_html
from sensorsmith.datasheet.render_pdf import render_pdf
from sensorsmith.spec.stage import Work, read_record

_TABLES = {
    "evaluation.json": "measure",
    "compile.json": "compile",
    "firmware.json": "firmware",
    "footprint.json": "footprint",
    "proofs.json": "prove",
}


def write_datasheet(work: Work) -> None:
    """Collect all records into datasheet.json, and render it as PDF and HTML."""
    records = {stage: read_record(folder) for stage, folder in work.inputs.items()}
    tables = {file: work.read_json(stage, file) for file, stage in _TABLES.items() if stage in work.inputs}
    document = collect(work.sensor, load_board(work.sensor.board), work.declarations, records, tables)
    write_text(work.out / "datasheet.json", to_json(document))
    write_text(work.out / "datasheet.html", render_html(document))
    work.progress(0.5, "PDF")
    write_bytes(work.out / "datasheet.pdf", render_pdf(document))
    work.record("datasheet", {})
