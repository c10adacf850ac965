"""Views of tensors as nested loops: how many times each runs, and how far it steps through each tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from sensorsmith.compiler.steps import Nest
from sensorsmith.graph.fixedpoint import Ints
from sensorsmith.graph.ops.family import Array, Layer
from sensorsmith.graph.ops.move import View
from sensorsmith.graph.types import Tensor

_LOOPS = 5
# Reads and writes of so many elements are followed one by one, to see where buffers may overlap.
_FOLLOWED = 1 << 20


@dataclass(frozen=True)
class Strided:
    """A view of a tensor: the byte at which it begins, and its shape and strides, in bytes."""

    first: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def strided(view: View, tensor: Tensor) -> Strided:
    """The view of a tensor, down to single bytes."""
    memory = np.empty(tensor.shape, tensor.dtype)
    seen = view(memory)
    assert np.may_share_memory(seen, memory), tensor.name
    size = memory.itemsize
    shape, strides = (seen.shape, seen.strides) if size == 1 else ((*seen.shape, size), (*seen.strides, 1))
    return Strided(_address(seen) - _address(memory), shape, strides)


def element_strides(view: View, tensor: Tensor) -> tuple[int, ...]:
    """The strides of a view of a tensor, in elements."""
    return strided(view, replace(tensor, dtype="int8")).strides


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def loops(layer: Layer, shape: Sequence[int], *strides: Sequence[int]) -> tuple[Nest, ...]:
    """As few loops over `shape` as do the same: their counts, and the strides of each tensor.

    Raises:
        ModelError: more than five are left.
    """
    joined: list[tuple[int, ...]] = []
    for count, *steps in zip(shape, *strides, strict=True):
        if count == 1:
            continue
        outer = joined[-1] if joined else ()
        if outer and all(far == near * count for far, near in zip(outer[1:], steps, strict=True)):
            joined[-1] = (outer[0] * count, *steps)
        else:
            joined.append((count, *steps))
    layer.require(
        len(joined) <= _LOOPS, f"moves along {len(joined)} dimensions at once", f"use at most {_LOOPS} dimensions"
    )
    once = (1, *(0 for _ in strides))
    return tuple(Nest(*column) for column in zip(*[once] * (_LOOPS - len(joined)), *joined, strict=True))


def lead(
    size: Nest, stride: Nest, first: int = 0, output_stride: Nest | None = None, output_first: int = 0
) -> int | None:
    """How far behind the target a source must begin (see `Call.lead`), for one byte read and one written at each turn.

    Args:
        stride, first: of the source.
        output_stride, output_first: of the target; bytes are written one after the other if left out.
    """
    if np.prod(astuple(size), dtype=np.int64) > _FOLLOWED:
        return None
    reads = _offsets(size, stride) + first
    writes = np.arange(len(reads)) if output_stride is None else _offsets(size, output_stride) + output_first
    lowest_unread = np.minimum.accumulate(reads[:0:-1])[::-1]
    return int((writes[:-1] - lowest_unread + 1).max(initial=0))


def _offsets(size: Nest, stride: Nest) -> Ints:
    """Where an element lies at each turn of the innermost loop."""
    at = np.zeros(1, np.int64)
    for count, step in zip(astuple(size), astuple(stride), strict=True):
        at = (at[:, None] + step * np.arange(count)).ravel()
    return at
