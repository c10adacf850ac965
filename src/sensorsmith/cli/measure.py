"""`sensorsmith measure`"""

from __future__ import annotations

from pathlib import Path

import click

from sensorsmith.cli.model import amount_text
from sensorsmith.cli.output import json_option, print_json


@click.group()
def command() -> None:
    """Measurements of a real board."""


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--project", type=click.Path(path_type=Path), default=Path(), help="The sensor that was measured.")
@click.option("--voltage", help='Of the supply, as in "3.3 V", for a file without a column of voltage.')
@click.option("--marker", help="The digital channel that is high while the sensor works on a window, such as D0.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day of the measurement; today by default.")
@click.option("--analyser", default="power analyser", show_default=True, help="What measured, for the datasheet.")
@json_option
def import_file(
    file: Path, project: Path, voltage: str | None, marker: str | None, day: object, analyser: str, as_json: bool
) -> None:
    """Take FILE, the CSV of a power analyser (Nordic PPK2, Joulescope), as a measurement of the sensor's firmware.

    It stands in measured.json beside sensor.yaml; the next `make` puts it into datasheet and footprint, as long as the
    firmware stays the one that was measured.
    """
    import datetime

    from sensorsmith.base.units import parse
    from sensorsmith.boards import load_board
    from sensorsmith.cli.watch import watching
    from sensorsmith.flow import Project, build
    from sensorsmith.measure import import_power

    loaded = Project.load(project)
    supply = None if voltage is None else parse(voltage, "voltage")
    with watching(quiet=as_json, reused=False) as watch:
        fw_id = str(build(loaded, watch).facts["fw_id"])
    when = day.date() if isinstance(day, datetime.datetime) else datetime.date.today()
    reading = import_power(
        loaded.folder,
        file,
        board=load_board(loaded.sensor.board).title,
        fw_id=fw_id,
        on=when.isoformat(),
        analyser=analyser,
        voltage=supply,
        marker=marker,
    )
    if as_json:
        print_json(reading.model_dump(mode="json"))
        return
    click.echo(f"  power      {amount_text(reading.mean_power_w, 'W')}, mean over {reading.seconds:.4g} s (measured)")
    if reading.energy_j is not None:
        energy = reading.energy_j
        low, typ, high = (amount_text(value, "J") for value in (energy.min, energy.typ, energy.max))
        click.echo(f"  energy     {typ} ({low} to {high}) per window, {energy.windows} windows (measured)")
    click.echo(f"  firmware   {fw_id}")
