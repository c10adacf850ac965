from __future__ import annotations

import re
from pathlib import Path

from sensorsmith.spec.reference import reference_text
from sensorsmith.spec.schema import sensor_schema

FILE = Path(__file__).parents[2] / "docs" / "reference" / "sensor-yaml.md"


def test_the_published_reference_is_up_to_date() -> None:
    mend = f"sensorsmith schema --markdown --output {FILE.relative_to(FILE.parents[2]).as_posix()}"
    assert FILE.read_text(encoding="utf-8") == reference_text(), f"run: {mend}"


def test_it_has_every_key_with_a_meaning() -> None:
    text = reference_text()
    schema = sensor_schema()
    for section in (schema, *schema["$defs"].values()):
        for name in section.get("properties", {}):
            assert re.search(rf"^\| `{name}` \| [^|]+ \| [^|]* \| [^|]+ \|$", text, re.MULTILINE), name


def test_every_link_leads_to_a_section() -> None:
    text = reference_text()
    headings = {line[3:].lower() for line in text.splitlines() if line.startswith("## ")}
    assert set(re.findall(r"\(#(\w+)\)", text)) <= headings
