"""`sensorsmith drivers`"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sensorsmith.cli import main
from sensorsmith.interface.drivers import KINDS, driver


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ("drivers", *words))


def test_without_a_kind_it_lists_them() -> None:
    lines = [line.split(maxsplit=1) for line in run().stdout.splitlines()[2:]]
    assert [(name, what.rstrip()) for name, what in lines] == [(name, what) for name, (what, _) in KINDS.items()]
    assert json.loads(run("--json").stdout)["kinds"] == {name: what for name, (what, _) in KINDS.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_driver_is_a_folder(kind: str, tmp_path: Path) -> None:
    result = run(kind, "--output", str(tmp_path))
    assert result.exit_code == 0, result.output
    written = {path.relative_to(tmp_path / kind).as_posix(): path.read_text() for path in files(tmp_path)}
    assert written == driver(kind)
    assert result.stdout.split() == [str(tmp_path / kind / name) for name in driver(kind)]
    assert run(kind, "--output", str(tmp_path)).exit_code == 0, "again changes nothing"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_kind_that_is_not_there(tmp_path: Path) -> None:
    result = run("smbus2", "micropythn", "--output", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == 'error: there is no driver "micropythn"; did you mean "micropython"?\n'
    assert files(tmp_path) == []


def test_a_file_that_the_user_changed_is_kept(tmp_path: Path) -> None:
    run("serial", "--output", str(tmp_path))
    file = tmp_path / "serial" / "mls1.py"
    file.write_bytes(b"# mine: \xff\n")
    result = run("serial", "smbus2", "--output", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == f"error: {file}: this file is another than would be written; move it, or add --force\n"
    assert file.read_bytes() == b"# mine: \xff\n" and not (tmp_path / "smbus2").exists()
    assert run("serial", "--output", str(tmp_path), "--force").exit_code == 0
    assert file.read_text() == driver("serial")["mls1.py"]


def test_a_place_that_is_taken(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    result = run("serial", "--output", str(tmp_path / "notes"))
    assert result.exit_code == 2
    assert result.stderr == f"error: {tmp_path / 'notes'}: this is a file, not a folder; choose another folder\n"
    folder = tmp_path / "serial" / "example.py"
    folder.mkdir(parents=True)
    result = run("serial", "--output", str(tmp_path), "--force")
    assert result.exit_code == 2
    assert result.stderr == f"error: {folder}: this is a folder, not a file; move it, or choose another folder\n"
    assert files(tmp_path) == [tmp_path / "notes"]
