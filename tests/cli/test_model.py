from __future__ import annotations

import pytest

from sensorsmith.cli.model import TARGETS, amount_text, size_text
from sensorsmith.compiler import VARIANTS


def test_the_targets_are_those_of_the_compiler() -> None:
    assert tuple(VARIANTS) == TARGETS


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (25000, "24.4 KiB")])
def test_sizes(count: int, text: str) -> None:
    assert size_text(count) == text


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (1234567.4, "", "1,234,567"),
        (0.0191, "s", "19.1 ms"),
        (2.5, "s", "2.5 s"),
        (7.9e-4, "J", "790 uJ"),
        (3.7e-10, "J", "0.37 nJ"),
    ],
)
def test_amounts(number: float, unit: str, text: str) -> None:
    assert amount_text(number, unit) == text
