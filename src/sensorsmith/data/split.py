"""Divides a data set so that nothing a figure is measured on has been trained on: neither a group nor a copied signal.

The division is by group, before any window is cut; a window has the side of its recording's group.
"""

from __future__ import annotations

from sensorsmith.base.errors import DataError
from sensorsmith.data.records import DataSet, Recording
from sensorsmith.spec.types import Sensor

SPLITS = ("train", "validation", "unseen")


def split_groups(dataset: DataSet, sensor: Sensor) -> dict[str, str]:
    """The side of each group: `unseen` and `validation` as sensor.yaml lists them, `train` for all others.

    Raises:
        DataError: a recording has no group, a listed group does not exist, or no group is left.
    """
    groups = sorted({group_of(recording, sensor) for recording in dataset.recordings})
    if sensor.data is None or sensor.data.all_unseen:
        return dict.fromkeys(groups, "unseen")
    by, unseen, validation = sensor.data.group, sensor.data.unseen, sensor.data.validation
    if len(groups) < 2:
        raise DataError(
            f"all recordings are of one {by} ({', '.join(groups)}), so none can be held out",
            todo=f"record a second {by}",
        )
    for field, listed in (("unseen", unseen), ("validation", validation)):
        if missing := [name for name in listed if name not in groups]:
            raise DataError(
                f"there is no {by} {missing[0]!r}",
                where=f"sensor.yaml: data.{field}",
                todo=f"choose from {', '.join(groups)}",
            )
    sides = dict.fromkeys(groups, "train") | dict.fromkeys(validation, "validation") | dict.fromkeys(unseen, "unseen")
    if "train" not in sides.values():
        raise DataError(
            f"no {by} is left to train on", where="sensor.yaml: data.unseen", todo=f"hold out fewer of {len(groups)}"
        )
    return sides


def group_of(recording: Recording, sensor: Sensor) -> str:
    """The value of the attribute that divides the data; of signals that are made up, each stands for itself.

    Raises:
        DataError: the recording does not have it.
    """
    if sensor.data is None:
        return recording.id
    by = sensor.data.group
    if by not in recording.attributes:
        known = ", ".join(sorted(recording.attributes)) or "none"
        raise DataError(
            f"it does not say its {by} (attributes: {known})",
            where=recording.source,
            todo=f"name a file {by}-..., or set data.group to an attribute that all recordings have",
        )
    return recording.attributes[by]


def check_copies(dataset: DataSet, sensor: Sensor) -> None:
    """Refuse a signal that is on two sides under two names.

    Raises:
        DataError: naming both recordings.
    """
    splits = split_groups(dataset, sensor)
    first: dict[str, Recording] = {}
    for recording in dataset.recordings:
        copy = first.setdefault(recording.content, recording)
        here, there = (splits[group_of(r, sensor)] for r in (recording, copy))
        if here != there:
            raise DataError(
                f"the same signal as {copy.source}, but one is in {here} and the other in {there}",
                where=recording.source,
                todo="remove one of the two",
            )
