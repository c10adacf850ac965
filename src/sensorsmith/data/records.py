"""Recordings and the set they make up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError
from sensorsmith.base.hashing import hash_bytes, hash_json


@dataclass(frozen=True, eq=False)
class Recording:
    """One uninterrupted piece of signal with one label.

    Attributes:
        label: what was going on.
        attributes: what else is known of it, such as person and side. One of them groups the split.
        rate_hz: samples per second.
        channels, units: name and unit of each column of `samples`.
        samples: float32 (n, C), oldest first.
        source: where it came from, for messages: a file or a place in a data set. No part of its identity.
    """

    label: str
    attributes: Mapping[str, str]
    rate_hz: float
    channels: tuple[str, ...]
    units: tuple[str, ...]
    samples: npt.NDArray[np.float32]
    source: str = field(default="")

    @cached_property
    def content(self) -> str:
        """SHA-256 of the samples alone: equal signals have equal content, whatever they are called."""
        return hash_bytes(np.ascontiguousarray(self.samples, "<f4").tobytes())

    @cached_property
    def id(self) -> str:
        """16 hexadecimal digits that stand for all there is to the recording except its source."""
        parts = (self.label, dict(self.attributes), self.rate_hz, self.channels, self.units, self.content)
        return hash_json(parts)[:16]

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True, eq=False)
class DataSet:
    """Recordings with the labels they may have.

    Attributes:
        labels: in the order of the network's outputs.
        licence: SPDX identifier; `NOASSERTION` where nobody has said.
        citation: how its makers want to be named.
        source_hash: SHA-256 of what it was read from.

    Raises:
        DataError: the same recording is there twice.
    """

    name: str
    labels: tuple[str, ...]
    recordings: tuple[Recording, ...]
    licence: str
    citation: str
    source_hash: str

    def __post_init__(self) -> None:
        seen: dict[str, Recording] = {}
        for recording in self.recordings:
            first = seen.setdefault(recording.id, recording)
            if first is not recording:
                raise DataError(
                    f"the same recording as {first.source}", where=recording.source, todo="remove one of the two"
                )
