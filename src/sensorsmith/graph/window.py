"""Where the windows of convolution and pooling lie. Source: tensorflow/lite/kernels/padding.h."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.types import Padding

Pair = tuple[int, int]


def output_size(size: int, window: int, stride: int, padding: Padding, dilation: int = 1) -> int:
    """Number of windows along one dimension of `size`; 0 if none fits."""
    effective = (window - 1) * dilation + 1
    return -(-size // stride) if padding == "same" else max(0, (size - effective) // stride + 1)


def padding_before(size: int, window: int, stride: int, padding: Padding, dilation: int = 1) -> int:
    """How far the first window begins before the first element; where the total is odd, the rest goes behind."""
    return _total_padding(size, window, stride, padding, dilation) // 2


def windows(
    x: npt.NDArray[Any], size: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1), fill: float = 0
) -> npt.NDArray[Any]:
    """Every window of x.

    Args:
        x: (N, H, W, C).
        fill: stands for the elements outside of x.

    Returns:
        A read-only view of shape (N, outputs along H, outputs along W, *size, C).
    """
    totals = [_total_padding(x.shape[1 + i], size[i], stride[i], padding, dilation[i]) for i in (0, 1)]
    around = [(0, 0), *((t // 2, t - t // 2) for t in totals), (0, 0)]
    padded = np.pad(x, around, constant_values=fill) if any(totals) else x
    effective = tuple((size[i] - 1) * dilation[i] + 1 for i in (0, 1))
    view = np.lib.stride_tricks.sliding_window_view(padded, effective, axis=(1, 2))
    view = view[:, :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]
    return view.transpose(0, 1, 2, 4, 5, 3)


def _total_padding(size: int, window: int, stride: int, padding: Padding, dilation: int) -> int:
    outputs = output_size(size, window, stride, padding, dilation)
    return max(0, (outputs - 1) * stride + (window - 1) * dilation + 1 - size)
