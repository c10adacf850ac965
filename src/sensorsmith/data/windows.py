"""Cuts recordings into windows of raw counts."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sensorsmith.base.arrays import read_npz, write_npz
from sensorsmith.base.errors import DataError
from sensorsmith.data.records import DataSet, Recording
from sensorsmith.data.split import SPLITS, check_copies, group_of, split_groups
from sensorsmith.data.transducer import check_rate, columns, counts_per_unit, sample_range, window_samples
from sensorsmith.spec.types import Camera, ModelFile, Sensor


@dataclass(frozen=True, eq=False)
class Windows:
    """N windows of T samples of C channels.

    Attributes:
        raw: int16 (N, T, C), counts of the transducer, oldest first; what is beyond the range has the count at its end.
        label: int16 (N,), index into the data set's labels; -1 where nobody has said.
        group: str (N,), value of the attribute that divides the data.
        recording: str (N,), id of the recording.
        start: int32 (N,), first sample of the window in its recording.
        split: str (N,), one of `SPLITS`.
    """

    raw: npt.NDArray[np.int16]
    label: npt.NDArray[np.int16]
    group: npt.NDArray[np.str_]
    recording: npt.NDArray[np.str_]
    start: npt.NDArray[np.int32]
    split: npt.NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.raw)


def make_windows(dataset: DataSet, sensor: Sensor) -> Windows:
    """Cut every recording of at least one window's length; shorter ones are left out (health counts them).

    Raises:
        DataError: the recordings do not suit the transducer, a label or a side of the split has no windows, or the
            same signal would be on two sides.
    """
    if len(dataset.labels) < 2:
        raise DataError(
            f"there is only one label, {dataset.labels[0]!r}", todo="record at least two things to tell apart"
        )
    splits = split_groups(dataset, sensor)
    check_copies(dataset, sensor)
    length, hop = window_samples(sensor)
    raw, parts = [], []
    for recording in dataset.recordings:
        starts = range(0, len(recording.samples) - length + 1, hop)
        if starts:
            counts = to_counts(recording, sensor)
            view = np.lib.stride_tricks.sliding_window_view(counts, length, axis=0)[starts.start : starts.stop : hop]
            raw.append(view.transpose(0, 2, 1))
            group = group_of(recording, sensor)
            label = dataset.labels.index(recording.label) if recording.label else -1
            parts += [(label, group, recording.id, start, splits[group]) for start in starts]
    if not parts:
        raise DataError(
            f"no recording is as long as a window of {sensor.cut.length:g} s",
            todo="record longer, or shorten window.length",
        )
    label_, group_, recording_, start_, split_ = zip(*parts, strict=True)
    windows = Windows(
        raw=np.concatenate(raw),
        label=np.array(label_, np.int16),
        group=np.array(group_),
        recording=np.array(recording_),
        start=np.array(start_, np.int32),
        split=np.array(split_),
    )
    _check_presence(windows, dataset, sensor)
    return windows


def to_counts(recording: Recording, sensor: Sensor) -> npt.NDArray[np.int16]:
    """Samples as the transducer would have delivered them: int16 (n, C), nearest count, saturated at full scale.

    Raises:
        DataError: another rate, a missing channel, a foreign unit, or a value that is not finite.
    """
    check_rate(recording.rate_hz, sensor, recording.source)
    names = [name for name, _ in columns(sensor)]
    picks = [_column(recording, name) for name in names]
    samples = recording.samples[:, picks].astype(np.float64)
    if not np.isfinite(samples).all():
        row, column = np.argwhere(~np.isfinite(samples))[0]
        raise DataError(
            f"sample {row} of channel {names[column]!r} is not a finite number",
            where=recording.source,
            todo="correct or remove the recording",
        )
    low, high = sample_range(sensor)
    return np.clip(np.rint(samples * _gains(sensor, [recording.units[pick] for pick in picks])), low, high).astype(
        np.int16
    )


def _gains(sensor: Sensor, units: list[str]) -> list[float]:
    """Counts per unit of the recording, for each value of a sample."""
    if isinstance(sensor.transducer, Camera):
        return [1.0] * len(units)
    return [counts_per_unit(c, unit) for c, unit in zip(sensor.transducer.channels, units, strict=True)]


def save_windows(windows: Windows, path: Path) -> None:
    """Write `windows.npz`; equal windows give equal bytes."""
    write_npz(path, {field.name: getattr(windows, field.name) for field in fields(Windows)})


def load_windows(path: Path) -> Windows:
    """Read what `save_windows` wrote.

    Raises:
        DataError: it is not such a file.
    """
    try:
        return Windows(**read_npz(path))
    except (OSError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise DataError("not a readable file of windows", where=str(path), todo="run `sensorsmith make`") from error


def _column(recording: Recording, name: str) -> int:
    if name not in recording.channels:
        raise DataError(
            f"there is no channel {name!r}",
            where=recording.source,
            todo=f"choose transducer.channels from {', '.join(recording.channels)}",
        )
    return recording.channels.index(name)


def _check_presence(windows: Windows, dataset: DataSet, sensor: Sensor) -> None:
    """A network cannot tell apart what it was never shown, nor be judged on nothing."""
    if isinstance(sensor.model, ModelFile) and (sensor.data is None or sensor.data.all_unseen):
        return
    assert sensor.data is not None
    for index, label in enumerate(dataset.labels):
        mine = windows.label == index
        if not mine.any():
            raise DataError(
                f"no recording of {label!r} is as long as a window of {sensor.cut.length:g} s",
                todo="record longer, or shorten window.length",
            )
        if not (mine & (windows.split == "train")).any():
            raise DataError(
                f"there is nothing of {label!r} to train on: all of it is held out",
                todo=f"record it with another {sensor.data.group}, or hold out others",
            )
    for side in SPLITS[1:] if sensor.data.validation else SPLITS[2:]:
        if side not in windows.split:
            raise DataError(
                f"no recording held out here is as long as a window of {sensor.cut.length:g} s",
                where=f"sensor.yaml: data.{side}",
                todo="hold out others, or shorten window.length",
            )
