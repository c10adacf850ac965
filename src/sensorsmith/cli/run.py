"""`sensorsmith run`"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sensorsmith.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from sensorsmith.data import DataSet, Recording
    from sensorsmith.emulate import Board
    from sensorsmith.flow import Project


@click.command()
@click.argument("project", type=click.Path(path_type=Path), default=".")
@click.option(
    "--input",
    "file",
    type=click.Path(path_type=Path),
    help="A CSV file or picture to feed it with, or a folder of them.",
)
@click.option("--recording", help="A recording of the data set, by name or number; the first unseen one by default.")
@click.option("--registers", is_flag=True, help="Show all registers at the end.")
@click.option("--serve", metavar="PORT|pty", help="Let a host talk to it over a serial line, in real time.")
@json_option
def command(
    project: Path, file: Path | None, recording: str | None, registers: bool, serve: str | None, as_json: bool
) -> None:
    """Run the sensor in PROJECT on an emulated board, feed it with a recording, and show what it tells its host."""
    import numpy as np

    from sensorsmith.base.errors import UserError
    from sensorsmith.boards import load_board
    from sensorsmith.cli.watch import watching
    from sensorsmith.data import load_dataset, read_recordings, to_counts, window_samples
    from sensorsmith.emulate import open_board
    from sensorsmith.flow import Project, run

    if file is not None and recording is not None:
        raise UserError("--input and --recording are two sources", where="sensorsmith run", todo="give one of them")
    loaded = Project.load(project)
    sensor = loaded.sensor
    with watching(quiet=as_json, reused=False) as watch:
        folders = {name: result.folder for name, result in run(loaded, until="firmware", watch=watch).items()}
    sources = read_recordings(file, sensor) if file else [choose(load_dataset(folders["data"]), loaded, recording)]
    samples = np.concatenate([to_counts(source, sensor) for source in sources])
    what = sources[0].source if len(sources) == 1 else f"{len(sources)} files of {file}"
    length, hop = window_samples(sensor)
    elf = (folders["firmware"] / "sensor.elf").read_bytes()
    board = load_board(sensor.board)
    with open_board(board, elf, (length, samples.shape[1])) as device:
        if not as_json:
            title = f"{sensor.identity.title} {sensor.identity.version} on an emulated {board.title}"
            seconds = len(samples) / sources[0].rate_hz
            click.echo(f"{title}, fed with {what} ({seconds:.0f} s)", err=bool(serve))
        if serve is not None:
            serve_host(device, samples, sources[0].rate_hz, serve)
        else:
            show_results(device, samples, hop, as_json)
        if registers and not as_json:
            show_registers(device)


def choose(dataset: DataSet, project: Project, name: str | None) -> Recording:
    """The recording of this id, name or number, or the first of somebody held out."""
    from sensorsmith.base.errors import DataError
    from sensorsmith.data import group_of, split_groups

    if name is None:
        sides = split_groups(dataset, project.sensor)
        return next(r for r in dataset.recordings if sides[group_of(r, project.sensor)] == "unseen")
    if name.isdecimal() and int(name) < len(dataset.recordings):
        return dataset.recordings[int(name)]
    for recording in dataset.recordings:
        if name in (recording.id, recording.source):
            return recording
    last = len(dataset.recordings) - 1
    raise DataError(f"there is no recording {name!r}", where="--recording", todo=f"give its name, or 0 to {last}")


def show_results(device: Board, samples: Any, piece: int, as_json: bool) -> None:
    """Feed all samples and print each result: as JSON, one list."""
    from sensorsmith.emulate.stream import labels_of, stream
    from sensorsmith.interface import Status, block, decode_identity

    identity = decode_identity(device.read(block("IDENTITY").start, block("IDENTITY").size))
    labels = labels_of(device, identity.classes)
    found: list[dict[str, Any]] = []
    width = max(map(len, labels))
    for result in stream(device, samples, piece):
        label = None if result.class_index is None else labels[result.class_index]
        status = [str(bit.name) for bit in result.status & ~Status.NEW]
        if not as_json:
            bits = " ".join(status)
            click.echo(f"  {result.time:>9.2f} s  {label or '-':<{width}}  {result.confidence:>5.1%}  {bits}")
        found.append({"time_s": result.time, "sequence": result.sequence, "class": label, "status": status})
        found[-1]["confidence"] = result.confidence
    if as_json:
        print_json({"labels": labels, "results": found})
        return
    counts = Counter(str(one["class"] or "none") for one in found)
    told = ", ".join(f"{count} {label}" for label, count in counts.most_common())
    click.echo(f"{len(found)} results: {told}" if found else "No result: the recording is shorter than a window.")


def show_registers(device: Board) -> None:
    """Print the whole register map, as a host reads it."""
    from sensorsmith.interface import REGISTERS, value_text

    rows = [(f"0x{r.address:02X}", r.name, value_text(r, device.read(r.address, r.size))) for r in REGISTERS]
    print_table(("address", "register", "value"), rows)


def serve_host(device: Board, samples: Any, rate: float, where: str) -> None:
    """Serve one host until it is gone."""
    from sensorsmith.base.errors import UserError
    from sensorsmith.emulate.stream import serve, tcp, terminal

    if where == "pty":
        with terminal() as (path, line):
            click.echo(f"serial port: {path} (end with Ctrl-C)")
            serve(device, samples, rate, line)
        return
    if not where.isdecimal() or int(where) > 65535:
        raise UserError(f"{where!r} is no port", where="--serve", todo='give a number up to 65535, or "pty"')
    with tcp(int(where)) as port:
        click.echo(f"waiting for a host at {port.address}")
        with port.accept() as line:
            serve(device, samples, rate, line)
