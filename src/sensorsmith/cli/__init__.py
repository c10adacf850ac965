"""The command line: one file per verb, imported when it is called for."""

from __future__ import annotations

import click

from sensorsmith import __version__
from sensorsmith.cli.group import VerbGroup

__all__ = ["VERBS", "main"]

VERBS = {
    "new": "Write the folder of a new sensor.",
    "demo": "Make a whole sensor in a minute, from a model that comes along.",
    "data": "List and fetch data sets.",
    "make": "Make a sensor: model, C, firmware, measurements, datasheet.",
    "build": "Build the firmware only: image, map, C.",
    "flash": "Put the firmware into the board that is connected.",
    "run": "Run a sensor on an emulated board, and see what it tells its host.",
    "explain": "Replay a window through every stage; name the first that differs.",
    "prove": "Prove that the signal cannot leave the sensor; check its registers.",
    "compile": "Compile an int8 .tflite model into a folder of C.",
    "profile": "Show what a model costs on a target, layer by layer.",
    "measure": "Import what was measured on a real board.",
    "footprint": "Show the life-cycle carbon, line by line.",
    "drivers": "Write host drivers for every sensor of this kind.",
    "boards": "Show the boards that a sensor can be built for.",
    "schema": "Print the JSON Schema of sensor.yaml.",
    "doctor": "Say what this machine lacks, and how to mend it.",
}
"""All verbs, in the order of the work: each is the file cli/VERB.py with a `command`."""


@click.group(
    cls=VerbGroup,
    verbs=VERBS,
    invoke_without_command=True,
    subcommand_metavar="VERB [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an internal error.")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Makes ML sensors: from a sensor.yaml to a device that runs its model beside the transducer, and its datasheet."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
