"""The Thing Description, held against the Recommendation's table of mandatory members and their types."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests import tiny

from sensorsmith.base.hashing import hash_json
from sensorsmith.interface import BLOCKS, KEY, REGISTERS, SETTINGS, Command, Event, Register, power_on, register
from sensorsmith.interface.thing import thing_description

THING = thing_description(tiny.SENSOR, tiny.LABELS)
_OPERATIONS = {
    "properties": {"readproperty", "writeproperty"},
    "actions": {"invokeaction"},
    "events": {"subscribeevent", "unsubscribeevent"},
}


_ROOT = Path(__file__).parents[2]
_BENCHMARK = _ROOT / "benchmarks" / "thing_description.py"
_PAGE = _ROOT / "docs" / "reference" / "thing-description.md"


def _register(form: dict[str, Any]) -> Register:
    return next(r for r in REGISTERS if r.address == int(form["href"], 16))


def _affordances() -> list[tuple[str, str, dict[str, Any]]]:
    return [(kind, name, found) for kind in _OPERATIONS for name, found in THING[kind].items()]


def test_the_mandatory_members() -> None:
    assert THING["@context"][0] == "https://www.w3.org/2022/wot/td/v1.1"
    assert isinstance(THING["title"], str) and THING["title"]
    assert THING["security"] in THING["securityDefinitions"]
    assert THING["securityDefinitions"]["nosec_sc"] == {"scheme": "nosec"}
    assert re.fullmatch(r"urn:[a-z0-9][a-z0-9-]{0,31}:\S+", THING["id"])
    assert THING["version"] == {"instance": "1.0.0"} and THING["mls:map"] == "1.0"
    assert json.loads(json.dumps(THING)) == THING


@pytest.mark.parametrize(
    ("kind", "name", "found"), _affordances(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_affordance_has_a_form_that_can_be_used(kind: str, name: str, found: dict[str, Any]) -> None:
    (form,) = found["forms"]
    assert set(form["op"]) <= _OPERATIONS[kind] and form["op"]
    r = _register(form)
    assert (form["mls:bytes"], form["mls:type"]) == (r.size, r.type), name
    number = ";signed=false;byteSeq=LITTLE_ENDIAN" if r.type.startswith("u") and r.type != "utf8" else ""
    assert form["contentType"] == f"application/octet-stream;length={r.size}{number}"
    assert ("writeproperty" in form["op"]) == (kind == "properties" and r.access == "rw")
    if kind == "properties":
        assert (name, found["readOnly"]) == (r.name, r.access == "ro")


def test_each_block_can_be_read_whole() -> None:
    blocks = {form["mls:block"]: form for form in THING["forms"]}
    assert set(blocks) == {b.name for b in BLOCKS} - {"TEXT", "CHECK"}
    for b in BLOCKS:
        if b.name in blocks:
            form = blocks[b.name]
            assert (int(form["href"], 16), form["mls:bytes"], form["mls:crc"]) == (b.start, b.size, b.crc)


def test_what_is_known_before_a_device_is_read() -> None:
    """As the device itself has it at power on."""
    content = power_on(tiny.SENSOR, tiny.LABELS, bytes(32))
    known = {n: p["default" if "default" in p else "const"] for n, p in THING["properties"].items() if _is_known(p)}
    assert known.pop("MAGIC") == "MLS1"
    settings = {r.name for r in SETTINGS}
    assert {name for name, found in THING["properties"].items() if "default" in found} == settings
    assert set(known) - settings == {
        *("IF_VER", "VENDOR", "PRODUCT", "MODALITY", "TASK", "N_CLASS", "CONF_BITS", "CAPS", "COUNT", "PERIOD_DS")
    }
    for name, value in known.items():
        r = register(name)
        assert value == int.from_bytes(content[r.address : r.address + r.size], "little"), name


def _is_known(found: dict[str, Any]) -> bool:
    return "default" in found or "const" in found


def test_everything_that_a_host_may_know_or_do_is_there() -> None:
    shown = {_register(form).name for _, _, found in _affordances() for form in found["forms"]}
    sums = {r.name for r in REGISTERS if r.name.endswith("_CRC")}
    assert shown == {r.name for r in REGISTERS} - sums - {"TEXT_LENGTH", "TEXT_UTF8"}


def test_units_and_steps() -> None:
    properties = THING["properties"]
    assert {name: found["unit"] for name, found in properties.items() if "unit" in found} == {
        "TIME_MS": "ms",
        "PERIOD_DS": "0.1 s",
        "CONF": "1/256",
        "THRESH": "1/256",
        "SLEEP_S": "s",
    }
    assert properties["CONF"]["multipleOf"] == 16  # four significant bits of eight


def test_every_class_has_its_name() -> None:
    named = {one["const"]: one["title"] for one in THING["properties"]["CLASS"]["oneOf"]}
    assert named == {0: "left", 1: "right", 2: "nothing", 255: "none"}


def test_limits_and_privacy_are_those_of_the_map() -> None:
    properties = THING["properties"]
    assert (properties["DEBOUNCE"]["minimum"], properties["DEBOUNCE"]["maximum"]) == (1, 32)
    assert {name for name, found in properties.items() if "mls:privacy" in found} == {"EVENTS", "TALLIES"}


def test_every_command_is_an_action() -> None:
    assert set(THING["actions"]) == {code.name for code in Command} | {"COMMIT", "LOCK", "TEXT"}
    assert THING["actions"]["SELF_TEST"]["forms"][0]["mls:value"] == Command.SELF_TEST
    assert THING["actions"]["LOCK"]["forms"][0]["mls:value"] == KEY


def test_texts_are_asked_for_by_number() -> None:
    choices = {one["const"]: one["title"] for one in THING["actions"]["TEXT"]["input"]["oneOf"]}
    assert choices == {0: "left", 1: "right", 2: "nothing", 0xF0: "PRODUCT", 0xF1: "DATASHEET", 0xF2: "UNITS"}


def test_events_are_those_of_the_line_and_those_that_are_kept() -> None:
    masks = {name: found["forms"][0].get("mls:mask") for name, found in THING["events"].items()}
    assert masks == {"RESULT": Event.RESULT, "CHANGE": Event.CHANGE, "FAULT": Event.FAULT, "CLASSES": None}
    kept = THING["events"]["CLASSES"]
    assert [(one["mls:bit"], one["title"]) for one in kept["data"]["mls:bits"]] == [*enumerate(tiny.LABELS)]


def test_the_last_bit_of_the_classes_stands_for_all_above() -> None:
    many = thing_description(tiny.SENSOR, [f"c{i}" for i in range(18)])["properties"]["EVENTS"]["mls:bits"]
    assert many[-2:] == [{"mls:bit": 14, "title": "c14"}, {"mls:bit": 15, "title": "c15, c16, c17"}]


def test_a_datasheet_is_linked() -> None:
    assert "links" not in THING
    identity = tiny.SENSOR.identity.model_copy(update={"datasheet_url": "https://example.org/d"})
    linked = thing_description(tiny.SENSOR.model_copy(update={"identity": identity}), tiny.LABELS)
    assert linked["links"] == [{"rel": "service-doc", "href": "https://example.org/d"}]


def test_our_own_terms_are_explained() -> None:
    explained = set(re.findall(r"^\| `(mls:\w+)` \|", _PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r'"(mls:\w+)":', json.dumps(THING))) == explained


def test_it_has_been_validated() -> None:
    """The tools for that come from npm; their answers are kept, and stand for these very descriptions."""
    spec = importlib.util.spec_from_file_location("thing_description", _BENCHMARK)
    assert spec and spec.loader
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    kept = json.loads(benchmark.RESULT.read_text(encoding="utf-8"))
    now = hash_json(benchmark.without_words(benchmark.things()))
    assert kept["things"] == now, "run: python benchmarks/thing_description.py"
    assert all(kept["found"].values()) and len(kept["found"]) == 11
