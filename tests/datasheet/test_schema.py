import json
from pathlib import Path

from jsonschema import Draft202012Validator
from tests.datasheet.example import empty, example

from sensorsmith.datasheet import to_json
from sensorsmith.datasheet.schema import SCHEMA_FILE, write_schema


def test_the_published_schema_is_that_of_the_document(tmp_path: Path) -> None:
    write_schema(tmp_path / "made.json")
    assert SCHEMA_FILE.read_bytes() == (tmp_path / "made.json").read_bytes(), (
        "the schema is not up to date; run: python -m sensorsmith.datasheet.schema"
    )


def test_documents_satisfy_the_published_schema() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    for document in (example(), empty()):
        validator.validate(json.loads(to_json(document)))


def test_the_schema_refuses_a_bare_number() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
    content = json.loads(to_json(example()))
    content["performance"]["accuracy_device"] = 0.9
    assert not validator.is_valid(content)
