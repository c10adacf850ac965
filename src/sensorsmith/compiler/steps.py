"""What a graph is lowered to: calls of kernels, in order, with every number resolved.

The fields of a call are the parameters of its C function `ss_<kernel>_<variant>`, in the same order, and each record
used as a field is the C struct of the same name: `Dims` is `ss_dims`. The emitter needs to know no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Dims:
    """ss_dims: a tensor of one batch, or a filter of one output channel."""

    h: int
    w: int
    c: int

    @property
    def size(self) -> int:
        return self.h * self.w * self.c


@dataclass(frozen=True)
class Window:
    """ss_window; the padding is that before the first row and column."""

    stride_h: int
    stride_w: int
    dilation_h: int = 1
    dilation_w: int = 1
    pad_h: int = 0
    pad_w: int = 0


@dataclass(frozen=True)
class Range:
    """ss_range: the zero point of an output, and what its activation lets through."""

    zero_point: int
    minimum: int
    maximum: int


@dataclass(frozen=True)
class Scale:
    """ss_scale: a real factor as multiplier / 2^31 * 2^shift."""

    multiplier: int
    shift: int


@dataclass(frozen=True, eq=False)
class Constant:
    """An array in flash. `note` becomes the end of its comment."""

    data: npt.NDArray[np.generic]
    note: str = ""


@dataclass(frozen=True, eq=False)
class ChannelScales:
    """ss_channel_scales: a factor for each output channel."""

    multiplier: Constant
    shift: Constant

    def each(self) -> list[Scale]:
        """One record for each channel."""
        return [Scale(int(m), int(s)) for m, s in zip(self.multiplier.data, self.shift.data, strict=True)]


@dataclass(frozen=True)
class Source:
    """A buffer that the kernel reads."""

    buffer: int


@dataclass(frozen=True)
class Target:
    """A buffer that the kernel writes."""

    buffer: int


@dataclass(frozen=True, eq=False)
class Call:
    kernel: ClassVar[str]

    def constants(self) -> Iterator[tuple[str, Constant]]:
        """The arrays among the parameters, by name."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Constant):
                yield field.name, value
            elif isinstance(value, ChannelScales):
                yield "multiplier", value.multiplier
                yield "shift", value.shift

    def buffers(self) -> Iterator[Source | Target]:
        """The buffers among the parameters."""
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Source | Target):
                yield value


@dataclass(frozen=True, eq=False)
class Conv2D(Call):
    kernel: ClassVar[str] = "conv2d"
    window: Window
    input_zero_point: int
    range: Range
    scales: ChannelScales
    input_dims: Dims
    input: Source
    filter_dims: Dims
    filter: Constant
    bias: Constant
    output_dims: Dims
    output: Target


@dataclass(frozen=True, eq=False)
class DepthwiseConv2D(Conv2D):
    kernel: ClassVar[str] = "depthwise_conv2d"


@dataclass(frozen=True, eq=False)
class FullyConnected(Call):
    kernel: ClassVar[str] = "fully_connected"
    range: Range
    scales: ChannelScales
    inputs: int
    input: Source
    weights: Constant
    bias: Constant
    outputs: int
    output: Target


@dataclass(frozen=True, eq=False)
class AveragePool(Call):
    kernel: ClassVar[str] = "average_pool"
    window: Window
    range: Range
    input_dims: Dims
    input: Source
    pool_dims: Dims
    output_dims: Dims
    output: Target


@dataclass(frozen=True, eq=False)
class MaxPool(AveragePool):
    kernel: ClassVar[str] = "max_pool"


@dataclass(frozen=True, eq=False)
class Mean(Call):
    kernel: ClassVar[str] = "mean"
    input_zero_point: int
    range: Range
    scale: Scale
    input_dims: Dims
    input: Source
    output: Target


@dataclass(frozen=True, eq=False)
class Add(Call):
    kernel: ClassVar[str] = "add"
    zero_point_1: int
    zero_point_2: int
    range: Range
    scale_1: Scale
    scale_2: Scale
    output_scale: Scale
    size: int
    input_1: Source
    input_2: Source
    output: Target


@dataclass(frozen=True, eq=False)
class Softmax(Call):
    kernel: ClassVar[str] = "softmax"
    lowest: int
    scale: Scale
    rows: int
    classes: int
    input: Source
    output: Target


@dataclass(frozen=True, eq=False)
class Step:
    """A layer: one call of a kernel.

    Attributes:
        name: of the tensor that it makes.
        macs: multiplications with a weight, those in the padding included.
        output_shape: of the tensor that it makes.
    """

    name: str
    macs: int
    output_shape: tuple[int, ...]
    call: Call


@dataclass(frozen=True, eq=False)
class Program:
    """A graph without anything left to decide but where its buffers lie and which variant of each kernel runs.

    Attributes:
        sizes: bytes of each buffer, by the index of the tensor that gave it its name.
        input: the buffer that the caller fills.
        output: the buffer that holds the result.
    """

    steps: tuple[Step, ...]
    sizes: dict[int, int]
    input: int
    output: int
