"""Collect, check and render the datasheet: one typed document, and its views as PDF and HTML."""

from sensorsmith.datasheet.collect import collect
from sensorsmith.datasheet.json_text import to_json
from sensorsmith.datasheet.render_html import render_html
from sensorsmith.datasheet.render_pdf import render_pdf
from sensorsmith.datasheet.types import Document

__all__ = ["Document", "collect", "render_html", "render_pdf", "to_json"]
