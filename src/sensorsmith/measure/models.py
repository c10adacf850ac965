"""What the models behind a sensor say, without the device."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.dsp import Block
from sensorsmith.graph import Graph, interpret_batch


def model_scores(graph: Graph, block: Block, features: npt.NDArray[np.int8]) -> npt.NDArray[Any]:
    """Scores (N, classes) of the float or the int8 model for features int8 (N, T', C') of `block`."""
    source = graph.tensors[graph.inputs[0]]
    x: npt.NDArray[Any] = block.real(features) if source.dtype == "float32" else features
    return interpret_batch(graph, x.reshape(-1, *source.shape[1:])).reshape(len(features), -1)
