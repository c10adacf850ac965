"""What verbs print: JSON for programs, plain tables for people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])


def json_option(function: _F) -> _F:
    """The `--json` that every verb has."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, errors too.")(function)


def print_json(value: Any) -> None:
    """Print one JSON value, in ASCII, which every console and pipe can carry."""
    click.echo(json.dumps(value, indent=1, sort_keys=True, allow_nan=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> None:
    """Print rows of plain text under headings; long cells wrap.

    Args:
        numbers: so many columns, the last, hold numbers: they are right-aligned, and lines are as long as they must be.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, column in enumerate(columns):
        right = index >= len(columns) - numbers
        table.add_column(column, overflow="fold", justify="right" if right else "left", no_wrap=numbers > 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(highlight=False)
    if numbers:
        wide = console.options.update(max_width=1000)
        console.width = max(console.width, console.measure(table, options=wide).maximum)
    console.print(table)
