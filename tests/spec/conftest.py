"""A small valid sensor.yaml, and what the loader says to changes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sensorsmith.base.errors import SpecError
from sensorsmith.spec import load_sensor

VALID = Path(__file__).with_name("sensor.yaml").read_text(encoding="utf-8")


@pytest.fixture
def valid() -> str:
    return VALID


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def complaint(project: Path) -> Callable[..., str]:
    """Write sensor.yaml with a piece of text replaced, and return the one line that the loader answers."""

    def complain(old: str, new: str, *further: tuple[str, str]) -> str:
        text = VALID
        for before, after in ((old, new), *further):
            assert text.count(before) == 1, f"{before!r} must be in the file once"
            text = text.replace(before, after)
        (project / "sensor.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(SpecError) as caught:
            load_sensor(Path("sensor.yaml"))
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return complain
