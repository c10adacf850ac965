"""`sensorsmith build`"""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from sensorsmith.cli.model import size_text
from sensorsmith.cli.output import json_option, print_json


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=".")
@json_option
def command(project: Path, as_json: bool) -> None:
    """Build the firmware of the sensor in the folder PROJECT, without measuring it.

    Leaves image, map and C in its folder build/. `make` adds measurements and a datasheet, whose hash the image names.
    """
    from sensorsmith.boards import load_board
    from sensorsmith.cli.watch import watching
    from sensorsmith.flow import Project, build

    loaded = Project.load(project)
    with watching(quiet=as_json, reused=False) as watch:
        built = build(loaded, watch)
    facts, board = built.facts, load_board(loaded.sensor.board)
    if as_json:
        print_json({"folder": str(built.folder), "files": dict(built.files), **facts})
        return
    rows = [
        ("board", board.title),
        ("flash", f"{size_text(facts['flash_bytes'])} of {size_text(board.flash.size)}"),
        ("RAM", f"{size_text(facts['ram_bytes'])} of {size_text(board.ram.size)}, without the stack"),
        ("MODEL_ID", facts["model_id"]),
        ("FW_ID", facts["fw_id"]),
        ("compiler", facts["toolchain"]),
        ("files", ", ".join(name for name in sorted(built.files) if "/" not in name)),
        ("next", f"sensorsmith {'flash' if board.flashing else 'run'} {shlex.quote(str(project))}"),
    ]
    for heading, text in rows:
        click.echo(f"  {heading:<10} {text}")
