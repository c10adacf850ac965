"""Reads a folder of one's own recordings.

    <folder>/<label>/person-anna_side-left_03.csv
    <folder>/<label>/person-anna_04.png                 of a camera

The folder's name is the label. What is known of a recording stands in its file name: parts `key-value`, separated
by `_`; parts without a `-` only tell files apart. The first line of a file names its columns. The sensor's channels
must be among them, in the units of sensor.yaml; others are left out. A column `time_s`, `t` (both seconds) or
`time_ms`, where there is one, is checked against the transducer's rate. A picture has its name without the ending as
its attribute `picture`.
"""

from __future__ import annotations

import csv
import difflib
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from sensorsmith.base.errors import DataError
from sensorsmith.base.hashing import hash_tree
from sensorsmith.data.pictures import SUFFIXES, read_picture
from sensorsmith.data.records import DataSet, Recording
from sensorsmith.data.transducer import check_rate
from sensorsmith.spec.types import Camera, Sensor

_LARGEST = 200_000_000  # bytes in a file: 10 hours of six channels at 100 Hz
_LONGEST_NAME = 40
_TIME = {"time_s": 1.0, "t": 1.0, "time_ms": 1e-3}  # seconds per unit


def read_folder(folder: Path, sensor: Sensor) -> DataSet:
    """Read every `<label>/*.csv`, or every picture; labels and files in alphabetical order.

    Raises:
        DataError: the folder or a file in it is not as described above; the message names the file and line.
    """
    files = _files(folder, sensor)
    labels = tuple(sorted({_label(path) for path in files}))
    return DataSet(
        name=folder.name,
        labels=labels,
        recordings=tuple(read_recording(path, sensor) for path in files),
        licence="NOASSERTION",
        citation="",
        source_hash=hash_folder(folder, sensor),
    )


def hash_folder(folder: Path, sensor: Sensor) -> str:
    """SHA-256 over the names and contents of the files that `read_folder` would read.

    Raises:
        DataError: there are none, or one cannot be read.
    """
    try:
        return hash_tree(_files(folder, sensor), folder)
    except PermissionError as error:
        raise DataError("it may not be read", where=str(error.filename), todo="give yourself the right to") from error


def _files(folder: Path, sensor: Sensor) -> list[Path]:
    camera = isinstance(sensor.transducer, Camera)
    endings = _endings(sensor)
    files = sorted(
        path
        for path in folder.glob("*/*")
        if path.suffix.lower() in endings and not path.name.startswith(".") and not path.parent.name.startswith(".")
    )
    if not files:
        raise DataError(
            "there are no recordings in this folder",
            where=folder.name,
            todo="put pictures into one sub-folder per label, such as person/hall_01.png"
            if camera
            else "put CSV files into one sub-folder per label, such as wave/person-anna_01.csv",
        )
    for path in files:
        size = path.stat().st_size
        if size > _LARGEST:
            raise DataError(
                f"the file has {size / 1e6:.0f} MB, more than the {_LARGEST / 1e6:.0f} MB that are read",
                where=_name(path),
                todo="split it into shorter recordings",
            )
    return files


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _text(part: str, path: Path) -> str:
    """A label or attribute as it will be printed: one spelling of accents, nothing invisible."""
    text = unicodedata.normalize("NFC", part)
    if not text.isprintable() or len(text) > _LONGEST_NAME:
        raise DataError(
            f"the name {text[:_LONGEST_NAME]!r} is longer than {_LONGEST_NAME} characters or not printable",
            where=_name(path),
            todo="rename it",
        )
    return text


def _label(path: Path) -> str:
    return _text(path.parent.name, path)


def _attributes(path: Path) -> dict[str, str]:
    parts = (_text(part, path).partition("-") for part in path.stem.split("_"))
    return {key: value for key, _, value in parts if key and value}


