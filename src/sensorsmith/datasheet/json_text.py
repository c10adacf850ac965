"""datasheet.json: the one text of a document, and the schema that is published for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.datasheet.format import escape_invisible
from sensorsmith.datasheet.types import SCHEMA_ID, Document

SCHEMA_FILE = Path(__file__).with_name("datasheet.schema.json")


def to_json(document: Document) -> str:
    """The document as JSON: sorted keys, exact numbers, nothing null, invisible characters escaped."""
    return escape_invisible(_dump(document.model_dump(mode="json", exclude_none=True)))


def document_hash(document: Document) -> str:
    """SHA-256 of datasheet.json: the DOC_ID, and what the QR code of the sheet says."""
    return hash_bytes(to_json(document).encode())


def schema_text() -> str:
    """JSON Schema (2020-12) of datasheet.json, as `datasheet.schema.json` has it."""
    schema = Document.model_json_schema(by_alias=True)
    return _dump({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID} | schema)


def _dump(value: Any) -> str:
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8", newline="\n")
