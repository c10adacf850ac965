"""`sensorsmith make`"""

from __future__ import annotations

import shlex
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
    from sensorsmith.cli.summary import findings, summary
    from sensorsmith.cli.watch import watching
    from sensorsmith.flow import Project, make

    loaded = Project.load(folder)
    identity = loaded.sensor.identity
    if not as_json:
        click.echo(f"{identity.title} {identity.version}", err=True)
    with watching(quiet=as_json, explain=explain_cache) as watch:
        outcome = make(loaded, watch)
    if as_json:
        values = {
            stage: {n: v.model_dump(mode="json") for n, v in found.items()} for stage, found in outcome.values.items()
        }
        stages = {name: {"ran": result.ran, "why": result.why} for name, result in outcome.results.items()}
        result = {"folder": str(outcome.folder), "stages": stages, "values": values}
        print_json(result | {"findings": findings(outcome)})
        return
    for finding in findings(outcome):
        click.echo(f"  look at the recordings: {finding}", err=True)
    click.echo()
    for heading, text in summary(loaded, outcome):
        click.echo(f"  {heading:<10} {text}")
    click.echo(f"  {'next':<10} sensorsmith explain {shlex.quote(str(folder))}")
