"""`sensorsmith explain`"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from sensorsmith.cli.output import json_option, print_json, print_table


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option("--window", type=click.IntRange(min=0), help="Which window; the first unseen one by default.")
@json_option
def command(project: Path, window: int | None, as_json: bool) -> None:
    """Replay one recorded window of PROJECT through every stage, and name the first that differs."""
    import numpy as np

    from sensorsmith.base.errors import DataError
    from sensorsmith.cli.watch import watching
    from sensorsmith.data import load_windows
    from sensorsmith.flow import Project, run
    from sensorsmith.measure.explain import explain, first_difference

    loaded = Project.load(project)
    with watching(quiet=as_json, reused=False) as watch:
        folders = {name: result.folder for name, result in run(loaded, until="firmware", watch=watch).items()}
    windows = load_windows(folders["windows"] / "windows.npz")
    index = int(np.flatnonzero(windows.split == "unseen")[0]) if window is None else window
    if index >= len(windows):
        raise DataError(f"there is no window {index}", todo=f"choose from 0 to {len(windows) - 1}")
    steps = explain(loaded.sensor, folders, index)
    culprit = first_difference(steps)
    where = {key: str(getattr(windows, key)[index]) for key in ("recording", "start", "group", "split")}
    if as_json:
        found = culprit.stage if culprit else None
        print_json({"window": index, **where, "steps": [asdict(s) | {"equal": s.equal} for s in steps], "first": found})
    else:
        place = f"{where['split']}, {loaded.sensor.group} {where['group']}, recording {where['recording']}"
        click.echo(f"Window {index} ({place}, from sample {where['start']})")
        rows = [(s.stage, s.reference, str(s.elements), s.difference or "equal") for s in steps]
        print_table(("stage", "compared with", "numbers", "result"), rows)
        click.echo(f"First difference: {culprit.stage}" if culprit else "Every stage gives the same bytes everywhere.")
    if culprit:
        raise SystemExit(1)
