"""Constants that layers take as their inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

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
    little = tensor.data.astype(tensor.data.dtype.newbyteorder("<"), copy=False)
    data = np.frombuffer(little.tobytes(), np.int8)
    return Load(len(data), Constant(data), Target(target.buffer))
