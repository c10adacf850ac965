"""`sensorsmith schema`"""

from __future__ import annotations

from pathlib import Path

import click

from sensorsmith.base.files import write_text
from sensorsmith.cli.output import json_option, print_json
from sensorsmith.spec.reference import reference_text
from sensorsmith.spec.schema import schema_text


@click.command()
@click.option("--markdown", is_flag=True, help="The reference for people instead.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file instead.")
@json_option
def command(markdown: bool, output: Path | None, as_json: bool) -> None:
    """Print the JSON Schema of sensor.yaml, by which editors complete and check it."""
    text = reference_text() if markdown else schema_text()
    if output is None:
        click.echo(text, nl=False)
        return
    write_text(output, text)
    if as_json:
        print_json({"file": str(output)})
