"""The JSON Schema of datasheet.json, published as a file of this package.

`python -m sensorsmith.datasheet.schema` writes it again after a change of the document's types.
"""

from __future__ import annotations

from pathlib import Path

from sensorsmith.base.files import write_json
from sensorsmith.datasheet.types import SCHEMA_ID, Document

SCHEMA_FILE = Path(__file__).with_name("datasheet.schema.json")


def write_schema(file: Path) -> None:
    """Write the JSON Schema (2020-12)."""
    schema = Document.model_json_schema(by_alias=True)
    write_json(file, {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID} | schema)


if __name__ == "__main__":
    write_schema(SCHEMA_FILE)
