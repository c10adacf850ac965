import json

from tests.datasheet.example import empty, example

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.datasheet import to_json
from sensorsmith.datasheet.json_text import document_hash


def test_it_keeps_exact_numbers_and_has_no_null() -> None:
    content = json.loads(to_json(example()))
    assert content["performance"]["accuracy_device"]["typ"] == 767 / 885
    assert content["execution"]["instructions_per_window"]["max"] == 1_418_236
    assert "null" not in to_json(example())


def test_equal_documents_have_equal_text_and_hash() -> None:
    assert to_json(example()) == to_json(example())
    assert document_hash(example()) == hash_bytes(to_json(example()).encode())
    assert document_hash(example()) != document_hash(empty())
