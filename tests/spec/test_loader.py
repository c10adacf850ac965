from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorsmith.base.errors import SpecError
from sensorsmith.spec import Architecture, load_declarations, load_sensor

Complaint = Callable[..., str]


def test_valid(project: Path, valid: str) -> None:
    (project / "sensor.yaml").write_text(valid, encoding="utf-8")
    sensor = load_sensor(Path("sensor.yaml"))
    assert sensor.window.length == 4.0
    assert sensor.deployment.lifetime == 3 * 365.25 * 86400
    assert sensor.requirements.maximum_flash == 128 * 1024
    assert isinstance(sensor.model, Architecture)
    assert sensor.setting.children is False
    assert sensor.setting.health == "unknown"


def test_several_mistakes(complaint: Complaint) -> None:
    assert complaint("  hop: 1 s\n", "  hop: 1\n", ("decimate: 4", "decimate: 40"), ("task: classify\n", "")) == (
        'sensor.yaml:1: missing key "task"; add for example "task: classify" (and 2 more)'
    )
    assert complaint("classify", "regress", ("decimate: 4", "decimate: 40")) == (
        'sensor.yaml:7: task is "regress" but must be "classify" (and 1 more)'
    )


@pytest.mark.parametrize(
    ("text", "kind"), [("- a\n", "a list"), ("abc\n", '"abc"'), ("--- ~", "empty"), ("[]", "empty")]
)
@pytest.mark.usefixtures("project")
def test_not_a_mapping(text: str, kind: str) -> None:
    Path("sensor.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_sensor(Path("sensor.yaml"))
    assert str(caught.value) == (
        f'sensor.yaml:1: keys such as "sensorsmith: 1" were expected, but this is {kind}; '
        '"sensorsmith new NAME" writes an example'
    )


_PIECES = st.sampled_from(
    [
        "", " ", "\n", "\t", ":", "- ", "? ", "# ", "[", "]", "{", "}", ",", "&a ", "*a", "!!x ", "'", '"', "|", ">",
        "%", "\\", "<<", "~", "null", "true", "1", "-1", "1e999", "0x", "9" * 400, "4 s", "1e300 years", "1e-300 Hz",
        "é", "\u202e", "\0", "window", "model", "file: x", "../x", "answers", "---\n", "...\n", "motion", "  ",
    ]
)  # fmt: skip


def _outcome(path: Path, text: str) -> None:
    """A sensor or one clear line; nothing else comes out of the loader."""
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for load in (load_sensor, load_declarations):
        try:
            load(path)
        except SpecError as error:
            message = str(error)
            assert message.startswith(str(path))
            assert message.isprintable()
            assert error.what


@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=40).map("".join)))
@settings(max_examples=150, deadline=None)
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    _outcome(tmp_path_factory.getbasetemp() / "any.yaml", text)


@given(st.integers(), st.lists(_PIECES, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_any_mutation(tmp_path_factory: pytest.TempPathFactory, seed: int, pieces: list[str]) -> None:
    lines = Path(__file__).with_name("sensor.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    chance = random.Random(seed)
    for piece in pieces:
        at = chance.randrange(len(lines))
        line, other = lines[at], chance.choice(lines)
        key, colon, _ = line.partition(":")
        lines[at] = chance.choice(["", line * 2, line + other, piece + line, f"{key}{colon} {piece}\n"])
    _outcome(tmp_path_factory.getbasetemp() / "mutated.yaml", "".join(lines))
