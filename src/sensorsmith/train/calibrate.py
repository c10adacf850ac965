"""Calibration: which values each tensor of a float graph takes on representative inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sensorsmith.graph import Graph, interpret
from sensorsmith.train.quantize import Range


def calibrate(graph: Graph, x: npt.NDArray[np.float32]) -> list[Range]:
    """Range of each tensor over inputs x, float32 (N, ...), where the graph's input has shape (1, ...)."""
    low = np.full(len(graph.tensors), np.inf)
    high = np.full(len(graph.tensors), -np.inf)
    for window in x:
        for index, values in enumerate(interpret(graph, window[np.newaxis])):
            if values is not None:
                low[index] = min(low[index], values.min())
                high[index] = max(high[index], values.max())
    return [Range(float(a), float(b)) for a, b in zip(low, high, strict=True)]
