"""declarations.yaml, typed: what only the author knows. What is not declared stays absent; nothing is assumed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sensorsmith.spec.mistakes import Told, quoted
from sensorsmith.spec.types import Section


def _date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Told(f"{quoted(value)} is not a date", 'write for example "2027-03-31"') from None


Day = Annotated[date, BeforeValidator(_date), Field(examples=["2027-03-31"])]
Person = Annotated[str, Field(min_length=1, max_length=80, examples=["Ada Lovelace"])]
Statement = Annotated[str, Field(min_length=1, max_length=2000)]


class Answer(Section):
    """One declared field of the datasheet: what is declared, by whom and when."""

    text: Statement
    by: Person
    on: Day


class Compliance(Section):
    """A rule that the sensor is declared to comply with."""

    rule: Annotated[str, Field(min_length=1, max_length=80, examples=["RoHS"])]
    document: Annotated[str, Field(max_length=200)] = ""
    """Who or what proves it. The datasheet calls a rule without one self-declared."""


class Declarations(Section):
    """The whole of declarations.yaml."""

    sensorsmith: Literal[1] = 1
    """Version of this format."""
    by: Person | None = None
    """Who declares; needed as soon as anything is declared."""
    on: Day | None = None
    """When, as YEAR-MONTH-DAY."""
    use_cases: list[Statement] = Field(default_factory=list)
    """What the sensor is made for."""
    out_of_scope: list[Statement] = Field(default_factory=list)
    """What it must not be used for."""
    compliance: list[Compliance] = Field(default_factory=list)
    answers: dict[str, Answer] = Field(default_factory=dict)
    """By the datasheet's name of the field. In the file an answer is a text, or a section that may have its own
    `by` and `on`."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        """Give each answer the author and date of the whole, unless it names its own."""
        answers = data.get("answers") if isinstance(data, dict) else None
        if not isinstance(answers, dict):
            return data
        common = {key: data[key] for key in ("by", "on") if data.get(key) is not None}
        full = {
            field: common | (answer if isinstance(answer, dict) else {"text": answer})
            for field, answer in answers.items()
            if not isinstance(answer, Answer)
        }
        return data | {"answers": answers | full}
