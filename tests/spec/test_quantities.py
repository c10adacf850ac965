from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sensorsmith.base.units import DIMENSIONS
from sensorsmith.spec import quantities

Complaint = Callable[..., str]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (quantities.Time, "250 ms", 0.25),
        (quantities.Memory, "64KiB", 65536.0),
        (quantities.Ratio, "80 %", 0.8),
        (quantities.Ratio, 0.25, 0.25),
        (quantities.Ratio, 0, 0.0),
        (quantities.Length, "0 km", 0.0),
        (quantities.WrittenAcceleration, "4 g", "4 g"),
    ],
)
def test_reads(kind: Any, text: Any, expected: Any) -> None:
    assert TypeAdapter(kind).validate_python(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (quantities.Time, 4),
        (quantities.Time, "0 s"),
        (quantities.Time, "4"),
        (quantities.Time, True),
        (quantities.Time, None),
        (quantities.Time, "1e400 s"),
        (quantities.Length, "-1 km"),
        (quantities.Ratio, 1.1),
        (quantities.Ratio, "101 %"),
        (quantities.Ratio, -0.1),
        (quantities.Ratio, True),
        (quantities.WrittenAcceleration, "4 s"),
        (quantities.WrittenAcceleration, 4),
    ],
)
def test_refuses(kind: Any, value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


@given(st.sampled_from(sorted(DIMENSIONS["time"].units)), st.floats(1e-6, 1e6))
def test_the_schema_knows_every_unit(unit: str, number: float) -> None:
    text = f"{number!r} {unit}"
    schema = TypeAdapter(quantities.Time).json_schema()
    assert re.search(schema["pattern"], text)
    TypeAdapter(quantities.Time).validate_python(text)


def test_units(complaint: Complaint) -> None:
    assert complaint("50 Hz", "50") == (
        "sensor.yaml:11: transducer.rate: 50 has no unit, and a frequency needs one of mHz, Hz, kHz, MHz, GHz; "
        'write for example "3 Hz"'
    )
    assert complaint("50 Hz", "50 s") == (
        "sensor.yaml:11: transducer.rate: 's' is not a unit of frequency; use one of mHz, Hz, kHz, MHz, GHz"
    )
    assert complaint("rate: 50 Hz", "rate:") == (
        'sensor.yaml:11: transducer.rate: a frequency is needed, but it is empty; write for example "50 Hz"'
    )
    assert complaint("128 KiB", "[128]") == (
        'sensor.yaml:48: requirements.maximum_flash: a memory is needed, but it is a list; write for example "64 KiB"'
    )
    assert complaint("length: 4 s", "length: -4 s") == (
        'sensor.yaml:23: window.length: "-4 s" is not more than zero; write for example "4 s"'
    )
    assert complaint("mass: 100 g", "mass: 100 g\n  duty_cycle: 5") == (
        'sensor.yaml:47: deployment.duty_cycle: 5 is not a share between 0 and 1; write for example "20 %" or 0.2'
    )
