"""Products of matrices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from sensorsmith.compiler.requantize import (
    check_sums,
    needs_wide_sums,
    range_record,
    reach_of,
    reduced_channel_scales,
    scale_record,
)
from sensorsmith.compiler.steps import Call, Dims, Range, Record, Scale, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops.batch_matmul import matrix_shapes
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import conv_scales, zero_point_of
from sensorsmith.graph.types import Tensor


@dataclass(frozen=True)
class Strides(Record):
    """Elements from one matrix, row and column to the next."""

    struct: ClassVar[str] = "ss_strides"
    batch: int
    row: int
    column: int


@dataclass(frozen=True, eq=False)
class BatchMatMul(Call):
    kernel: ClassVar[str] = "batch_matmul"
    zero_point_1: int
    zero_point_2: int
    range: Range
    scale: Scale
    batches: int
    products: int
    strides_1: Strides
    input_1: Source
    strides_2: Strides
    input_2: Source
    output_dims: Dims
    output: Target

    @property
    def macs(self) -> int:
        return self.batches * self.products * self.output_dims.size


@dataclass(frozen=True, eq=False)
class BatchMatMulS16(Call):
    kernel: ClassVar[str] = "batch_matmul_s16"
    range: Range
    scale: Scale
    batches: int
    products: int
    strides_1: Strides
    input_1: Source
    strides_2: Strides
    input_2: Source
    output_dims: Dims
    output: Target

    @property
    def macs(self) -> int:
        return self.batches * self.products * self.output_dims.size


def lower(op: types.BatchMatMul, layer: Layer, sources: tuple[Source, ...], target: Target) -> Iterator[Call]:
    a, b, y = layer.input(0), layer.input(1), layer.y
    (rows, products), (_, columns) = matrix_shapes(op, layer)
    batches = prod(y.shape[:-2])
    layer.require(
        all(prod(t.shape[:-2]) in (1, batches) for t in (a, b)),
        f"repeats both of its inputs {a.shape} and {b.shape}",
        "let one of the inputs have all matrices",
    )
    largest = [products * reach_of(a) * reach_of(b)]
    common: dict[str, Any] = {
        "range": range_record(y, "none"),
        "batches": batches,
        "products": products,
        "strides_1": _strides(a, op.adj_x),
        "input_1": sources[0],
        "strides_2": _strides(b, op.adj_y),
        "input_2": sources[1],
        "output_dims": Dims(rows, columns, 1),
        "output": target,
    }
    if y.dtype == "int16":
        (scale,) = reduced_channel_scales(conv_scales(a, b, y), 1).each()
        needs_wide_sums(largest, [scale], layer.place)
        yield BatchMatMulS16(scale=scale, **common)
    else:
        scale = scale_record(float(conv_scales(a, b, y)[0]))
        check_sums(largest, [scale], layer.place)
        yield BatchMatMul(zero_point_1=zero_point_of(a), zero_point_2=zero_point_of(b), scale=scale, **common)


def _strides(tensor: Tensor, transposed: bool) -> Strides:
    *batch, height, width = tensor.shape
    step = height * width if prod(batch) > 1 else 0
    return Strides(step, 1, width) if transposed else Strides(step, width, 1)
