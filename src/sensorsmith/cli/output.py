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


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of plain text under headings; long cells wrap."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False).print(table)
