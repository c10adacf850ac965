"""What the datasheet says of the register map, held against the map itself."""

from __future__ import annotations

from tests.datasheet.example import example, sensor

from sensorsmith.datasheet import registers
from sensorsmith.datasheet.layout import lay_out
from sensorsmith.interface import BLOCKS, SETTINGS, block, power_on


def test_every_block_is_there_with_what_it_keeps() -> None:
    rows = registers.blocks().rows
    assert [row[:5] for row in rows] == [(b.start, b.name, b.access, b.size, b.meaning) for b in BLOCKS]
    assert {row[1]: row[5] for row in rows if row[5]} == {"RESULT": "stores", "TALLY": "stores"}
    assert {row[1] for row in rows if row[2] != "ro"} == {"CONFIG", "CONTROL", "TEXT"}


def test_every_register_of_the_result_is_there() -> None:
    rows = registers.results().rows
    assert [row[:2] for row in rows] == [(r.address, r.name) for r in block("RESULT").registers]
    assert {row[1]: row[5] for row in rows if row[5]} == {"EVENTS": "stores"}


def test_the_settings_are_those_that_the_firmware_starts_with() -> None:
    chosen = sensor().model_copy(
        update={"outputs": sensor().outputs.model_copy(update={"debounce": 3, "threshold": 0.5, "smoothing": 2})}
    )
    content = power_on(chosen, ("a", "b"), bytes(32))
    rows = registers.settings(chosen).rows
    assert rows == tuple(
        (r.address, r.name, int.from_bytes(content[r.address : r.address + r.size], "little"), *(r.limits or ()))
        for r in SETTINGS
    )
    assert {row[1]: row[2] for row in rows if row[1] in ("DEBOUNCE", "THRESH", "SMOOTHING")} == {
        "THRESH": 128,
        "DEBOUNCE": 3,
        "SMOOTHING": 2,
    }


def test_the_sheet_prints_them() -> None:
    shown = lay_out(example()).registers
    assert [(title, len(lines)) for title, lines in shown.groups] == [
        ("Blocks", len(BLOCKS)),
        ("RESULT, which a read without an address gives", len(block("RESULT").registers)),
    ]
    assert [piece.text for piece in shown.groups[0][1][7]] == [
        *("0xA0", "TALLY", "ro", "32", "how often each class began", "stores")
    ]
    (settings,) = (fact for fact in shown.facts if fact.name == "Settings")
    text = "".join(piece.text for piece in settings.cell)
    assert text.startswith("at power on (limits): MODE 1 (0 to 1); RATE 1 (1 to 65535); THRESH 0 (0 to 255); ")
    assert text.endswith("ADDR 42 (8 to 119)")
