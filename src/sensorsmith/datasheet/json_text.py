"""datasheet.json: the one text of a document."""

from __future__ import annotations

import json

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.datasheet.format import escape_invisible
from sensorsmith.datasheet.types import Document


def to_json(document: Document) -> str:
    """The document as JSON: sorted keys, exact numbers, nothing null, invisible characters escaped."""
    content = document.model_dump(mode="json", exclude_none=True)
    text = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return escape_invisible(text) + "\n"


def document_hash(document: Document) -> str:
    """SHA-256 of datasheet.json: the DOC_ID, and what the QR code of the sheet says."""
    return hash_bytes(to_json(document).encode())
