from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sensorsmith.base.errors import SpecError
from sensorsmith.spec.yaml import Place, read_yaml

_ELSEWHERE = "recordings and models belong into files of their own"


def refusal(content: bytes) -> str:
    Path("sensor.yaml").write_bytes(content)
    with pytest.raises(SpecError) as caught:
        read_yaml(Path("sensor.yaml"))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def value(text: str) -> Any:
    Path("sensor.yaml").write_text(f"key: {text}\n", encoding="utf-8")
    return read_yaml(Path("sensor.yaml")).data["key"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("-0", 0),
        ("08", 8),
        ("0x2A", 42),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"a\\u00e9\\n"', "aé\n"),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2027-03-31", "2027-03-31"),
        (".inf", ".inf"),
        ("=", "="),
        ("4 s", "4 s"),
        ("[1, [a]]", [1, ["a"]]),
        ("{a: {}}", {"a": {}}),
    ],
)
@pytest.mark.usefixtures("project")
def test_scalars_follow_yaml_1_2(text: str, expected: Any) -> None:
    result = value(text)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.usefixtures("project")
def test_keys_are_text() -> None:
    Path("sensor.yaml").write_text("on: 1\n2: {true: x}\n", encoding="utf-8")
    assert read_yaml(Path("sensor.yaml")).data == {"on": 1, "2": {"true": "x"}}


@pytest.mark.usefixtures("project")
def test_places_and_texts() -> None:
    Path("sensor.yaml").write_text("a: 0x10\nb:\n  - x\n  - c: [y,\n     z]\n", encoding="utf-8")
    document = read_yaml(Path("sensor.yaml"))
    assert document.keys == {("a",): Place(1, 1), ("b",): Place(2, 1), ("b", 1, "c"): Place(4, 5)}
    assert document.values[()] == Place(1, 1)
    assert document.values[("a",)] == Place(1, 4)
    assert document.values[("b", 0)] == Place(3, 5)
    assert document.values[("b", 1, "c", 1)] == Place(5, 6)
    assert document.texts[("a",)] == "0x10"


@pytest.mark.usefixtures("project")
def test_byte_order_mark_and_windows_line_ends() -> None:
    Path("sensor.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document = read_yaml(Path("sensor.yaml"))
    assert document.data == {"a": 1, "b": 2}
    assert document.keys[("b",)] == Place(2, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", 'sensor.yaml: the file has no content; "sensorsmith new NAME" writes an example'),
        (b"# nothing\n", 'sensor.yaml: the file has no content; "sensorsmith new NAME" writes an example'),
        (b"a:\n\tb: 1\n", "sensor.yaml:2: a tab stands where only spaces may; indent with spaces"),
        (
            b"a: 1\nb: c: d\n",
            "sensor.yaml:2: this is not YAML: mapping values are not allowed here; "
            "check colons, quotes and indentation here and in the line above",
        ),
        (
            b"a: 1\n---\nb: 2\n",
            'sensor.yaml:2: a second document begins here; keep one document, without a further "---"',
        ),
        (b"a: 1\nb: &x 1\nc: *x\n", 'sensor.yaml:2: anchors such as "&x" are not read; write the value out'),
        (b"a: 1\nc: *x\n", 'sensor.yaml:2: aliases such as "*x" are not read; write the value out'),
        (b"a:\n  <<: {b: 1}\n", 'sensor.yaml:2: merge keys ("<<") are not read; write the keys out'),
        (
            b"a: !!python/object/apply:os.system [ls]\n",
            'sensor.yaml:1: tags such as "tag:yaml.org,2002:python/object/apply:os.system" are not read; '
            "write the value out",
        ),
        (b"a: ! 1\n", 'sensor.yaml:1: tags such as "!" are not read; write the value out'),
        (b"a: 1\nb: 2\na: 3\n", 'sensor.yaml:3: the key "a" stands here and in line 1; keep one of the two'),
        (b"? [a]\n: b\n", "sensor.yaml:1: a key must be plain text; write it as one word before the colon"),
        (b"a: \xff\n", "sensor.yaml:1: this is not UTF-8 text; save the file as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "sensor.yaml:1: this is not UTF-8 text; save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), "sensor.yaml:1: this is not UTF-8 text; save the file as UTF-8"),
        (b"a: 1\nb: \x07\n", "sensor.yaml:2: the character U+0007 is not allowed in YAML; delete it"),
        (b'a: 1\nb: "\\e[31m"\n', "sensor.yaml:2: the character U+001B is not allowed in text; delete it"),
        (b'"\\0": 1\n', "sensor.yaml:1: the character U+0000 is not allowed in text; delete it"),
        (b'a: "\\ud800"\n', "sensor.yaml:1: the character U+D800 is not allowed in text; delete it"),
        (b'a: 1\nb: "\\UFFFFFFFF"\n', "sensor.yaml:2: this is not YAML; look for a stray \\ or %"),
        (b"%YAML 1." + b"9" * 5000 + b"\n---\na: 1", "sensor.yaml:1: this is not YAML; look for a stray \\ or %"),
        (b"a: " + b"[" * 5000, "sensor.yaml:1: nested more than 20 deep; no description needs that"),
        (b"a:\n" + b"- 1\n" * 6000, f"sensor.yaml:4999: more than 5000 values; {_ELSEWHERE}"),
        (b"a" * 2_000_000, f"sensor.yaml: the file is larger than 1 MB; {_ELSEWHERE}"),
    ],
    ids=lambda case: repr(case[:20]) if isinstance(case, bytes) else "",
)
@pytest.mark.usefixtures("project")
def test_refusals(content: bytes, message: str) -> None:
    assert refusal(content) == message


@pytest.mark.usefixtures("project")
def test_alias_bomb() -> None:
    lines = ["a0: &a0 [lol, lol]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    assert refusal("\n".join(lines).encode()) == (
        'sensor.yaml:1: anchors such as "&a0" are not read; write the value out'
    )


def test_missing_file(project: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read_yaml(Path("sensor.yaml"))
    assert str(caught.value) == (
        "sensor.yaml: there is no such file; "
        'change into the folder of a sensor, or make one with "sensorsmith new NAME"'
    )
    (project / "sensor.yaml").mkdir()
    with pytest.raises(SpecError, match=r"^sensor.yaml: the file cannot be read: .*; name a readable file$"):
        read_yaml(Path("sensor.yaml"))
