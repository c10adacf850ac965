"""`sensorsmith flash`"""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from sensorsmith.cli.output import json_option, print_json


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option("--drive", type=click.Path(path_type=Path), help="The board's drive, where several are connected.")
@click.option("--pyocd", "with_probe", is_flag=True, help="Use pyOCD and a debug probe instead of the drive.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do not do it.")
@json_option
def command(project: Path, drive: Path | None, with_probe: bool, dry_run: bool, as_json: bool) -> None:
    """Build the firmware of the sensor in PROJECT, and put it into the board that is connected."""
    from sensorsmith.base.errors import UserError
    from sensorsmith.boards import load_board
    from sensorsmith.cli.watch import watching
    from sensorsmith.firmware import copy_to, find_drive, flashing_of, pyocd_command, run_pyocd
    from sensorsmith.flow import Project, build

    if with_probe and drive is not None:
        raise UserError("--drive and --pyocd are two ways", where="sensorsmith flash", todo="give one of them")
    loaded = Project.load(project)
    board = load_board(loaded.sensor.board)
    flashing = flashing_of(board)
    with watching(quiet=as_json, reused=False) as watch:
        built = build(loaded, watch)
    image = built.folder / ("sensor.elf" if with_probe else flashing.file)
    done = {"board": board.name, "image": str(image), "fw_id": built.facts["fw_id"], "dry_run": dry_run}
    if with_probe:
        words = pyocd_command(flashing, image)
        if not dry_run:
            run_pyocd(words)
        done |= {"command": words}
        what = f"run {shlex.join(words)}"
    else:
        target = find_drive(flashing, drive)
        if not dry_run:
            copy_to(target, image.name, image.read_bytes())
        done |= {"drive": str(target)}
        what = f"copy {image} to {target}"
    if as_json:
        print_json(done)
    else:
        click.echo(f"{'would' if dry_run else 'done:'} {what}")
