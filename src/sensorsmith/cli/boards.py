"""`sensorsmith boards`"""

from __future__ import annotations

from collections.abc import Iterator

import click

from sensorsmith.boards import BoardSpec, Figure, list_boards, load_board
from sensorsmith.cli.output import json_option, print_json, print_table


@click.command()
@click.argument("name", required=False)
@json_option
def command(name: str | None, as_json: bool) -> None:
    """Show the boards that a sensor can be built for, or all that is known of the one called NAME."""
    boards = [load_board(each) for each in ([name] if name else list_boards())]
    if as_json:
        values = [board.model_dump(mode="json") for board in boards]
        print_json(values[0] if name else values)
    elif name:
        print_table(("", "", "source"), _details(boards[0]))
    else:
        print_table(("name", "board", "part", "clock", "flash", "RAM"), map(_row, boards))


def _row(board: BoardSpec) -> tuple[str, ...]:
    clock = _figure(board.clock)
    return board.name, board.title, board.part, clock, _size(board.flash.size), _size(board.ram.size)


def _details(board: BoardSpec) -> Iterator[tuple[str, ...]]:
    yield "board", board.title, ""
    yield "part", board.part, ""
    yield "target", board.target, ""
    yield "hardware", board.hal, ""
    yield "emulator", board.emulator, ""
    if board.flashing:
        yield "flashing", f"drive {board.flashing.volume}, or pyOCD as {board.flashing.pyocd}", board.flashing.source
    yield "clock", _figure(board.clock), board.clock.source
    yield "flash", f"{_size(board.flash.size)} at {board.flash.start:#010x}", board.flash.source
    yield "RAM", f"{_size(board.ram.size)} at {board.ram.start:#010x}", board.ram.source
    for name, figure in (
        ("cycles per instruction", board.cycles_per_instruction),
        ("energy per cycle", board.energy_per_cycle),
    ):
        yield name, _figure(figure) if figure else "not published", figure.source if figure else ""


def _figure(figure: Figure) -> str:
    """`1.19 / 1.25 / 1.45`: smallest, typical and largest, as far as they are known."""
    prefix, scale = {"Hz": ("M", 1e-6), "J": ("n", 1e9)}.get(figure.unit, ("", 1.0))
    unit = "" if figure.unit == "1" else f" {prefix}{figure.unit}"
    known = [value for value in (figure.min, figure.typ, figure.max) if value is not None]
    return " / ".join(f"{value * scale:g}" for value in known) + unit


def _size(count: int) -> str:
    return f"{count / 1024:g} KiB"
