"""The graph that every model passes through: tensors, and operators on them, in order of execution.

A float graph comes out of training; quantization turns it into an int8 graph with the same operators. Both are
immutable; a pass returns a new graph. Shapes are NHWC with a batch of 1; filters are OHWI, as in TFLite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

DType = Literal["float32", "int8", "int16", "int32"]
Activation = Literal["none", "relu", "relu6"]
Padding = Literal["same", "valid"]


@dataclass(frozen=True)
class Quantization:
    """real = scale * (integer - zero_point).

    Attributes:
        scale: one per tensor, or one per index of `axis`. Rounded to float32, the precision of a .tflite file.
        zero_point: as many as `scale`.
        axis: the dimension along which scales differ; None where there is one scale, whatever was given.
    """

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int | None = None

    def __post_init__(self) -> None:
        with np.errstate(over="ignore"):
            object.__setattr__(self, "scale", tuple(np.asarray(self.scale, np.float32).tolist()))
        if len(self.scale) == 1:
            object.__setattr__(self, "axis", None)


@dataclass(frozen=True, eq=False)
class Tensor:
    """A value in the graph.

    Attributes:
        data: the content of a constant; None for what is computed.
    """

    name: str
    shape: tuple[int, ...]
    dtype: DType
    quantization: Quantization | None = None
    data: npt.NDArray[np.generic] | None = None

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))


@dataclass(frozen=True)
class Conv2D:
    """inputs: x (1,H,W,I), filter (O,kh,kw,I), bias (O)."""

    stride: tuple[int, int] = (1, 1)
    padding: Padding = "same"
    dilation: tuple[int, int] = (1, 1)
    activation: Activation = "none"


@dataclass(frozen=True)
class DepthwiseConv2D:
    """inputs: x (1,H,W,I), filter (1,kh,kw,I*multiplier), bias (I*multiplier)."""

    stride: tuple[int, int] = (1, 1)
    padding: Padding = "same"
    dilation: tuple[int, int] = (1, 1)
    multiplier: int = 1
    activation: Activation = "none"


@dataclass(frozen=True)
class FullyConnected:
    """inputs: x (1,...) of I elements or, for each of many steps, (1,...,I), weights (O,I), bias (O)."""

    activation: Activation = "none"


@dataclass(frozen=True)
class Pool2D:
    """inputs: x (1,H,W,C)."""

    kind: Literal["average", "max"]
    size: tuple[int, int]
    stride: tuple[int, int]
    padding: Padding = "valid"
    activation: Activation = "none"


@dataclass(frozen=True)
class Mean:
    """inputs: x (1,...), axes (int32 constant; the batch is not among them)."""

    keep_dims: bool = False


@dataclass(frozen=True)
class Add:
    """inputs: x, y of one shape."""

    activation: Activation = "none"


@dataclass(frozen=True)
class Reshape:
    """inputs: x, shape (int32 constant, optional; the attribute is what counts, and begins with the batch of 1)."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Softmax:
    """inputs: x (1,...,C); each row along C sums to 1."""

    beta: float = 1.0


Operator = Conv2D | DepthwiseConv2D | FullyConnected | Pool2D | Mean | Add | Reshape | Softmax


@dataclass(frozen=True)
class Node:
    """One operator at work.

    Attributes:
        inputs: indices of tensors; -1 where an optional one is absent.
        outputs: indices of tensors.
    """

    op: Operator
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Face:
    """The input or the output as the file shows it, where that is not the graph's int8.

    Attributes:
        name: of the file's tensor.
        dtype: uint8 has the scale of the graph's tensor, and a zero point 128 above.
    """

    name: str
    dtype: Literal["uint8", "float32"]


@dataclass(frozen=True)
class Border:
    """Both ends as the file shows them; None where that is the graph's own tensor."""

    input: Face | None = None
    output: Face | None = None


@dataclass(frozen=True, eq=False)
class Graph:
    """A model: `nodes` in order of execution over `tensors`, the conversion at the `border` aside."""

    name: str
    tensors: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    border: Border = Border()


def same(a: Graph, b: Graph) -> bool:
    """Whether two graphs are equal in every name, shape, type, quantization, constant, operator and connection."""
    return (
        (a.name, a.nodes, a.inputs, a.outputs, a.border) == (b.name, b.nodes, b.inputs, b.outputs, b.border)
        and len(a.tensors) == len(b.tensors)
        and all(_same_tensor(s, t) for s, t in zip(a.tensors, b.tensors, strict=True))
    )


def _same_tensor(a: Tensor, b: Tensor) -> bool:
    if (a.name, a.shape, a.dtype, a.quantization) != (b.name, b.shape, b.dtype, b.quantization):
        return False
    if a.data is None or b.data is None:
        return a.data is b.data
    # By bytes, so that a NaN equals itself.
    return a.data.dtype == b.data.dtype and a.data.shape == b.data.shape and a.data.tobytes() == b.data.tobytes()
