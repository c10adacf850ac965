"""`sensorsmith compile`"""

from __future__ import annotations

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sensorsmith.cli.model import TARGETS, model_argument, ram_budget_option, size_text
from sensorsmith.cli.output import json_option, print_json

if TYPE_CHECKING:
    from sensorsmith.compiler import CompileReport, Strips


@click.command()
@model_argument
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), required=True, help="Folder for the C.")
@click.option("--name", help="Begins every name in the C.  [default: from the file name]")
@click.option(
    "--target",
    type=click.Choice(TARGETS),
    default="host",
    show_default=True,
    help="Instruction set whose kernels are used.",
)
@ram_budget_option
@json_option
def command(model: Path, folder: Path, name: str | None, target: str, ram_budget: int | None, as_json: bool) -> None:
    """Compile MODEL, an int8 .tflite file, into a folder of C without dependencies.

    NAME.h is the interface, and "cc -c FOLDER/*.c" builds it. Files in the folder that Sensorsmith has not made stay as
    they are.
    """
    from sensorsmith.compiler import compile_model

    report = compile_model(model, folder, name=name, target=target, ram_budget=ram_budget)
    if as_json:
        print_json(report.as_json() | {"folder": str(folder)})
        return
    left = "" if report.executed_macs == report.macs else f", {report.executed_macs:,} of them left to compute"
    click.echo(f"{report.name}: {report.macs:,} MACs in {len(report.layers)} layers{left}, for {report.target}")
    for heading, text in _summary(report, model, folder, ram_budget):
        click.echo(f"  {heading:<8} {text}")


def _summary(report: CompileReport, model: Path, folder: Path, ram_budget: int | None) -> list[tuple[str, str]]:
    kernels = Counter(f"{layer.op} {layer.variant}" for layer in report.layers)
    there = shlex.quote(str(folder))
    target = "cortex-m4" if report.target == "host" else report.target
    budget = "" if ram_budget is None else f" --ram-budget {ram_budget}"
    return [
        ("weights", f"{size_text(report.weights_bytes)} of flash"),
        ("arena", f"{size_text(report.arena_bytes)} of RAM"),
        *([] if report.strips is None else [("strips", _strips_text(report.strips))]),
        ("kernels", ", ".join(f"{kernel} x{count}" for kernel, count in kernels.items())),
        ("files", f"{there}/{report.name}.h is the interface; cc -c {there}/*.c"),
        ("next", f"sensorsmith profile {shlex.quote(str(model))} --target {target}{budget}"),
    ]


def _strips_text(strips: Strips) -> str:
    from sensorsmith.measure import short_name

    layers = "1 layer" if strips.layers == 1 else f"{strips.layers} layers, up to {short_name(strips.last)},"
    return (
        f"the first {layers} in {strips.count} strips: {strips.extra_macs:,} MACs recomputed, "
        f"{strips.moved_bytes:,} B of rows moved"
    )
