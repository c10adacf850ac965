"""`sensorsmith make`"""

from __future__ import annotations

from pathlib import Path

import click

from sensorsmith.cli.output import json_option, print_json


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option("--explain-cache", is_flag=True, help="Say why each stage ran or was reused.")
@json_option
def command(project: Path, explain_cache: bool, as_json: bool) -> None:
    """Make the sensor in the folder PROJECT: every stage that changed, and the datasheet."""
    make_project(project, explain_cache=explain_cache, as_json=as_json)


def make_project(folder: Path, *, explain_cache: bool = False, as_json: bool = False) -> None:
    """Run the pipeline with its progress on stderr, then print the summary."""
    from rich.console import Console

    from sensorsmith.cli.summary import summary
    from sensorsmith.cli.watch import Lines
    from sensorsmith.flow import Project, make

    loaded = Project.load(folder)
    console = Console(stderr=True, quiet=as_json)
    watch = Lines(console, explain=explain_cache)
    identity = loaded.sensor.identity
    console.print(f"{identity.title} {identity.version}", markup=False, highlight=False)
    try:
        outcome = make(loaded, watch)
    finally:
        watch.stop()
    if as_json:
        values = {
            stage: {n: v.model_dump(mode="json") for n, v in found.items()} for stage, found in outcome.values.items()
        }
        stages = {name: {"ran": result.ran, "why": result.why} for name, result in outcome.results.items()}
        print_json({"folder": str(outcome.folder), "stages": stages, "values": values})
        return
    click.echo()
    for heading, text in summary(loaded, outcome):
        click.echo(f"  {heading:<10} {text}")
    click.echo(f"  {'next':<10} sensorsmith explain {folder}")
