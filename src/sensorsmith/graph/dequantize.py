"""Constants that a file holds in fewer bits than its layers compute in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensorsmith.graph.check import check_tensor
from sensorsmith.graph.types import Tensor


def dequantize(tensor: Tensor) -> Tensor:
    """The float32 constant that an int8 or int16 constant stands for; any other tensor as it is.

    Raises:
        ModelError: the quantization does not fit the shape.
    """
    q = tensor.quantization
    if q is None or tensor.data is None or tensor.dtype not in ("int8", "int16"):
        return tensor
    check_tensor(tensor, f"tensor {tensor.name!r}")
    along = [1] * len(tensor.shape)
    if q.axis is not None:
        along[q.axis] = len(q.scale)
    scale = np.asarray(q.scale, np.float32).reshape(along)
    zero_point = np.asarray(q.zero_point, np.float32).reshape(along)
    with np.errstate(over="ignore", under="ignore"):
        real = (tensor.data.astype(np.float32) - zero_point) * scale
    return replace(tensor, dtype="float32", quantization=None, data=real)
