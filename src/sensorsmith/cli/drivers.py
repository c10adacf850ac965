"""`sensorsmith drivers`"""

from __future__ import annotations

from pathlib import Path

import click

from sensorsmith.cli.output import json_option, print_json, print_table


@click.command()
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@click.option("--output", "-o", type=click.Path(path_type=Path), default=Path("drivers"), show_default=True)
@click.option("--force", is_flag=True, help="Replace files that have been changed.")
@json_option
def command(kinds: tuple[str, ...], output: Path, force: bool, as_json: bool) -> None:
    """Write host drivers of the given kinds, or list the kinds.

    A driver is for every sensor that speaks the register map; it learns labels and the rest from the sensor itself.
    """
    from sensorsmith.interface.drivers import KINDS

    if not kinds:
        if as_json:
            print_json({"kinds": {name: what for name, (what, _) in KINDS.items()}})
        else:
            print_table(("kind", "for"), [(name, what) for name, (what, _) in KINDS.items()])
        return
    written = write_drivers(kinds, output, force=force)
    if as_json:
        print_json({"written": [str(path) for path in written]})
    else:
        for path in written:
            click.echo(path)


def write_drivers(kinds: tuple[str, ...], folder: Path, *, force: bool = False) -> list[Path]:
    """Write the files of each kind into a folder of its name.

    Raises:
        UserError: there is no such kind, a file has been changed, or something else is in the way. Nothing is written.
    """
    from difflib import get_close_matches

    from sensorsmith.base.errors import UserError
    from sensorsmith.base.files import write_text
    from sensorsmith.interface.drivers import KINDS, driver

    texts: dict[Path, str] = {}
    for kind in kinds:
        if kind not in KINDS:
            close = get_close_matches(kind, KINDS, 1)
            advice = f'did you mean "{close[0]}"?' if close else f"known are {', '.join(KINDS)}"
            raise UserError(f'there is no driver "{kind}"', todo=advice)
        texts |= {folder / kind / name: text for name, text in driver(kind).items()}
    for path, text in texts.items():
        _check_room(path, text, force=force)
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def _check_room(path: Path, text: str, *, force: bool) -> None:
    """Refuse a place that is no folder, and to replace a file that has been changed."""
    from sensorsmith.base.errors import UserError

    there = next(place for place in path.absolute().parents if place.exists())
    if not there.is_dir():
        raise UserError("this is a file, not a folder", where=str(there), todo="choose another folder")
    if path.is_dir():
        raise UserError("this is a folder, not a file", where=str(path), todo="move it, or choose another folder")
    if path.exists() and path.read_bytes() != text.encode() and not force:
        what = "this file is another than would be written"
        raise UserError(what, where=str(path), todo="move it, or add --force")
