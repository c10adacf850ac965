from __future__ import annotations

import json

import pytest

from sensorsmith.cli.output import print_json, print_table


def test_json_is_ascii_and_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"b": "µ", "a": None})
    text = capsys.readouterr().out
    assert text == '{\n "a": null,\n "b": "\\u00b5"\n}\n'
    assert json.loads(text) == {"a": None, "b": "µ"}


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        print_json(float("nan"))


def test_table_shows_text_as_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Brackets are no markup: they come out of files that users write."""
    monkeypatch.setenv("COLUMNS", "40")
    print_table(("name", "what"), [("[red]a[/]", "[link=x]y 12"), ("b", "word " * 20)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "what"]
    assert lines[2].split() == ["[red]a[/]", "[link=x]y", "12"]
    assert sum(line.count("word") for line in lines) == 20
    assert max(map(len, lines)) <= 40


def test_numbers_are_right_aligned_and_never_wrap(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    print_table(
        ("name", "MACs", "cycles"), [("a long name of a layer", "1", "12,345"), ("b", "123,456", "7")], numbers=2
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "name                        MACs   cycles"
    assert lines[2:] == ["a long name of a layer         1   12,345", "b                        123,456        7"]
