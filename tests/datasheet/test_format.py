import json

import pytest

from sensorsmith.datasheet.format import aligned, escape_invisible, number, printable, scale


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (0.01477, "s", "14.8 ms"),
        (0.0009996, "s", "1.00 ms"),
        (0.0, "s", "0 s"),
        (90.0, "s", "90 s"),
        (4884.0, "s", "81.4 min"),
        (9840.0, "s", "2.73 h"),
        (0.000614, "J", "614 µJ"),
        (912, "B", "912 B"),
        (23_962, "B", "23.4 KiB"),
        (2_097_152, "B", "2 MiB"),
        (1_418_233, "instructions", "1.42 M instructions"),
        (999_900, "1", "1.00 M"),
        (9999, "windows", "9999 windows"),
        (10_000, "1", "10 k"),
        (120e6, "Hz", "120 MHz"),
        (6.807, "bit/s", "6.81 bit/s"),
        (1.071, "kg CO2e", "1.07 kg CO₂e"),
        (0.0112, "kg CO2e", "11.2 g CO₂e"),
        (0.8667, "%", "86.7 %"),
        (0.05, "furlong", "0.0500 furlong"),
    ],
)
def test_three_digits_in_a_fitting_unit(value: float, unit: str, printed: str) -> None:
    factor, shown = scale(value, unit)
    assert f"{number(value, factor)} {shown}".rstrip() == printed


@pytest.mark.parametrize(("share", "printed"), [(1.0, "100"), (0.0, "0"), (0.9996, "99.96"), (0.00004, "0.004")])
def test_rounding_makes_no_perfect_score(share: float, printed: str) -> None:
    assert number(share, 0.01) == printed


def test_a_column_has_one_number_of_decimals_and_no_false_zero() -> None:
    assert [aligned(v, 1.0, 0.36) for v in (0.36, 0.05, 0.0042, 0.0002, 0.0)] == [
        "0.360",
        "0.050",
        "0.004",
        "<0.001",
        "0.000",
    ]


def test_printable_is_one_line_of_visible_characters() -> None:
    assert printable("a\n\tb  c") == "a b c"
    assert printable("pay \u202eevil\u202c \u0007now\u200b") == "pay \ufffdevil\ufffd \ufffdnow\ufffd"
    assert printable("Ünïcode, שלום, 漢字, 😀") == "Ünïcode, שלום, 漢字, 😀"


def test_invisible_characters_are_escaped_in_json_and_read_back() -> None:
    text = json.dumps("a\u202eb\u200b\U000e0041é", ensure_ascii=False)
    safe = escape_invisible(text)
    assert safe == '"a\\u202eb\\u200b\\udb40\\udc41é"'
    assert json.loads(safe) == "a\u202eb\u200b\U000e0041é"
