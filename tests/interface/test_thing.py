"""The Thing Description, held against the Recommendation's table of mandatory members and their types."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests import tiny

from sensorsmith.interface import REGISTERS, Command
from sensorsmith.interface.thing import thing_description

THING = thing_description(tiny.SENSOR, tiny.LABELS)
_OPERATIONS = {
    "properties": {"readproperty", "writeproperty"},
    "actions": {"invokeaction"},
    "events": {"subscribeevent"},
}


def _affordances() -> list[tuple[str, str, dict[str, Any]]]:
    return [(kind, name, found) for kind in _OPERATIONS for name, found in THING[kind].items()]


def test_the_mandatory_members() -> None:
    assert THING["@context"][0] == "https://www.w3.org/2022/wot/td/v1.1"
    assert isinstance(THING["title"], str) and THING["title"]
    assert THING["security"] in THING["securityDefinitions"]
    assert THING["securityDefinitions"]["nosec_sc"] == {"scheme": "nosec"}
    assert re.fullmatch(r"urn:[a-z0-9][a-z0-9-]{0,31}:\S+", THING["id"])
    assert THING["version"]["instance"] == "1.0.0" and THING["version"]["model"] == "1.0"
    assert json.loads(json.dumps(THING)) == THING


@pytest.mark.parametrize(
    ("kind", "name", "found"), _affordances(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_affordance_has_a_form_that_can_be_used(kind: str, name: str, found: dict[str, Any]) -> None:
    (form,) = found["forms"]
    operations = {form["op"]} if isinstance(form["op"], str) else set(form["op"])
    assert operations <= _OPERATIONS[kind] and operations
    address = int(form["href"], 16)
    r = next(r for r in REGISTERS if r.address == address)
    assert (form["mls:bytes"], form["mls:type"]) == (r.size, r.type), name
    assert ("writeproperty" in operations) == (kind == "properties" and r.access == "rw")
    if kind == "properties":
        assert found["type"] in {"boolean", "integer", "number", "string", "object", "array", "null"}
        assert found["readOnly"] == (r.access == "ro")


def test_every_class_has_its_name() -> None:
    named = {one["const"]: one["title"] for one in THING["properties"]["CLASS"]["oneOf"]}
    assert named == {0: "left", 1: "right", 2: "nothing", 255: "none"}


def test_limits_and_privacy_are_those_of_the_map() -> None:
    properties = THING["properties"]
    assert (properties["DEBOUNCE"]["minimum"], properties["DEBOUNCE"]["maximum"]) == (1, 32)
    assert {name for name, found in properties.items() if "mls:privacy" in found} == {"EVENTS", "TALLIES"}


def test_every_command_is_an_action() -> None:
    assert set(THING["actions"]) == {code.name for code in Command} | {"COMMIT", "LOCK"}
    assert THING["actions"]["SELF_TEST"]["forms"][0]["mls:value"] == Command.SELF_TEST


def test_a_datasheet_is_linked() -> None:
    assert "links" not in THING
    identity = tiny.SENSOR.identity.model_copy(update={"datasheet_url": "https://example.org/d"})
    linked = thing_description(tiny.SENSOR.model_copy(update={"identity": identity}), tiny.LABELS)
    assert linked["links"] == [{"rel": "service-doc", "href": "https://example.org/d"}]
