"""Operators that only move elements: fills and copies, from the same views as the interpreter's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from sensorsmith.compiler.lower.nest import lead, loops, strided
from sensorsmith.compiler.steps import Call, Nest, Scratch, Source, Target, width_of
from sensorsmith.graph.ops import move
from sensorsmith.graph.ops.family import Layer

Lowering = Callable[[Any, Layer, tuple[Source, ...], Target], Iterator[Call]]


@dataclass(frozen=True, eq=False)
class Fill(Call):
    kernel: ClassVar[str] = "fill"
    width: int
    value: int
    size: int
    output: Target


@dataclass(frozen=True, eq=False)
class Copy(Call):
    kernel: ClassVar[str] = "copy"
    size: Nest
    input_first: int
    input_stride: Nest
    input: Source
    output_first: int
    output_stride: Nest
    output: Target

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source, target
        return lead(self.size, self.input_stride, self.input_first, self.output_stride, self.output_first)


def moving(moves: move.Moves, activations: slice = slice(0, 1), fill: move.Fill | None = None) -> Lowering:
    """The lowering of an operator whose arithmetic is `graph.ops.move.moving` of the same arguments."""

    def lower(op: Any, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
        output = Target(target.buffer)
        if fill is not None:
            yield Fill(width_of(layer.y), int(fill(layer)), layer.y.size, target)
        for each in moves(op, layer):
            tensor = layer.y if each.source == move.OUTPUT else layer.x[activations][each.source]
            assert tensor is not None, layer.place
            taken, put = strided(each.take, tensor), strided(each.put, layer.y)
            size, input_stride, output_stride = loops(layer, put.shape, taken.strides, put.strides)
            source = Source(target.buffer if each.source == move.OUTPUT else sources[each.source].buffer)
            yield Copy(size, taken.first, input_stride, source, put.first, output_stride, output)

    return lower


def copy_bytes(size: int, source: Source, target: Target) -> Copy:
    """So many bytes as they lie, from one buffer to another."""
    counts, strides = Nest(1, 1, 1, 1, size), Nest(0, 0, 0, 0, int(size != 1))
    return Copy(counts, 0, strides, source, 0, strides, target)


def unchanged(calls: list[Call]) -> int | None:
    """The buffer whose first bytes these calls copy as they lie, if they do nothing else."""
    match calls:
        case [Copy(size, 0, stride, source, 0, output_stride)] if (
            stride == output_stride == Nest(0, 0, 0, 0, int(size.e != 1)) and size.a == size.b == size.c == size.d == 1
        ):
            return source.buffer
    return None
