"""The graph that every model passes through: tensors, and operators on them, in order of execution.

A float graph comes out of training; quantization turns it into an int8 graph with the same operators. Both are
immutable; a pass returns a new graph. Shapes are NHWC with a batch of 1; filters are OHWI, as in TFLite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

DType = Literal["float32", "int8", "int16", "int32", "int64"]
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
        variable: whether it is memory: it keeps its content from one input to the next.
        initial: what a variable holds before the first input; None for its zero point, or 0 where it is not int8.
    """

    name: str
    shape: tuple[int, ...]
    dtype: DType
    quantization: Quantization | None = None
    data: npt.NDArray[np.generic] | None = None
    variable: bool = False
    initial: npt.NDArray[np.generic] | None = None

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))


@dataclass(frozen=True)
class Conv2D:
    """inputs: x (1,H,W,I), filter (O,kh,kw,I), bias (O).

    Attributes:
        narrow_sums: whether products with int16 activations add up in 32 bits, as to an int32 bias, where none is.
    """

    stride: tuple[int, int] = (1, 1)
    padding: Padding = "same"
    dilation: tuple[int, int] = (1, 1)
    activation: Activation = "none"
    narrow_sums: bool = False


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
    """inputs: x of rows of I elements, whatever its shape, weights (O,I), bias (O).

    Attributes:
        keep_dims: whether the output has the input's dimensions but for the last; otherwise it is (rows,O).
        narrow_sums: as of `Conv2D`.
    """

    activation: Activation = "none"
    keep_dims: bool = False
    narrow_sums: bool = False


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
    """inputs: x, axes (int32 constant)."""

    keep_dims: bool = False


@dataclass(frozen=True)
class Add:
    """inputs: x, y, broadcast to one shape."""

    activation: Activation = "none"


