from __future__ import annotations

import numpy as np
import pytest

from sensorsmith.compiler import ctext


def test_arrays_stand_in_columns_and_break_at_the_end_of_a_row() -> None:
    text = ctext.array(np.arange(-20, 20, dtype=np.int8).reshape(5, 8))
    assert [int(number) for number in text.replace("\n", "").split(",")] == list(range(-20, 20))
    starts = [line[:14] for line in text.splitlines()]
    assert starts == ["    -20, -19, ", "     -4,  -3, ", "     12,  13, "]


def test_rows_longer_than_a_line_fill_it() -> None:
    lines = ctext.array(np.full((2, 100), -100, np.int8)).splitlines()
    assert all(len(line) <= 120 for line in lines) and len(lines) == 11


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.5f"), (2.0, "2.0f"), (1 / 3, "0.33333334f"), (1e-9, "1e-09f")])
def test_floats_read_back_as_themselves(value: float, text: str) -> None:
    assert ctext.real(value) == text
    assert np.float32(text.rstrip("f")) == np.float32(value)


def test_comments_stay_short_and_closed() -> None:
    assert ctext.comment("a*/b/*c\nd") == "a* /b/ *c?d"
    assert ctext.comment("x" * 100) == "x" * 69 + "..."
