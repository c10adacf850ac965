from __future__ import annotations

import re

from tests import tiny

from sensorsmith.interface import BLOCKS, REGISTERS, emit_c
from sensorsmith.spec.types import Sensor


def _macros(sensor: Sensor) -> dict[str, str]:
    header = emit_c(sensor, tiny.LABELS, bytes(32))["ss_register_map.h"]
    return dict(re.findall(r"^#define (SS_\w+) (.+)$", header, re.MULTILINE))


def test_the_header_has_every_address_size_and_mask(tiny_sensor: Sensor) -> None:
    macros = _macros(tiny_sensor)
    places = [(b.name, b.start, b.size) for b in BLOCKS] + [(r.name, r.address, r.size) for r in REGISTERS]
    for name, address, size in places:
        assert macros[f"SS_{name}"] == f"0x{address:02X}u"
        assert macros[f"SS_{name}_SIZE"] == f"{size}u"
    assert macros["SS_STATUS_WARMING_UP"] == "0x04u"


def test_the_header_has_the_constants_of_the_sensor(tiny_sensor: Sensor) -> None:
    macros = _macros(tiny_sensor)
    assert macros["SS_CONF_BITS_VALUE"] == "4u"
    assert (macros["SS_RATE_NUMERATOR"], macros["SS_RATE_DENOMINATOR"]) == ("50u", "1u")


def test_a_rate_that_is_no_whole_number_is_exact(tiny_sensor: Sensor) -> None:
    slow = tiny_sensor.model_copy(update={"transducer": tiny_sensor.transducer.model_copy(update={"rate": 12.5})})
    assert (_macros(slow)["SS_RATE_NUMERATOR"], _macros(slow)["SS_RATE_DENOMINATOR"]) == ("25u", "2u")


def test_settings_have_their_limits(tiny_sensor: Sensor) -> None:
    limits = _macros(tiny_sensor)["SS_LIMITS_VALUE"]
    assert limits.startswith("{{0u, 1u, 0u, 1u}, {1u, 2u, 1u, 65535u}, {3u, 1u, 0u, 255u}, ")
    assert limits.count("{") == 1 + sum(r.limits is not None for r in REGISTERS)
