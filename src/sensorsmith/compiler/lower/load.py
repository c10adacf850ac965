"""Constants that layers take as their inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.steps import Call, Constant, Target
from sensorsmith.graph.types import Tensor


@dataclass(frozen=True, eq=False)
class Load(Call):
    kernel: ClassVar[str] = "load"
    size: int
    data: Constant
    output: Target


def load(tensor: Tensor, target: Target) -> Load:
    """Bring a constant of any type into the arena, byte for byte."""
    assert tensor.data is not None, tensor.name
    return load_bytes(tensor.data, target)


def load_bytes(data: npt.NDArray[np.generic], target: Target) -> Load:
    """The same for the content of one."""
    little = data.astype(data.dtype.newbyteorder("<"), copy=False)
    content = np.frombuffer(little.tobytes(), np.int8)
    return Load(len(content), Constant(content), Target(target.buffer))
