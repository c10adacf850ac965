"""What happens inside the device: the model's input and output in its memory, while it works on a window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.emulate import Board

Bytes = npt.NDArray[np.int8]


def inside(
    board: Board, name: str, compiled: Mapping[str, Any], raw: npt.NDArray[np.int16], sizes: tuple[int, int]
) -> tuple[Bytes, Bytes]:
    """Features and scores of a window (T, C), as flat int8 arrays read from the arena.

    Args:
        name: begins the names in the C.
        compiled: content of compile.json, which knows where the buffers lie.
        sizes: elements of the model's input and output.
    """
    buffers = compiled["buffers"]
    source = next(b["offset"] for b in buffers if b["first"] == -1)
    result = max(buffers, key=lambda b: int(b["last"]))["offset"]
    arena = f"{name}_arena"
    points = [(f"{name}_run", arena, source, sizes[0]), ("ss_result", arena, result, sizes[1])]
    x, y = board.observe(raw, points)
    return np.frombuffer(x, np.int8), np.frombuffer(y, np.int8)
