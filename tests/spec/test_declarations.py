from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sensorsmith.base.errors import SpecError
from sensorsmith.spec import load_declarations


@pytest.mark.usefixtures("project")
def test_declarations() -> None:
    path = Path("declarations.yaml")
    assert load_declarations(path).answers == {}
    path.write_text(
        "by: Ada Lovelace\non: 2027-03-31\nuse_cases: [Counting]\ncompliance: [{rule: RoHS}]\n"
        "answers:\n  a: Text.\n  b: {text: Other., by: Grace Hopper, on: 2027-04-02}\n",
        encoding="utf-8",
    )
    declarations = load_declarations(path)
    assert declarations.on == date(2027, 3, 31)
    assert declarations.answers["a"].model_dump() == {"text": "Text.", "by": "Ada Lovelace", "on": date(2027, 3, 31)}
    assert declarations.answers["b"].by == "Grace Hopper"
    assert declarations.answers["b"].on == date(2027, 4, 2)
    assert type(declarations).model_validate(declarations.model_dump()) == declarations


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("use_cases: [x]\nby: Ada\n", '1: missing key "on", who declares and when; add for example "on: 2027-03-31"'),
        (
            "compliance: [{rule: x}]\n",
            '1: missing key "by", who declares and when; add for example "by: Ada Lovelace" (and 1 more)',
        ),
        (
            "on: 2027-03-31\nanswers:\n  a: x\n",
            '3: missing key "by" in answers.a; add for example "by: Ada Lovelace"',
        ),
        ("by: A\non: 2027-02-31\n", '2: on: "2027-02-31" is not a date; write for example "2027-03-31"'),
        ("by: A\non: 20270231\n", '2: on: 20270231 is not a date; write for example "2027-03-31"'),
        ("by: A\non: 2027-02-01\nanswers: {a: 5}\n", '3: answers.a is 5 but must be text; write it in quotes: "5"'),
        ("by: A\non: 2027-02-01\nanswers: [a]\n", "3: answers is a list but must be a section of keys and values"),
        ("by: A\non: 2027-02-01\nanswers: {a: }\n", "3: answers.a is empty but must be text"),
        ("use_case: [x]\n", '1: unknown key "use_case"; did you mean "use_cases"?'),
        (
            "by: A\non: 2027-02-01\nanswers:\n  a:\n    txt: x\n",
            '5: unknown key "txt" in answers.a; did you mean "text"?',
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_wrong_declarations(text: str, message: str) -> None:
    Path("declarations.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_declarations(Path("declarations.yaml"))
    assert str(caught.value) == f"declarations.yaml:{message}"
