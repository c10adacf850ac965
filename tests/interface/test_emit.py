from __future__ import annotations

import re
from pathlib import Path

from sensorsmith.interface import BLOCKS, REGISTERS, emit_c, markdown, rows
from sensorsmith.spec.types import Sensor

_GOLDEN = Path(__file__).with_name("registers.md")


def _macros(sensor: Sensor) -> dict[str, str]:
    return dict(re.findall(r"^#define (SS_\w+) (.+)$", emit_c(sensor)["ss_register_map.h"], re.MULTILINE))


def test_the_table_in_markdown() -> None:
    assert markdown() == _GOLDEN.read_text(encoding="utf-8"), "if the change is meant: write markdown() to registers.md"


def test_rows_follow_the_table() -> None:
    assert [(row.name, row.size) for row in rows()] == [(r.name, str(r.size)) for r in REGISTERS]
    assert rows()[0] == ("0x00-0x03", "MAGIC", "4", "ascii", "ro", "MLS1", "`MLS1`: this is an ML sensor")


def test_the_header_has_every_address_size_and_mask(tiny_sensor: Sensor) -> None:
    macros = _macros(tiny_sensor)
    places = [(b.name, b.start, b.size) for b in BLOCKS] + [(r.name, r.address, r.size) for r in REGISTERS]
    for name, address, size in places:
        assert macros[f"SS_{name}"] == f"0x{address:02X}u"
        assert macros[f"SS_{name}_SIZE"] == f"{size}u"
    assert macros["SS_STATUS_WARMING_UP"] == "0x04u"


def test_the_header_has_the_constants_of_the_sensor(tiny_sensor: Sensor) -> None:
    macros = _macros(tiny_sensor)
    assert macros["SS_VENDOR_VALUE"] == f"{0x1234}u"
    assert macros["SS_CONF_BITS_VALUE"] == "4u"
    assert macros["SS_PERIOD_DS_VALUE"] == "1u"
    assert (macros["SS_RATE"], macros["SS_RATE_PER"]) == ("50u", "1u")


def test_a_rate_that_is_no_whole_number_is_exact(tiny_sensor: Sensor) -> None:
    slow = tiny_sensor.model_copy(update={"transducer": tiny_sensor.transducer.model_copy(update={"rate": 12.5})})
    assert (_macros(slow)["SS_RATE"], _macros(slow)["SS_RATE_PER"]) == ("25u", "2u")


def test_a_period_beyond_the_register_is_its_largest_value(tiny_sensor: Sensor) -> None:
    slow = tiny_sensor.model_copy(update={"window": tiny_sensor.window.model_copy(update={"hop": 60.0})})
    assert _macros(slow)["SS_PERIOD_DS_VALUE"] == "255u"
