import json

from example import empty, example
from jsonschema import Draft202012Validator

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.datasheet import to_json
from sensorsmith.datasheet.json_text import SCHEMA_FILE, document_hash, schema_text


def test_the_published_schema_is_that_of_the_document() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "the schema is not up to date; run: python -m sensorsmith.datasheet.json_text"
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


def test_it_keeps_exact_numbers_and_has_no_null() -> None:
    content = json.loads(to_json(example()))
    assert content["performance"]["accuracy_device"]["typ"] == 767 / 885
    assert content["execution"]["instructions_per_window"]["max"] == 1_418_236
    assert "null" not in to_json(example())


def test_equal_documents_have_equal_text_and_hash() -> None:
    assert to_json(example()) == to_json(example())
    assert document_hash(example()) == hash_bytes(to_json(example()).encode())
    assert document_hash(example()) != document_hash(empty())