@dataclass(frozen=True)
class Reshape:
    """inputs: x, shape (int32 constant, optional; the attribute is what counts)."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class Softmax:
    """inputs: x (1,...,C); each row along C sums to 1."""

    beta: float = 1.0


@dataclass(frozen=True)
class Logistic:
    """inputs: x."""


@dataclass(frozen=True)
class Tanh:
    """inputs: x."""


@dataclass(frozen=True)
class HardSwish:
    """inputs: x; gives x * relu6(x + 3) / 6."""


@dataclass(frozen=True)
class Elu:
    """inputs: x; gives exp(x) - 1 where x is negative, x elsewhere."""


@dataclass(frozen=True)
class LeakyRelu:
    """inputs: x; gives alpha * x where x is negative, x elsewhere."""

    alpha: float = 0.2


@dataclass(frozen=True)
class Prelu:
    """inputs: x (1,...), alpha (a constant that fits x, 1 along dimensions that share it)."""


@dataclass(frozen=True)
class Squeeze:
    """inputs: x; takes away the dimensions `axes` of size 1, or all of size 1 where there are none."""

    axes: tuple[int, ...] = ()


@dataclass(frozen=True)
class ExpandDims:
    """inputs: x, axis (int32 constant) at which a dimension of size 1 comes in."""


@dataclass(frozen=True)
class Concatenation:
    """inputs: any number of tensors that differ along `axis` only."""

    axis: int


@dataclass(frozen=True)
class Pack:
    """inputs: `count` tensors of one shape, which a new dimension at `axis` holds side by side."""

    count: int
    axis: int = 0


@dataclass(frozen=True)
class Unpack:
    """inputs: x; an output for each index of `axis`, of which there are `count`."""

    count: int
    axis: int = 0


@dataclass(frozen=True)
class Split:
    """inputs: axis (int32 constant), x; `count` outputs of one size."""

    count: int


@dataclass(frozen=True)
class SplitV:
    """inputs: x, sizes, axis (int32 constants); `count` outputs of these sizes, one of which may be -1 for the rest."""

    count: int


@dataclass(frozen=True)
class Slice:
    """inputs: x, begin, size (int32 constants, one per dimension; a size of -1 reaches to the end)."""


@dataclass(frozen=True)
class StridedSlice:
    """inputs: x, begin, end, strides (int32 constants, one per dimension).

    Attributes:
        begin_mask, end_mask: bit i leaves the begin or end of dimension i open.
        shrink_axis_mask: bit i takes one index of dimension i, and the dimension away.
    """

    begin_mask: int = 0
    end_mask: int = 0
    shrink_axis_mask: int = 0


@dataclass(frozen=True)
class Pad:
    """inputs: x, paddings (int32 constant (rank, 2): before and behind), filled with zero."""


@dataclass(frozen=True)
class PadV2:
    """inputs: x, paddings (int32 constant (rank, 2)), value (a constant of one element)."""


@dataclass(frozen=True)
class MirrorPad:
    """inputs: x, paddings (int32 constant (rank, 2)), filled with what lies on the other side of the edge.

    Attributes:
        mode: whether the edge itself is left out (reflect) or repeated (symmetric).
    """

    mode: Literal["reflect", "symmetric"] = "reflect"


@dataclass(frozen=True)
class Transpose:
    """inputs: x, permutation (int32 constant): dimension i of the output is dimension permutation[i] of x."""


@dataclass(frozen=True)
class DepthToSpace:
    """inputs: x (1,H,W,C); each pixel becomes a block of `block` x `block` pixels."""

    block: int


@dataclass(frozen=True)
class SpaceToDepth:
    """inputs: x (1,H,W,C); each block of `block` x `block` pixels becomes a pixel."""

    block: int


@dataclass(frozen=True)
class Gather:
    """inputs: x, positions (int32 constant) along `axis`."""

    axis: int


@dataclass(frozen=True)
class Sub:
    """inputs: x, y, broadcast to one shape."""

    activation: Activation = "none"


@dataclass(frozen=True)
class ResizeNearest:
    """inputs: x (1,H,W,C), size (int32 constant: H', W')."""

    align_corners: bool = False
    half_pixel_centers: bool = False


@dataclass(frozen=True)
class ResizeBilinear:
    """inputs: x (1,H,W,C), size (int32 constant: H', W')."""

    align_corners: bool = False
    half_pixel_centers: bool = False


@dataclass(frozen=True)
class TransposeConv:
    """inputs: output shape (int32 constant), filter (O,kh,kw,I), x (1,H,W,I), bias (O).

    The transpose of a convolution from the output's shape to the input's.
    """

    stride: tuple[int, int] = (1, 1)
    padding: Padding = "same"
    activation: Activation = "none"


@dataclass(frozen=True)
class Mul:
    """inputs: x, y, broadcast to one shape."""

    activation: Activation = "none"


@dataclass(frozen=True)
class Extremum:
    """inputs: x, y, broadcast to one shape; the larger or smaller of both."""

    kind: Literal["maximum", "minimum"]


@dataclass(frozen=True)
class Relu:
    """inputs: x."""


@dataclass(frozen=True)
class Relu6:
    """inputs: x."""


@dataclass(frozen=True)
class Abs:
    """inputs: x."""


@dataclass(frozen=True)
class Quantize:
    """inputs: x, brought to the scale and zero point of the output."""


@dataclass(frozen=True)
class Sum:
    """inputs: x, axes (int32 constant)."""

    keep_dims: bool = False


@dataclass(frozen=True)
class ReduceExtremum:
    """inputs: x, axes (int32 constant); the largest or smallest element over the axes."""

    kind: Literal["maximum", "minimum"]
    keep_dims: bool = False


@dataclass(frozen=True)
class ArgMax:
    """inputs: x, axis (int32 constant); the first position of the largest element along it, int32."""


@dataclass(frozen=True)
class ArgMin:
    """inputs: x, axis (int32 constant); the first position of the smallest element along it, int32."""


@dataclass(frozen=True)
class BatchMatMul:
    """inputs: x (...,M,K), y (...,K,N); matrices whose flag is set are stored transposed."""

    adj_x: bool = False
    adj_y: bool = False


@dataclass(frozen=True)
class Svdf:
    """A dense layer that remembers, in two steps of low rank.

    inputs: x (1,I), feature weights (F,I), time weights (F,M), bias (U), state (1,F*M), with F = U * rank.
    """

    rank: int = 1
    activation: Activation = "none"


@dataclass(frozen=True)
class Lstm:
    """Long short-term memory over a sequence, as Keras' LSTM layer with return_sequences.

    inputs: x (1,T,I); weights of x (S,I) for the input, forget, cell and output gates; of the hidden state (S,S) for
    the same; three that are absent; biases (S) for the same gates; two that are absent; hidden state and cell state of
    S elements; four that are absent.
    """

    cell_clip: float = 0.0


@dataclass(frozen=True)
class ReadVariable:
    """inputs: a variable; gives what it holds by now."""


@dataclass(frozen=True)
class AssignVariable:
    """inputs: x, which the variable that is the output holds from now on."""


Operator = (
    Conv2D
    | DepthwiseConv2D
    | FullyConnected
    | Pool2D
    | Mean
    | Add
    | Reshape
    | Softmax
    | Logistic
    | Tanh
    | HardSwish
    | Elu
    | LeakyRelu
    | Prelu
    | Squeeze
    | ExpandDims
    | Concatenation
    | Pack
    | Unpack
    | Split
    | SplitV
    | Slice
    | StridedSlice
    | Pad
    | PadV2
    | MirrorPad
    | Transpose
    | DepthToSpace
    | SpaceToDepth
    | Gather
    | Sub
    | Mul
    | Extremum
    | Relu
    | Relu6
    | Abs
    | Quantize
    | Sum
    | ReduceExtremum
    | ArgMax
    | ArgMin
    | ResizeNearest
    | ResizeBilinear
    | TransposeConv
    | BatchMatMul
    | Svdf
    | Lstm
    | ReadVariable
    | AssignVariable
)


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
    return a.variable == b.variable and _same_content(a.data, b.data) and _same_content(a.initial, b.initial)


def _same_content(a: npt.NDArray[np.generic] | None, b: npt.NDArray[np.generic] | None) -> bool:
    if a is None or b is None:
        return a is b
    # By bytes, so that a NaN equals itself.
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
