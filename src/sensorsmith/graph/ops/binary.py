"""What the operators on two tensors have in common: their shapes broadcast as numpy's do."""

from __future__ import annotations

from typing import Any

import numpy as np

from sensorsmith.graph.ops.family import Array, Layer, Operand
from sensorsmith.graph.types import Tensor

OPERANDS = (Operand("first input", "activation"), Operand("second input", "activation"))


def check_broadcast(layer: Layer) -> None:
    """Require an output of the shape to which the inputs broadcast."""
    a, b, y = layer.input(0).shape, layer.input(1).shape, layer.y.shape
    try:
        fits = np.broadcast_shapes(a, b) == y
    except ValueError:
        fits = False
    layer.require(
        fits, f"its inputs {a} and {b} do not broadcast to {y}", "give it shapes that are equal, or 1 where they differ"
    )


def keeps_batch(_op: Any, _layer: Layer) -> bool:
    """Each element of the output depends on one of each input only."""
    return True


def aligned(layer: Layer, *operands: Array) -> list[Array]:
    """The operands with dimensions of 1 behind a batch, where the output has more dimensions than they have."""
    return [_aligned(layer.input(i), x, len(layer.y.shape)) for i, x in enumerate(operands)]


def _aligned(tensor: Tensor, x: Array, rank: int) -> Array:
    if tensor.shape[:1] != (1,):
        return x
    return x.reshape(len(x), *(1,) * (rank - x.ndim), *x.shape[1:])
