"""Configuration fields that are text of a certain form."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from sensorsmith.base.names import is_taken
from sensorsmith.spec.mistakes import Told, quoted


def _field(pattern: str, rule: str, example: str, *, of_files: bool = False) -> Any:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise Told(f"{quoted(text)} is not {rule}", f'write for example "{example}"')
        if of_files and is_taken(text):
            raise Told(f'"{text}" would hide a C header or a device of Windows', f'write for example "{example}"')
        return text

    schema = {"type": "string", "pattern": f"^({pattern})$"}
    return Annotated[str, AfterValidator(check), WithJsonSchema(schema), Field(examples=[example])]


_NAME = (r"[a-z][a-z0-9-]{1,39}", "2 to 40 lower-case letters, digits and hyphens, a letter first")

Name = _field(*_NAME, "wrist-exercise", of_files=True)  # generated files are called after the sensor
BoardName = _field(*_NAME, "nucleo-l4r5zi")
ChannelName = _field(
    r"[a-z][a-z0-9_]{0,15}", "1 to 16 lower-case letters, digits and underscores, a letter first", "ax"
)
Version = _field(r"(0|[1-9][0-9]{0,4})(\.(0|[1-9][0-9]{0,4})){2}", "a version MAJOR.MINOR.PATCH", "0.1.0")
Country = _field(r"[A-Z]{3}|world", "a country's three letters (ISO 3166-1 alpha-3) or world", "DEU")
