"""`sensorsmith profile`"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sensorsmith.cli.model import TARGETS, amount_text, model_argument, ram_budget_option, size_text
from sensorsmith.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from sensorsmith.measure import Cost, ModelProfile, Spread


@click.command()
@model_argument
@click.option(
    "--target",
    type=click.Choice([target for target in TARGETS if target != "host"]),
    help="Instruction set.  [default: the board's, or cortex-m4]",
)
@click.option("--board", help='Its clock and energy per cycle are used; "sensorsmith boards" lists them.')
@click.option(
    "--wait-states", type=click.IntRange(0, 15), default=0, show_default=True, help="Of the flash, in modelled cycles."
)
@click.option(
    "--picture", type=click.Path(dir_okay=False, path_type=Path), help="Draw the arena into this .svg or .png."
)
@ram_budget_option
@json_option
def command(
    model: Path,
    target: str | None,
    board: str | None,
    wait_states: int,
    picture: Path | None,
    ram_budget: int | None,
    as_json: bool,
) -> None:
    """Run MODEL, an int8 .tflite file, on an emulated processor and show what it costs, layer by layer.

    Instructions are counted (emulated), cycles, time and energy follow from them by stated rules (modelled). Nothing is
    measured on a real board.
    """
    from sensorsmith.measure import check_picture_path, profile_model, write_picture

    if picture is not None:
        check_picture_path(picture)
    found = profile_model(model, target=target, board=board, wait_states=wait_states, ram_budget=ram_budget)
    if picture is not None:
        write_picture(found, picture)
    if as_json:
        print_json(found.as_json())
        return
    where = f"{found.board.title}, {found.board.part}, {found.target}" if found.board else found.target
    click.echo(f"{found.model} on {where}\n")
    _print_layers(found)
    click.echo()
    for heading, text in _summary(found):
        click.echo(f"  {heading:<8} {text}")
    _print_arena(found)


def _print_layers(found: ModelProfile) -> None:
    from sensorsmith.measure import short_name

    columns = ["layer", "kernel", "MACs", "instructions", "per MAC", "weights, B"]
    columns += _columns(found.total)
    rows = [
        (short_name(layer.name), f"{layer.op} {layer.variant}", *_row(layer.macs, layer.weights_bytes, layer.cost))
        for layer in found.layers
    ]
    rows.append(("the rest", "calls, copies", *_row(0, 0, found.rest)))
    weights = sum(layer.weights_bytes for layer in found.layers)
    rows.append(("total", "", *_row(found.executed_macs, weights, found.total)))
    print_table(columns, rows, numbers=len(columns) - 2)


def _columns(cost: Cost) -> Iterator[str]:
    if cost.modelled_cycles:
        yield "cycles"
    if cost.modelled_time_s:
        yield "time"
    if cost.modelled_energy_j:
        yield "energy"


def _row(macs: int, weights: int, cost: Cost) -> Iterator[str]:
    yield f"{macs:,}" if macs else ""
    yield f"{cost.instructions:,}" if cost.instructions is not None else ""
    yield f"{cost.instructions / macs:.2f}" if macs and cost.instructions is not None else ""
    yield f"{weights:,}" if weights else ""
    if cost.modelled_cycles:
        yield f"{cost.modelled_cycles.typ:,.0f}"
    if cost.modelled_time_s:
        yield amount_text(cost.modelled_time_s.typ, "s")
    if cost.modelled_energy_j:
        yield amount_text(cost.modelled_energy_j.typ, "J")


def _summary(found: ModelProfile) -> Iterator[tuple[str, str]]:
    from sensorsmith.measure import KNOWN_ERROR

    total, flash, ram = found.total, found.flash_bytes, found.ram_bytes
    each = f", {found.seen[0] / found.macs:.2f} for each MAC of the model" if found.macs else ""
    if found.executed_macs != found.macs:
        yield "MACs", f"{found.macs:,} in the model; the others need not be computed"
    yield "work", f"{found.seen[0]:,} instructions{each} (emulated: {' '.join(found.emulator)})"
    same = "the same" if found.constant else f"up to {max(found.seen):,}"
    yield "", f"{same} for other data; output equal to the integer interpreter's"
    if total.modelled_cycles:
        timing = f"pipeline refill {found.timing.refill}, flash wait states {found.timing.wait_states}"
        yield "cycles", f"{_spread(total.modelled_cycles, '')} (modelled: {timing})"
        most, least = (f"{-100 * error:.0f}" for error in KNOWN_ERROR)
        yield "", f"a low estimate: {least} to {most} % below what is published for CMSIS-NN, without wait states"
    elif found.emulated_cycles:
        yield "cycles", f"{found.emulated_cycles:,} (emulated)"
    else:
        yield "cycles", f"no model of {found.target}; see docs/why/cycle-model.md"
    if total.modelled_time_s:
        yield "time", f"{_spread(total.modelled_time_s, 's')} (modelled from the cycles)"
        if total.modelled_energy_j:
            yield "energy", f"{_spread(total.modelled_energy_j, 'J')} (modelled from the cycles)"
        else:
            yield "energy", "not provided: nothing has been published for this board"
    yield "flash", f"{size_text(flash.total)}: code {flash.code:,} B, weights {flash.weights:,} B (computed: the image)"
    yield "RAM", f"{size_text(ram.total)}: arena {ram.arena:,} B, stack {ram.stack:,} B (emulated: painted stack)"
    yield "built by", " ".join(found.toolchain)


def _spread(spread: Spread, unit: str) -> str:
    low, typ, high = (amount_text(value, unit) for value in (spread.min, spread.typ, spread.max))
    return f"{typ} ({low} to {high})"


def _print_arena(found: ModelProfile) -> None:
    from sensorsmith.measure import fullest, life_chart, short_name

    layer, used = fullest(found.buffers, len(found.layers))
    name = short_name(found.layers[layer].name)
    click.echo(f"\narena, {found.arena_bytes:,} bytes (computed); fullest, with {used:,}, in layer {layer + 1}, {name}")
    for line in life_chart(found.buffers, len(found.layers)):
        click.echo(f"  {line}")
