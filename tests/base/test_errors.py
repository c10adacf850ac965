from __future__ import annotations

import inspect
import re

import pytest

from sensorsmith.base import errors
from sensorsmith.base.errors import DataError, SensorsmithError


def test_message_says_where_what_and_what_to_do() -> None:
    error = DataError("sample 7 is not a number", where="walk.csv:8", todo="remove the row")
    assert str(error) == "walk.csv:8: sample 7 is not a number; remove the row"
    assert error.exit_code == 2


def test_message_stays_on_one_line_whatever_the_input() -> None:
    error = DataError("a\nb\x1b[31m\u2028c" + "x" * 5000)
    assert "\n" not in str(error)
    assert "\x1b" not in str(error)
    assert str(error).startswith("a b [31m c")
    assert len(str(error)) == 1000


@pytest.mark.parametrize(
    "name", [n for n, c in vars(errors).items() if inspect.isclass(c) and issubclass(c, SensorsmithError)]
)
def test_the_drawn_tree_names_every_class(name: str) -> None:
    tree = (errors.__doc__ or "").split("Any other")[0]
    assert re.search(rf"\b{name}\b", tree)
