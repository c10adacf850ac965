"""A released version of the map is never broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sensorsmith.interface import BLOCKS, Block, Register
from sensorsmith.interface.compatible import breaks, released, table

_MEND = """write the present table to src/sensorsmith/interface/released when a version is released, and never else:
python -m tests.interface.test_compatible"""
FILE = Path(__file__).parents[2] / "src" / "sensorsmith" / "interface" / "released" / "MLS1-1.json"


def test_the_released_version_is_not_broken() -> None:
    assert breaks(released(), table()) == [], _MEND


def test_the_released_version_is_the_one_of_the_file() -> None:
    assert released() == json.loads(FILE.read_text(encoding="utf-8"))
    assert released()["version"][0] == 1


def test_a_table_breaks_nothing_of_itself() -> None:
    assert breaks(table(), table()) == []
    assert table() == json.loads(json.dumps(table()))


Change = Callable[[dict[str, Any]], object]


def _of(name: str, **aspects: object) -> Change:
    return lambda t: t["registers"][name].update(aspects)


_BREAKS: list[tuple[Change, str]] = [
    (lambda t: t["registers"].pop("SEQ"), "SEQ is gone"),
    (_of("SEQ", address=0x50), "SEQ moved from 0x14 to 0x50"),
    (_of("SEQ", size=2), "SEQ was 4 bytes, is 2"),
    (_of("SEQ", type="bytes"), "SEQ was u32, is bytes"),
    (_of("SEQ", block="TEXT"), "SEQ was in block RESULT, is in TEXT"),
    (_of("MODE", access="ro"), "MODE can no longer be written"),
    (_of("MODE", access="wo"), "MODE can no longer be read"),
    (_of("LED", reset=0), "LED was 0x01 at power on, is 0x00"),
    (_of("LED", reset=None), "LED was 0x01 at power on, is set by the sensor"),
    (_of("DEBOUNCE", limits=[1, 8]), "DEBOUNCE took 1 to 32, takes 1 to 8"),
    (_of("DEBOUNCE", limits=[2, 64]), "DEBOUNCE took 1 to 32, takes 2 to 64"),
    (_of("DEBOUNCE", limits=None), "DEBOUNCE took 1 to 32, takes no setting"),
    (_of("SEQ", limits=[0, 9]), "SEQ took no setting, takes 0 to 9"),
    (_of("EVENTS", privacy=[]), "EVENTS was tagged stores, is without a privacy tag"),
    (_of("CLASS", privacy=["biometric"]), "CLASS was without a privacy tag, is tagged biometric"),
    (lambda t: t["registers"]["STATUS"]["bits"].pop("NEW"), "STATUS bit NEW is gone"),
    (lambda t: t["registers"]["STATUS"]["bits"].update(NEW=64), "STATUS bit NEW was 0x02, is 0x40"),
    (lambda t: t["registers"]["CMD"]["codes"].pop("CLEAR"), "CMD code CLEAR is gone"),
    (lambda t: t["registers"]["CMD"]["codes"].update(CLEAR=9), "CMD code CLEAR was 3, is 9"),
    (lambda t: t["blocks"].pop("TEXT"), "block TEXT is gone"),
    (lambda t: t["blocks"].update(TEXT=False), "block TEXT no longer ends with a check sum"),
    (lambda t: t["blocks"].update(BUILD=True), "block BUILD now ends with a check sum"),
    (lambda t: t["version"].__setitem__(1, -1), "the version was 1.0, is 1.-1"),
]
_ADDS: list[tuple[Change, str]] = [
    (lambda t: t["registers"].update(NEWER=t["registers"]["SEQ"]), "NEWER"),
    (lambda t: t["registers"]["CMD"]["codes"].update(SLEEP=9), "CMD.SLEEP"),
    (lambda t: t["registers"]["CAPS"]["bits"].update(SIGNED_LOG=0x20), "CAPS.SIGNED_LOG"),
    (_of("CFG_VER", access="rw"), "access to CFG_VER"),
    (_of("DEBOUNCE", limits=[1, 64]), "values of DEBOUNCE"),
]


def _changed(change: Change) -> dict[str, Any]:
    changed = deepcopy(dict(table()))
    change(changed)
    return changed


@pytest.mark.parametrize(("change", "message"), _BREAKS, ids=[message for _, message in _BREAKS])
def test_what_breaks_a_host_is_named(change: Change, message: str) -> None:
    assert breaks(table(), _changed(change)) == [message]


@pytest.mark.parametrize(("change", "message"), _ADDS, ids=[message for _, message in _ADDS])
def test_only_a_larger_minor_version_adds(change: Change, message: str) -> None:
    changed = _changed(change)
    assert breaks(table(), changed) == [f"{message} added, but the version is 1.0 as before"]
    changed["version"][1] += 1
    assert breaks(table(), changed) == []


def test_a_larger_minor_version_breaks_no_more_than_it_may() -> None:
    changed = _changed(_of("SEQ", size=2))
    changed["version"][1] += 1
    assert breaks(table(), changed) == ["SEQ was 4 bytes, is 2"]


def _with(name: str, register: Callable[[Register], Register]) -> tuple[Block, ...]:
    """The map with one register changed."""
    return tuple(replace(b, registers=tuple(register(r) if r.name == name else r for r in b.registers)) for b in BLOCKS)


def test_a_change_of_the_typed_table_itself() -> None:
    """Not only of its plain form: what is compared is made from the table that firmware and drivers are made from."""
    narrow = _with("THRESH", lambda r: replace(r, limits=(1, 255), access="ro"))
    assert breaks(released(), table(narrow)) == [
        "THRESH can no longer be written",
        "THRESH took 0 to 255, takes 1 to 255",
    ]
    assert breaks(released(), table(BLOCKS[:-1]))[0] == "block CHECK is gone"


def test_a_minor_version_says_so_in_its_own_register() -> None:
    assert breaks(table(), table(_with("IF_VER", lambda r: replace(r, reset=0x0101)), (1, 1))) == []


def test_better_words_break_nothing() -> None:
    assert breaks(table(), table(_with("SEQ", lambda r: replace(r, meaning="number of the result")))) == []


def test_a_major_version_may_do_anything() -> None:
    assert breaks(table(), {"version": [table()["version"][0] + 1, 0], "blocks": {}, "registers": {}}) == []


if __name__ == "__main__":
    FILE.write_text(json.dumps(table(), indent=1) + "\n")
