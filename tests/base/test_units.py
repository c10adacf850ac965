from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorsmith.base.errors import UserError
from sensorsmith.base.units import DIMENSIONS, convert, parse


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("250 ms", "time", 0.25),
        ("4s", "time", 4.0),
        ("3 years", "time", 3 * 365.25 * 86400),
        ("50 Hz", "frequency", 50.0),
        ("64 KiB", "memory", 65536.0),
        ("1e-3 mW", "power", 1e-6),
        ("0.244 mg", "acceleration", 0.244e-3 * 9.80665),
        ("70 mdps", "angular rate", 0.07 * math.pi / 180),
        ("80 %", "ratio", 0.8),
        (0.8, "ratio", 0.8),
    ],
)
def test_quantities_become_base_units(text: object, dimension: str, value: float) -> None:
    assert parse(text, dimension) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "message"),
    [
        ("4 kg", "time", "'kg' is not a unit of time; use one of ns, us, ms, s, min, h, day, days, year, years"),
        (
            4,
            "frequency",
            '4 has no unit, and a frequency needs one of mHz, Hz, kHz, MHz, GHz; write for example "3 Hz"',
        ),
        ("fast", "frequency", "'fast' is not a frequency; write for example \"3 Hz\""),
        ("1e999 s", "time", "'1e999 s' is not a finite time; write for example \"3 s\""),
        (True, "ratio", "'True' is not a ratio; write for example \"0.9\""),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(text: object, dimension: str, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text, dimension)
    assert str(caught.value) == message


@given(st.floats(-1e6, 1e6), st.sampled_from(sorted(DIMENSIONS)), st.data())
def test_a_round_trip_between_any_two_units_gives_the_value_back(value: float, name: str, data: st.DataObject) -> None:
    units = st.sampled_from(sorted(DIMENSIONS[name].units))
    one, two = data.draw(units), data.draw(units)
    assert convert(convert(value, one, two), two, one) == pytest.approx(value, rel=1e-12, abs=1e-300)


def test_units_of_different_dimensions_do_not_convert() -> None:
    with pytest.raises(UserError, match=r"^'kg' cannot be converted to 's'$"):
        convert(1.0, "kg", "s")