def read_recording(path: Path, sensor: Sensor) -> Recording:
    """One CSV file, or picture; its folder is its label.

    Raises:
        DataError: it is not there, cannot be read, or does not suit sensor.yaml; the message has the line.
    """
    if isinstance(sensor.transducer, Camera):
        return read_picture(path, _name(path), _label(path), _attributes(path), sensor)
    channels = sensor.transducer.channels
    times, samples = _columns(path, [channel.name for channel in channels])
    rate = sensor.transducer.rate
    if times:
        rate = (len(times) - 1) / (times[-1] - times[0])
        check_rate(rate, sensor, _name(path))
    return Recording(
        label=_label(path),
        attributes=_attributes(path),
        rate_hz=rate,
        channels=tuple(channel.name for channel in channels),
        units=tuple(channel.unit for channel in channels),
        samples=np.frombuffer(samples, np.float32).reshape(-1, len(channels)),
        source=_name(path),
    )


def read_recordings(path: Path, sensor: Sensor) -> list[Recording]:
    """One file, or all files of a folder in the order of their names.

    Raises:
        DataError: there is none, or one cannot be read.
    """
    if not path.is_dir():
        return [read_recording(path, sensor)]
    endings = _endings(sensor)
    files = [file for file in sorted(path.iterdir()) if file.suffix.lower() in endings and file.name[0] != "."]
    if not files:
        raise DataError(f"there is no {' or '.join(endings)} file in this folder", where=str(path), todo="name another")
    return [read_recording(file, sensor) for file in files]


def _endings(sensor: Sensor) -> tuple[str, ...]:
    return SUFFIXES if isinstance(sensor.transducer, Camera) else (".csv",)


def _columns(path: Path, wanted: Sequence[str]) -> tuple[array[float], array[float]]:
    """Times in seconds (empty without such a column) and samples float32 (n * C) of a file, read line by line."""
    times, samples = array("d"), array("f")
    rows = _rows(path)
    _, header = next(rows, (1, []))
    names = [name.strip() for name in header]
    picks = [_column(name, names, path) for name in wanted]
    clock = next((name for name in _TIME if name in names), None)
    for line, row in rows:
        if len(row) != len(names):
            raise _bad(path, line, f"{len(row)} cells under {len(names)} column names")
        samples.extend([_number(row[pick], path, line) for pick in picks])
        if clock is not None:
            times.append(_number(row[names.index(clock)], path, line) * _TIME[clock])
            if len(times) > 1 and times[-1] <= times[-2]:
                raise _bad(path, line, "the time does not increase")
    if len(samples) < 2 * len(wanted):
        raise DataError("fewer than two samples", where=_name(path), todo="remove the file or record again")
    return times, samples


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Lines that are not blank, with their numbers from 1."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield reader.line_num, row
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError("not a CSV file in UTF-8", where=_name(path), todo="export it as CSV again") from error


def _column(name: str, names: list[str], path: Path) -> int:
    if names.count(name) == 1:
        return names.index(name)
    if name in names:
        raise _bad(path, 1, f"two columns are called {name!r}", "rename one")
    if not names:
        raise DataError("the file is empty", where=_name(path), todo="remove it or record again")
    if len(names) == 1 and ";" in names[0]:
        raise _bad(path, 1, "the columns are separated by ';'", "export with ',' between columns and '.' in numbers")
    near = difflib.get_close_matches(name.lower(), [other.lower() for other in names], 1)
    hint = f"rename {_spelled(near[0], names)!r} to {name!r}" if near else f"name a column {name!r}"
    raise _bad(path, 1, f"there is no column {name!r} among {', '.join(names)}", hint)


def _spelled(lower: str, names: list[str]) -> str:
    return next(name for name in names if name.lower() == lower)


def _number(cell: str, path: Path, line: int) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise _bad(path, line, f"{cell[:20]!r} is not a number", "correct or remove the line") from None
    if not abs(value) <= 3e38:  # what float32 can hold; false for NaN too
        raise _bad(path, line, f"{cell[:20]!r} is not a finite number", "correct or remove the line")
    return value


def _bad(path: Path, line: int, what: str, todo: str = "correct or remove the line") -> DataError:
    return DataError(what, where=f"{_name(path)}:{line}", todo=todo)
