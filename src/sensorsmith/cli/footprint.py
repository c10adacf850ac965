"""`sensorsmith footprint`"""

from __future__ import annotations

from pathlib import Path

import click

from sensorsmith.cli.output import json_option, print_json, print_table


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option("--factors", is_flag=True, help="List the materials and electricity that can be named instead.")
@json_option
def command(project: Path, factors: bool, as_json: bool) -> None:
    """Show the life-cycle carbon of the sensor in PROJECT, line by line."""
    if factors:
        _list_factors(as_json)
    else:
        _show_lines(project, as_json)


def _list_factors(as_json: bool) -> None:
    from sensorsmith.footprint import load_factors

    known = load_factors().values()
    if as_json:
        print_json({factor.id: factor.model_dump(mode="json", exclude={"id"}) for factor in known})
        return
    rows = [(f.id, f"{f.value:.4g}", f"{f.low:.4g} to {f.high:.4g}", f.per, str(f.tier), f.source) for f in known]
    print_table(("factor", "kg CO2e", "range", "per", "tier", "source"), rows)


def _show_lines(project: Path, as_json: bool) -> None:
    import json

    from sensorsmith.cli.watch import watching
    from sensorsmith.flow import Project, run

    with watching(quiet=as_json, reused=False) as watch:
        folder = run(Project.load(project), until="footprint", watch=watch)["footprint"].folder
    found = json.loads((folder / "footprint.json").read_text(encoding="utf-8"))
    if as_json:
        print_json(found)
        return
    total = found["total"]
    rows = [
        (line["name"], line["block"], *(f"{line[part]:.3f}" for part in ("low", "typ", "high")), line["factor"])
        for line in found["lines"]
    ]
    rows += [(gap["name"], gap["block"], "", "not provided", "", gap["why"]) for gap in found["not_provided"]]
    rows.append(
        ("total", "", *(f"{total[f'sum_of_{part}']:.3f}" for part in ("low", "typ", "high")), "sums, not an interval")
    )
    print_table(("line", "block", "low", "typ, kg CO2e", "high", "factor"), rows)
