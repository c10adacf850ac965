import pytest
from pydantic import ValidationError
from tests.datasheet.example import OURS, example

from sensorsmith.base.records import Evidence
from sensorsmith.datasheet import Document, to_json
from sensorsmith.datasheet.types import Table

PROOF = (Evidence(file="a.json", sha256="0" * 64),)


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValidationError, match="a row has not as many cells as there are columns"):
        Table(columns=("a", "b"), rows=((1,),), method="computed", evidence=PROOF, tool=OURS)


@pytest.mark.parametrize("method", ["measured", "emulated", "simulated", "computed", "vendor"])
def test_a_table_needs_evidence(method: str) -> None:
    with pytest.raises(ValidationError, match=f"a table that is {method} needs evidence"):
        Table.model_validate({"columns": ["a"], "rows": [[1]], "method": method, "tool": OURS})


def test_null_is_not_a_value() -> None:
    content = example().model_dump(mode="json", exclude_none=True)
    content["identity"]["maker"] = None
    with pytest.raises(ValidationError, match=r"identity\.maker"):
        Document.model_validate(content)


def test_an_unknown_field_is_refused() -> None:
    content = example().model_dump(mode="json", exclude_none=True)
    content["identity"]["colour"] = {"kind": "absent", "reason": "not_provided"}
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Document.model_validate(content)


def test_it_is_read_back_from_its_json() -> None:
    assert Document.model_validate_json(to_json(example())) == example()
