"""Operators that only move elements: each is a list of moves between views of its inputs and of its output.

A view is basic slicing, a transposition or a reshape of an array, so that it copies nothing. The interpreter assigns
one view to another; the compiler reads offset and strides off the same views (compiler/lower/move.py), so that the two
cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sensorsmith.graph.ops.family import Array, Layer
from sensorsmith.graph.types import Tensor

View = Callable[[Array], Array]

OUTPUT = -1


def whole(x: Array) -> Array:
    """The view of everything, as it lies."""
    return x


def at(*index: slice | int) -> View:
    """The view of some indices of the first dimensions, and of all others whole."""
    return lambda x: x[(*index, ...)]  # the ellipsis keeps it a view where a single element is left


def along(axis: int, index: slice | int) -> View:
    """The view of some indices of one dimension."""
    return at(*(slice(None),) * axis, index)


def part(begin: int, count: int, size: int) -> slice:
    """Some of the indices of a dimension of `size`; all of them in a form that fits a batch of any number too."""
    return slice(None) if count == size else slice(begin, begin + count)


@dataclass(frozen=True)
class Move:
    """Elements that come to lie in the output.

    Attributes:
        source: which of the layer's activations they are of; OUTPUT for what earlier moves wrote.
        take: the view of the source.
        put: the view of the output, of the same shape.
    """

    source: int = 0
    take: View = whole
    put: View = whole


Moves = Callable[[Any, Layer], Iterable[Move]]
Fill = Callable[[Layer], float]


def moving(moves: Moves, activations: slice = slice(0, 1), fill: Fill | None = None) -> Callable[..., Array]:
    """The arithmetic of an operator that only moves elements, whatever their type.

    Args:
        activations: the operands that are moved.
        fill: what stands where nothing is moved to.
    """

    def run(op: Any, layer: Layer, *operands: Array) -> Array:
        sources, tensors = operands[activations], layer.x[activations]
        assert tensors[0] is not None, layer.place
        count = sources[0].size // tensors[0].size
        shape = layer.y.shape if count == 1 else (count, *layer.y.shape[1:])
        y = np.full(shape, 0 if fill is None else fill(layer), layer.y.dtype)
        for move in moves(op, layer):
            move.put(y)[...] = move.take(y if move.source == OUTPUT else sources[move.source])
        return y

    return run


def constant(tensor: Tensor) -> list[int]:
    """The numbers of a constant of indices, in order."""
    assert tensor.data is not None, tensor.name
    numbers: list[int] = tensor.data.ravel().tolist()
    return numbers


def check_axis(layer: Layer, axis: int, rank: int) -> None:
    """Require a dimension among `rank`, counted from either end."""
    layer.require(-rank <= axis < rank, f"its axis {axis} is none of {rank} dimensions", "convert the model again")


def check_output(layer: Layer, shape: tuple[int, ...]) -> None:
    """Require an output of the shape that the inputs give."""
    layer.require(
        layer.y.shape == shape,
        f"its output has shape {layer.y.shape}, its inputs give {shape}",
        "convert the model again",
    )
