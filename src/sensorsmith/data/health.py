"""What a data set is made of, and what looks wrong with it, before anything is trained on it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from sensorsmith.data.records import DataSet, Recording
from sensorsmith.data.split import SPLITS, group_of, split_groups
from sensorsmith.data.transducer import counts_per_unit, window_samples
from sensorsmith.spec.types import Camera, Channel, Sensor

_IMBALANCE = 3.0  # the longest label may be recorded this many times as long as the shortest without remark
_FULL_SCALE = 32767.5  # counts; what lies beyond saturates when it is rounded


def health(dataset: DataSet, sensor: Sensor) -> dict[str, Any]:
    """A report in JSON: amounts per label, group and side of the split; state of each channel; findings as sentences.

    Raises:
        DataError: the split or a unit is not possible.
    """
    splits = split_groups(dataset, sensor)
    recordings = dataset.recordings
    groups = {group: [r for r in recordings if group_of(r, sensor) == group] for group in splits}
    labels = {label: [r for r in recordings if r.label == label] for label in dataset.labels}
    sides = {side: [r for group in groups if splits[group] == side for r in groups[group]] for side in SPLITS}
    report: dict[str, Any] = {
        "total": _amount(recordings, sensor) | {"groups": len(groups)},
        "labels": {label: _amount(mine, sensor) for label, mine in labels.items()},
        "groups": {group: _amount(mine, sensor) | {"split": splits[group]} for group, mine in groups.items()},
        "splits": {side: _amount(mine, sensor) for side, mine in sides.items()},
        "channels": _channels(sensor, recordings),
        "too_short": [r.source for r in recordings if not _windows(r, sensor)],
        "copies": _copies(recordings),
        "imbalance": _imbalance(labels.values()),
    }
    return report | {"findings": _findings(report)}


def _windows(recording: Recording, sensor: Sensor) -> int:
    length, hop = window_samples(sensor)
    return max(0, (len(recording.samples) - length) // hop + 1)


def _seconds(recordings: Iterable[Recording]) -> float:
    return math.fsum(recording.seconds for recording in recordings)


def _amount(recordings: Iterable[Recording], sensor: Sensor) -> dict[str, Any]:
    mine = list(recordings)
    return {
        "recordings": len(mine),
        "seconds": _seconds(mine),
        "windows": sum(_windows(recording, sensor) for recording in mine),
    }


def _channels(sensor: Sensor, recordings: Iterable[Recording]) -> dict[str, Any]:
    """By name; the pixels of pictures, which are all alike, are left out."""
    if isinstance(sensor.transducer, Camera):
        return {}
    return {channel.name: _channel(channel, recordings) for channel in sensor.transducer.channels}


def _channel(channel: Channel, recordings: Iterable[Recording]) -> dict[str, Any]:
    lowest, highest, samples, saturated, not_finite = math.inf, -math.inf, 0, 0, 0
    constant = []
    for recording in recordings:
        column = recording.channels.index(channel.name)
        values = recording.samples[:, column]
        finite = values[np.isfinite(values)]
        counts = finite.astype(np.float64) * counts_per_unit(channel, recording.units[column])
        samples += len(values)
        not_finite += len(values) - len(finite)
        saturated += int((np.abs(counts) >= _FULL_SCALE).sum())
        if len(finite):
            lowest, highest = min(lowest, float(finite.min())), max(highest, float(finite.max()))
            if finite.min() == finite.max():
                constant.append(recording.source)
    return {
        "minimum": lowest if samples > not_finite else None,
        "maximum": highest if samples > not_finite else None,
        "samples": samples,
        "saturated": saturated,
        "not_finite": not_finite,
        "constant": constant,
    }


def _copies(recordings: Iterable[Recording]) -> list[list[str]]:
    by_content: dict[str, list[str]] = {}
    for recording in recordings:
        by_content.setdefault(recording.content, []).append(recording.source)
    return [sources for sources in by_content.values() if len(sources) > 1]


def _imbalance(labels: Iterable[list[Recording]]) -> float | None:
    """Seconds of the label with most over those of the label with least; None where a label has none."""
    seconds = [_seconds(mine) for mine in labels]
    return max(seconds) / min(seconds) if min(seconds) > 0 else None


def _findings(report: dict[str, Any]) -> list[str]:
    found = []
    if short := report["too_short"]:
        found.append(f"{len(short)} recordings are shorter than a window and are left out, such as {short[0]}")
    found += [f"the same signal is there more than once: {', '.join(sources)}" for sources in report["copies"]]
    for name, state in report["channels"].items():
        if state["saturated"]:
            share = 100 * state["saturated"] / state["samples"]
            found.append(f"channel {name} is beyond the transducer's full scale in {share:.2g} % of its samples")
        if state["not_finite"]:
            found.append(f"channel {name} has {state['not_finite']} samples that are not finite numbers")
        if constant := state["constant"]:
            found.append(f"channel {name} never changes in {len(constant)} recordings, such as {constant[0]}")
    if report["imbalance"] is not None and report["imbalance"] > _IMBALANCE:
        found.append(f"the longest label is recorded {report['imbalance']:.1f} times as long as the shortest")
    return found
