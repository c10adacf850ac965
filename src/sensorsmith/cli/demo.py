"""`sensorsmith demo`"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import click

from sensorsmith.cli.output import json_option

_EXAMPLE = "motion-exercise"
_MODEL = "trained/model.tflite"


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), default="sensorsmith-demo", show_default=True, help="Where to work."
)
@json_option
def command(folder: Path, as_json: bool) -> None:
    """Make a whole sensor from a model that comes with Sensorsmith, in under a minute."""
    from sensorsmith.cli.make import make_project
    from sensorsmith.data import fetch, find, named

    if find(named("seglearn-watch")) is None:
        fetch("seglearn-watch", lambda line: click.echo(line, err=True))
    write_demo(folder)
    make_project(folder, as_json=as_json)


def write_demo(folder: Path) -> None:
    """Copy the example into `folder`, with its trained model in place of the network to train.

    Raises:
        UserError: the folder is another sensor's.
        StorageError: it cannot be written.
    """
    from sensorsmith.base.errors import UserError
    from sensorsmith.base.files import write_bytes

    source = _example()
    contents = {file.relative_to(source).as_posix(): file.read_bytes() for file in _files(source)}
    text = contents["sensor.yaml"].decode()
    brought, count = re.subn(r"(?m)^model:\r?\n(?:[ \t]+.*\n)+", f"model: {{file: {_MODEL}}}\n", text)
    assert count == 1, "the example has one model section"
    contents["sensor.yaml"] = brought.encode()
    there = folder / "sensor.yaml"
    if there.exists() and there.read_bytes() != contents["sensor.yaml"]:
        raise UserError(
            "its sensor.yaml is not the demo's",
            where=str(folder),
            todo=f'"sensorsmith make {folder}" builds what is there; --folder names another place for the demo',
        )
    for name, content in contents.items():
        if not (folder / name).is_file() or (folder / name).read_bytes() != content:
            write_bytes(folder / name, content)


def _files(source: Path) -> list[Path]:
    return [source / name for name in ("sensor.yaml", "declarations.yaml", _MODEL, "trained/training.json")]


def _example() -> Path:
    """The example in the installed package, or in the checkout that the package is run from."""
    installed = Path(str(files("sensorsmith"))) / "examples" / _EXAMPLE
    return installed if installed.is_dir() else Path(__file__).parents[3] / "examples" / _EXAMPLE
