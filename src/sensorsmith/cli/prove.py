"""`sensorsmith prove`"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sensorsmith.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from sensorsmith.flow import Project


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option("--conformance", is_flag=True, help="Check the promises of the register map instead, one by one.")
@json_option
def command(project: Path, conformance: bool, as_json: bool) -> None:
    """Prove that the signal cannot leave the sensor in PROJECT, as far as that can be proven on its image.

    Makes the sensor, with the verdicts in its datasheet, build/proofs.json and build/audit.zip. The exit code is 1 when
    a proof is broken or a check failed.
    """
    from sensorsmith.flow import Project

    loaded = Project.load(project)
    faults = _conformance(loaded, as_json) if conformance else _proofs(loaded, as_json)
    if faults:
        raise SystemExit(1)


def _proofs(project: Project, as_json: bool) -> list[str]:
    import json

    from sensorsmith.cli.watch import watching
    from sensorsmith.flow import prove

    with watching(quiet=as_json, reused=False) as watch:
        file = prove(project, watch)
    return tell_proofs(json.loads(file.read_text(encoding="utf-8")), as_json)


def tell_proofs(found: Mapping[str, Any], as_json: bool) -> list[str]:
    """Print what proofs.json says, and return what breaks a proof, one line each."""
    proofs = found["proofs"]
    faults = [f"{proof['name']}: {finding}" for proof in proofs for finding in proof["findings"]]
    rows = [(proof["name"], proof["verdict"], proof["ran"]) for proof in proofs]
    _tell(("proof", "verdict", "what was run"), rows, faults, found, as_json)
    return faults


def _conformance(project: Project, as_json: bool) -> list[str]:
    from sensorsmith.cli.watch import watching
    from sensorsmith.flow import check_conformance

    with watching(quiet=as_json, reused=False) as watch:
        findings = check_conformance(project, watch)
    faults = [f"{f.name}: {f.detail}" for f in findings if f.verdict == "failed"]
    rows = [(f.name, f.verdict, f.detail if f.verdict == "not run" else f.promise) for f in findings]
    found = {"checks": [asdict(f) for f in findings]}
    _tell(("check", "verdict", "what the sensor promises"), rows, faults, found, as_json)
    return faults


def _tell(
    columns: Sequence[str], rows: Sequence[Sequence[str]], faults: Sequence[str], found: Any, as_json: bool
) -> None:
    if as_json:
        print_json(found)
        return
    print_table(columns, rows)
    for fault in faults:
        click.echo(fault)
