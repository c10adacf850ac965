"""From an operator to calls of kernels. Each file here holds one family: its calls, and how a layer becomes them.

To add an operator that `graph` has: its file here, its line below, its kernel in runtime/kernels/<kernel>/ref.h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sensorsmith.compiler.lower import (
    add,
    batch_matmul,
    conv,
    conv_s16,
    dense,
    lookup,
    mean,
    pool,
    pool_s16,
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
    DType,
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

INT8_LOWERINGS: dict[type[Any], Lowering] = {
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

INT16_LOWERINGS: dict[type[Any], Lowering] = {
    Conv2D: conv_s16.lower,
    DepthwiseConv2D: conv_s16.lower,
    FullyConnected: conv_s16.lower_dense,
    Pool2D: pool_s16.lower,
    TransposeConv: conv_s16.lower_transpose,
}

LOWERINGS: Mapping[DType, Mapping[type[Any], Lowering]] = {"int8": INT8_LOWERINGS, "int16": INT16_LOWERINGS}
