"""`sensorsmith data`"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sensorsmith.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from sensorsmith.data import PublishedModel, Source


@click.group()
def command() -> None:
    """Data sets and trained models that can be had by name."""


@command.command("list")
@json_option
def list_sources(as_json: bool) -> None:
    """List them, with their size and licence."""
    from sensorsmith.data import MODELS, SOURCES

    sizes = {name: source.wheel_bytes for name, source in SOURCES.items()}
    sizes |= {name: model.size for name, model in MODELS.items()}
    known: dict[str, Source | PublishedModel] = {**SOURCES, **MODELS}
    if as_json:
        fields = ("title", "licence", "citation")
        print_json(
            {
                name: {field: getattr(one, field) for field in fields} | {"download_bytes": sizes[name]}
                for name, one in known.items()
            }
        )
        return
    rows = [(name, f"{sizes[name] / 1e6:.1f} MB", one.licence, one.title) for name, one in known.items()]
    print_table(("name", "download", "licence", "what it is"), rows)


@command.command("fetch")
@click.argument("name")
@json_option
def fetch_source(name: str, as_json: bool) -> None:
    """Download the data set or model NAME into the cache, unless it is there already."""
    from sensorsmith.data import MODELS, fetch, fetch_model

    path = (fetch_model if name in MODELS else fetch)(name, lambda line: click.echo(line, err=as_json))
    if as_json:
        print_json({"file": str(path)})
