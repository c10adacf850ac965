"""`sensorsmith new`"""

from __future__ import annotations

import os
import tempfile
from importlib.resources import files
from pathlib import Path

import click
from pydantic import TypeAdapter, ValidationError

from sensorsmith.base.errors import UserError
from sensorsmith.base.files import remove_tree, storage_errors, write_text
from sensorsmith.cli.output import json_option, print_json
from sensorsmith.spec.schema import FILE, schema_text
from sensorsmith.spec.texts import Name

TEMPLATES = ("motion", "csv", "camera")
_PLACEHOLDER = "my-sensor"  # the name that the templates bear, so that they are whole sensors themselves


@click.command()
@click.argument("name")
@click.option(
    "--template",
    type=click.Choice(TEMPLATES),
    default=TEMPLATES[0],
    show_default=True,
    help="motion: exercises, from public recordings. csv: your own. camera: is a person in view?",
)
@json_option
def command(name: str, template: str, as_json: bool) -> None:
    """Write the folder of a new sensor, called NAME, to be built with `make`."""
    folder = Path(name)
    write_project(folder, template)
    if as_json:
        print_json({"folder": name, "files": sorted(path.name for path in folder.iterdir())})
    else:
        first = {
            "csv": f"put your recordings into {name}/recordings, then: ",
            "camera": "sensorsmith data fetch mlperf-vww, then: ",
        }.get(template, "")
        click.echo(
            f"Wrote the sensor {name}. Its README.md says how to go on; in short: {first}sensorsmith make {name}"
        )


def write_project(folder: Path, template: str) -> None:
    """Write a new folder from a template, whole or not at all. The sensor is called as the folder.

    Raises:
        UserError: the folder's name cannot be a sensor's, or something of that name is there.
        StorageError: it cannot be written.
    """
    try:
        TypeAdapter(Name).validate_python(folder.name)
    except ValidationError as error:
        told = error.errors()[0]["ctx"]["error"]
        raise UserError(told.what, where="NAME", todo=told.todo) from None
    if os.path.lexists(folder):
        raise UserError("there is something of this name already", where=str(folder), todo="choose another name")
    if not folder.parent.is_dir():
        raise UserError("there is no such folder", where=str(folder.parent), todo="make it first")
    texts = {FILE: schema_text()}
    for source in files("sensorsmith").joinpath("templates", template).iterdir():
        texts[source.name] = source.read_text(encoding="utf-8").replace(_PLACEHOLDER, folder.name)
    with storage_errors(folder):
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, text in texts.items():
                write_text(work / name, text)
            work.chmod(0o755)
            work.rename(folder)
        finally:
            remove_tree(work)
