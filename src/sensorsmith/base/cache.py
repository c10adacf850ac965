"""The stage cache: a stage's result is a folder named by everything it depends on.

    <root>/<stage>/<key>/        the files that the stage made, and
        stage.json               what the key was made of, and the SHA-256 of every file
    <root>/tmp/<stage>-<pid>-*/  a stage at work; renamed into place when it is complete

A folder under `<root>/<stage>/` is therefore always whole, whatever kills the process. Two processes that
compute the same stage at once both succeed: the first rename wins and the other uses its result. A stage runs
again when its key is new, or when a file of its folder no longer has the bytes that were recorded.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorsmith.base.files import remove_tree, storage_errors, write_json
from sensorsmith.base.hashing import hash_file, hash_json, hash_tree

_SCHEMA = 1
_ABANDONED_AFTER = 86400.0  # seconds; for folders at work whose process cannot be asked


@dataclass(frozen=True)
class Key:
    """All that a stage's result depends on.

    Attributes:
        stage: the name of the stage, a valid folder name.
        inputs: hash of each thing it reads, by role.
        parameters: JSON values; compared by content.
        code: hash of the program text that computes the stage.
    """

    stage: str
    inputs: Mapping[str, str]
    parameters: Mapping[str, Any]
    code: str

    def as_json(self) -> dict[str, Any]:
        return {"inputs": dict(self.inputs), "parameters": dict(self.parameters), "code": self.code, "schema": _SCHEMA}

    @property
    def digest(self) -> str:
        return hash_json({"stage": self.stage} | self.as_json())


@dataclass(frozen=True)
class StageResult:
    """A finished stage.

    Attributes:
        folder: holds the stage's files; read-only by agreement.
        digest: hash over the names and contents of these files, for use as the input of a later stage.
        ran: whether it was computed now rather than found.
        why: one sentence for `--explain-cache`.
    """

    stage: str
    folder: Path
    digest: str
    ran: bool
    why: str


def code_version(package: Path, rooms: tuple[str, ...]) -> str:
    """Hash of the program text of some folders or files of a package: what a stage's result depends on."""
    files: list[Path] = []
    for room in rooms:
        place = package / room
        files += (
            [place]
            if place.is_file()
            else [p for p in place.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        )
    return hash_tree(files, package)


class Cache:
    """The stage results of one project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, key: Key, build: Callable[[Path], None]) -> StageResult:
        """Return the folder for `key`, calling `build(folder)` to fill a new one where there is none.

        Raises:
            StorageError: the disk is full or the folder forbidden. Nothing half made stays behind.
        """
        if (found := self.find(key)) is not None:
            return found
        folder = self._folder(key)
        damage = _damage(folder)
        why = f"ran: {damage}" if damage else f"ran: {self._difference(key)}"
        self._make(key, folder, build)
        return StageResult(key.stage, folder, _digest(folder), True, why)

    def find(self, key: Key) -> StageResult | None:
        """The folder for `key` where there is a whole one."""
        folder = self._folder(key)
        if _damage(folder) is not None:
            return None
        return StageResult(key.stage, folder, _digest(folder), False, "reused: nothing it depends on has changed")

    def _folder(self, key: Key) -> Path:
        return self.root / key.stage / key.digest[:24]

    def _make(self, key: Key, folder: Path, build: Callable[[Path], None]) -> None:
        workshop = self.root / "tmp"
        with storage_errors(self.root):
            workshop.mkdir(parents=True, exist_ok=True)
            _sweep(workshop)
            work = Path(tempfile.mkdtemp(prefix=f"{key.stage}-{os.getpid()}-", dir=workshop))
        damaged = work.with_name(f"{work.name}-damaged")
        try:
            build(work)  # writes with base.files, so that every file is on the disk
            files = {p.relative_to(work).as_posix(): hash_file(p) for p in sorted(work.rglob("*")) if p.is_file()}
            write_json(work / "stage.json", {"stage": key.stage, "key": key.as_json(), "files": files})
            with storage_errors(self.root):
                _place(work, folder, damaged)
            write_json(self.root / key.stage / "latest.json", {"folder": folder.name})
        finally:
            remove_tree(work)
            remove_tree(damaged)

    def _difference(self, key: Key) -> str:
        """Say in which part the key differs from the stage's last one."""
        try:
            latest = _read_json(self.root / key.stage / "latest.json")["folder"]
            old = _read_json(self.root / key.stage / latest / "stage.json")["key"]
        except (OSError, ValueError, KeyError, TypeError):
            return "never run in this project"
        changes = _changes(old, json.loads(json.dumps(key.as_json())))
        return "; ".join(changes[:4]) + (f"; and {len(changes) - 4} more" if len(changes) > 4 else "")


def _changes(old: Any, new: Any, path: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        inside = (
            _changes(old.get(k), new.get(k), f"{path}.{k}" if path else k) for k in sorted(old.keys() | new.keys())
        )
        return [change for part in inside for change in part]
    if old == new:
        return []
    if path == "code":
        return ["the program text of the stage changed"]
    if path.startswith("inputs."):
        return [f"input {path.removeprefix('inputs.')} changed"]
    return [f"{path.removeprefix('parameters.')} changed from {_short(old)} to {_short(new)}"]


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _damage(folder: Path) -> str | None:
    """None when the folder is whole, an empty string when there is none, otherwise what is wrong with it."""
    try:
        files = dict(_read_json(folder / "stage.json")["files"])
    except FileNotFoundError:
        return "" if not folder.exists() else "its record is missing"
    except (ValueError, KeyError, TypeError):
        return "its record cannot be read"
    for name, recorded in files.items():
        file = folder / name
        if not file.is_file():
            return f"{name} is missing from its folder"
        if hash_file(file) != recorded:
            return f"{name} is damaged in its folder"
    return None


def _digest(folder: Path) -> str:
    return hash_json(_read_json(folder / "stage.json")["files"])


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _place(work: Path, folder: Path, damaged: Path) -> None:
    """Rename a finished folder into place, a damaged one out of the way first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists() and _damage(folder) is not None:
        folder.rename(damaged)
    try:
        work.rename(folder)
    except OSError:
        if _damage(folder) is not None:  # not "another process was first", but a real failure
            raise


def _sweep(workshop: Path) -> None:
    """Remove what killed processes left at work. Where a process cannot be asked whether it lives, age decides."""
    for left in workshop.iterdir():
        pid = left.name.split("-")[-2] if left.name.count("-") >= 2 else ""
        try:
            age = time.time() - left.stat().st_mtime
        except FileNotFoundError:  # another process was faster
            continue
        known = os.name == "posix" and pid.isdigit()
        if not _alive(int(pid)) if known else age > _ABANDONED_AFTER:
            remove_tree(left)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
