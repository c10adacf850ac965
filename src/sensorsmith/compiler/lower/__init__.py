"""From an operator to calls of kernels. Each file here holds one family: its calls, and how a layer becomes them.

To add an operator that `graph` has: its file here, its line below, its kernel in runtime/kernels/<kernel>/ref.h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sensorsmith.compiler.lower import add, conv, dense, mean, pool, softmax
from sensorsmith.compiler.steps import Call, Source, Target
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.types import Add, Conv2D, DepthwiseConv2D, FullyConnected, Mean, Pool2D, Softmax

Lowering = Callable[[Any, Layer, tuple[Source, ...], Target], Iterable[Call]]

LOWERINGS: dict[type[Any], Lowering] = {
    Add: add.lower,
    Conv2D: conv.lower,
    DepthwiseConv2D: conv.lower,
    FullyConnected: dense.lower,
    Mean: mean.lower,
    Pool2D: pool.lower,
    Softmax: softmax.lower,
}
