from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_file
from sensorsmith.base.records import Evidence, Quantity, Value, evidence, resolve_pointer

PROOF = {"file": "run.json", "sha256": "0" * 64, "pointer": "/accuracy"}
TOOL = {"name": "sensorsmith", "version": "0.1.0"}
GOOD = {"kind": "quantity", "unit": "1", "typ": 0.9, "method": "emulated", "evidence": [PROOF], "tool": TOOL}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"evidence": []}, "a value that is emulated needs evidence"),
        ({"tool": None}, "a value that is emulated needs the tool that found it"),
        ({"typ": None}, "one of min, typ and max is needed"),
        ({"min": 1.0}, "min, typ and max are out of order"),
        ({"typ": float("nan")}, "finite number"),
        ({"method": "guessed"}, "Input should be 'measured', 'emulated'"),
        ({"method": "declared", "evidence": [], "tool": None}, "a declared value needs who declared it"),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_a_number_without_its_proof_is_refused(change: dict[str, Any], message: str) -> None:
    adapter: TypeAdapter[Value] = TypeAdapter(Value)
    assert adapter.validate_python(GOOD)
    with pytest.raises(ValidationError, match=message):
        adapter.validate_python(GOOD | change)


def test_null_is_not_a_value() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Value).validate_python(None)


def test_evidence_points_to_the_number_itself(tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    write_json(file, {"a/b": [{"accuracy": 0.9}]})
    found = evidence(file, "/a~1b/0/accuracy")
    assert found == Evidence(file="run.json", sha256=hash_file(file), pointer="/a~1b/0/accuracy")
    assert resolve_pointer({"a/b": [{"accuracy": 0.9}]}, found.pointer) == 0.9
    for missing in ("/a~1b/1/accuracy", "/a/b", "/a~1b/0/accuracy/x"):
        with pytest.raises(KeyError):
            resolve_pointer({"a/b": [{"accuracy": 0.9}]}, missing)


def test_a_record_survives_json() -> None:
    value = Quantity(unit="J", min=1.0, typ=2.0, method="vendor", evidence=(Evidence(**PROOF),))
    assert TypeAdapter(Value).validate_json(value.model_dump_json()) == value
