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
    return near(Window(*op.stride, *dilation, pad_h, pad_w), layer)


def near(window: Window, layer: Layer) -> Window:
    """The window, if it reaches no farther than an int of 16 bits, in which the kernels may compute positions."""
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
    """Whether any tap of any window lies outside the input."""
    bottom = (y.h - 1) * window.stride_h - window.pad_h + (kernel.h - 1) * window.dilation_h
    right = (y.w - 1) * window.stride_w - window.pad_w + (kernel.w - 1) * window.dilation_w
    return window.pad_h > 0 or window.pad_w > 0 or bottom >= x.h or right >= x.w


def window_lead(window: Window, x: Dims, y: Dims, together: int = 1, early: int = 0) -> int:
    """`Call.lead` of a kernel that makes int8 output pixels in order; exact where each window touches the input.

    Args:
        together: of how many pixels it reads all windows before it writes them.
        early: bytes of the first of these pixels that it has written, nevertheless, before its last read of the window.
    """
    rows = _first_inside(y.h, window.stride_h, window.pad_h, window.dilation_h)
    columns = _first_inside(y.w, window.stride_w, window.pad_w, window.dilation_w)
    read = (rows[:, None] * x.w + columns).ravel() * x.c
    # From each pixel on, the lowest address that is still to be read.
    unread = np.minimum.accumulate(read[::-1])[::-1]
    written = np.arange(0, len(unread), together)
    return max(0, int((written * y.c + early - unread[written]).max()))


def _first_inside(count: int, stride: int, before: int, dilation: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The position of each window's first tap at or behind 0, along one axis."""
    origin = np.arange(count) * stride - before
    return np.where(origin < 0, origin % dilation, origin)
