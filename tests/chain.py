"""A whole sensor, made once for all tests that look at one: the demo, from the model that comes with Sensorsmith."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from sensorsmith.base.errors import MissingTool
from sensorsmith.cli.demo import write_demo
from sensorsmith.data import find, named
from sensorsmith.firmware import toolchain
from sensorsmith.flow import Outcome, Project, make

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Finished:
    """A project whose stages have all run."""

    project: Project
    outcome: Outcome

    @cached_property
    def folders(self) -> Mapping[str, Path]:
        return {name: result.folder for name, result in self.outcome.results.items()}


def require_chain() -> None:
    """Skip where a whole sensor cannot be made."""
    if find(named("seglearn-watch")) is None:
        pytest.skip("the recordings are not on this machine; sensorsmith data fetch seglearn-watch brings them")
    if importlib.util.find_spec("unicorn") is None:
        pytest.skip("the [emulate] extra is not installed")
    try:
        toolchain.find("cortex-m4")
    except MissingTool as missing:
        pytest.skip(str(missing))


def finish(folder: Path) -> Finished:
    write_demo(folder)
    project = Project.load(folder)
    return Finished(project, make(project))


def small_demo(folder: Path) -> Path:
    """The demo with one unseen person and few windows, so that it is made in seconds."""
    write_demo(folder)
    edit(folder, r"unseen: \[.*\]", "unseen: [p10]")
    edit(folder, r"hop: 1 s", "hop: 4 s")
    return folder


def trainable(folder: Path) -> Path:
    """The example as it is, with a training of a few seconds."""
    shutil.copytree(
        ROOT / "examples" / "motion-exercise", folder, ignore=shutil.ignore_patterns(".sensorsmith", "build")
    )
    edit(folder, r"steps: 800", "steps: 40")
    return folder


def edit(folder: Path, pattern: str, replacement: str) -> None:
    """Change sensor.yaml in exactly one place."""
    file = folder / "sensor.yaml"
    text, count = re.subn(pattern, replacement, file.read_text(encoding="utf-8"))
    assert count == 1, pattern
    file.write_text(text, encoding="utf-8")


def copy_folders(finished: Finished, target: Path, *names: str) -> dict[str, Path]:
    """Stage folders in which the named ones are copies that a test may break."""
    folders = dict(finished.folders)
    for name in names:
        folders[name] = Path(shutil.copytree(folders[name], target / name))
    return folders
