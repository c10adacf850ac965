"""From an operator to calls of kernels. Each file here holds one family: its calls, and how a layer becomes them.

To add an operator that `graph` has: its file here, its line below, its kernel in runtime/kernels/<kernel>/ref.h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sensorsmith.compiler.lower import (
    add,
    batch_matmul,
    conv,
    dense,
    lookup,
    mean,
    pool,
    prelu,
    resize,
    softmax,
    transpose_conv,
)
from sensorsmith.compiler.steps import Call, Source, Target
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.types import (
    Add,
    BatchMatMul,
    Conv2D,
    DepthwiseConv2D,
    Elu,
    FullyConnected,
    HardSwish,
    LeakyRelu,
    Logistic,
    Mean,
    Pool2D,
    Prelu,
    ResizeBilinear,
    ResizeNearest,
    Softmax,
    Tanh,
    TransposeConv,
)

Lowering = Callable[[Any, Layer, tuple[Source, ...], Target], Iterable[Call]]

LOWERINGS: dict[type[Any], Lowering] = {
    Add: add.lower,
    BatchMatMul: batch_matmul.lower,
    Conv2D: conv.lower,
    DepthwiseConv2D: conv.lower,
    Elu: lookup.lower,
    FullyConnected: dense.lower,
    HardSwish: lookup.lower,
    LeakyRelu: lookup.lower,
    Logistic: lookup.lower,
    Mean: mean.lower,
    Pool2D: pool.lower,
    Prelu: prelu.lower,
    ResizeBilinear: resize.lower,
    ResizeNearest: resize.lower,
    Softmax: softmax.lower,
    Tanh: lookup.lower,
    TransposeConv: transpose_conv.lower,
}
