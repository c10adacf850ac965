"""Images and the windows that move over them, as the kernels take them."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np

from sensorsmith.compiler.steps import Dims, Window
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.types import Conv2D, DepthwiseConv2D, Pool2D, Tensor
from sensorsmith.graph.window import padding_before

_FARTHEST = 32767


def dims_of(tensor: Tensor) -> Dims:
    """An image of shape (1, h, w, c)."""
    _, h, w, c = tensor.shape
    return Dims(h, w, c)


def window_of(op: Conv2D | DepthwiseConv2D | Pool2D, x: Dims, kernel: Dims, layer: Layer) -> Window:
    """The window of a convolution or pooling.

    Raises:
        ModelError: it reaches farther than an int of 16 bits.
    """
    dilation = (1, 1) if isinstance(op, Pool2D) else op.dilation
    pad_h = padding_before(x.h, kernel.h, op.stride[0], op.padding, dilation[0])
    pad_w = padding_before(x.w, kernel.w, op.stride[1], op.padding, dilation[1])
    window = Window(*op.stride, *dilation, pad_h, pad_w)
    # The kernels compute positions in int, which may have 16 bits.
    layer.require(
        max(astuple(window)) <= _FARTHEST,
        f"a stride, dilation or padding is above {_FARTHEST}",
        "use a window no larger than the input",
    )
    return window


def column_as_row(window: Window, x: Dims, kernel: Dims, y: Dims) -> tuple[Window, Dims, Dims, Dims]:
    """A column of pixels lies in memory as a row does; kernels are quick along rows."""
    if x.w != 1 or kernel.w != 1 or y.w != 1:
        return window, x, kernel, y
    turned = Window(1, window.stride_h, 1, window.dilation_h, 0, window.pad_h)
    return turned, Dims(1, x.h, x.c), Dims(1, kernel.h, kernel.c), Dims(1, y.h, y.c)


def reaches_padding(window: Window, x: Dims, kernel: Dims, y: Dims) -> bool:
    """Whether any tap of any window lies outside the input; there is never less padding behind it than before it."""
    bottom = (y.h - 1) * window.stride_h - window.pad_h + (kernel.h - 1) * window.dilation_h
    right = (y.w - 1) * window.stride_w - window.pad_w + (kernel.w - 1) * window.dilation_w
    return bottom >= x.h or right >= x.w


def window_lead(window: Window, x: Dims, y: Dims, together: int = 1) -> int:
    """`Call.lead` of a kernel that makes output pixels in order, and reads all windows of some before it writes them.

    Args:
        together: how many pixels it reads before it writes them.
    """
    rows, columns = np.divmod(np.arange(y.h * y.w), y.w)
    first_row = _first_inside(rows * window.stride_h - window.pad_h, window.dilation_h)
    first_column = _first_inside(columns * window.stride_w - window.pad_w, window.dilation_w)
    read = np.minimum(first_row * x.w + first_column, x.h * x.w) * x.c
    # From each pixel on, the lowest address that is still to be read.
    unread = np.minimum.accumulate(read[::-1])[::-1]
    ends = np.arange(together, y.h * y.w, together)
    return max(0, int((ends * y.c - unread[ends]).max(initial=0)))


def _first_inside(
    origin: np.ndarray[tuple[int], np.dtype[np.int64]], dilation: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The first tap at or behind 0, of windows that begin at `origin`."""
    return np.where(origin < 0, origin % dilation, origin)
