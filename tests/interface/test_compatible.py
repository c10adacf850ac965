"""A released version of the map is never broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sensorsmith.interface.compatible import breaks, released, table

_MEND = """write the present table to src/sensorsmith/interface/released when a version is released, and never else:
python -m tests.interface.test_compatible"""
FILE = Path(__file__).parents[2] / "src" / "sensorsmith" / "interface" / "released" / "MLS1-1.json"


def test_the_released_version_is_not_broken() -> None:
    assert breaks(released(), table()) == [], _MEND


def test_a_table_breaks_nothing_of_itself() -> None:
    assert breaks(table(), table()) == []
    assert table() == json.loads(json.dumps(table()))


Change = Callable[[dict[str, Any]], object]
_BREAKS: list[tuple[Change, str]] = [
    (lambda t: t["registers"].pop("SEQ"), "SEQ is gone"),
    (lambda t: t["registers"]["SEQ"].update(address=0x50), "SEQ: address was 20, is 80"),
    (lambda t: t["registers"]["SEQ"].update(size=2), "SEQ: size was 4, is 2"),
    (lambda t: t["registers"]["SEQ"].update(type="bytes"), "SEQ: type was u32, is bytes"),
    (lambda t: t["registers"]["MODE"].update(access="ro"), "MODE: access was rw, is ro"),
    (lambda t: t["registers"]["LED"].update(reset=0), "LED: reset was 1, is 0"),
    (lambda t: t["registers"]["DEBOUNCE"].update(limits=[1, 8]), "DEBOUNCE: limits was [1, 32], is [1, 8]"),
    (lambda t: t["registers"]["EVENTS"].update(privacy=[]), "EVENTS: privacy was ['stores'], is []"),
    (lambda t: t["registers"]["SEQ"].update(block="TEXT"), "SEQ: block was RESULT, is TEXT"),
    (lambda t: t["registers"]["STATUS"]["bits"].pop("NEW"), "STATUS: bit NEW was 2, is gone"),
    (lambda t: t["registers"]["STATUS"]["bits"].update(NEW=64), "STATUS: bit NEW was 2, is 64"),
    (lambda t: t["registers"]["CMD"]["codes"].update(CLEAR=9), "CMD: code CLEAR was 3, is 9"),
    (lambda t: t["blocks"].update(TEXT=False), "block TEXT has another check sum or is gone"),
    (
        lambda t: t["registers"].update(NEWER=t["registers"]["SEQ"]),
        "NEWER added without a larger minor version",
    ),
    (
        lambda t: t["registers"]["CMD"]["codes"].update(SLEEP=9),
        "CMD.SLEEP added without a larger minor version",
    ),
]


@pytest.mark.parametrize(("change", "message"), _BREAKS, ids=[message for _, message in _BREAKS])
def test_what_breaks_a_host_is_named(change: Change, message: str) -> None:
    changed = deepcopy(dict(table()))
    change(changed)
    assert breaks(table(), changed) == [message]


def test_a_minor_version_may_add() -> None:
    changed = deepcopy(dict(table()))
    changed["registers"]["NEWER"] = changed["registers"]["SEQ"]
    changed["version"][1] += 1
    assert breaks(table(), changed) == []


def test_a_major_version_may_do_anything() -> None:
    assert breaks(table(), {"version": [table()["version"][0] + 1, 0], "blocks": {}, "registers": {}}) == []


if __name__ == "__main__":
    FILE.write_text(json.dumps(table(), indent=1) + "\n")
