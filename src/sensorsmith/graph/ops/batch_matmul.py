"""BATCH_MATMUL."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import multiply_wide_by_quantized_multiplier, quantize_multiplier, wrap_int32
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import clamp, requantize
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, require_scales
from sensorsmith.graph.requantize import conv_scales, zero_point_of
from sensorsmith.graph.types import BatchMatMul, Tensor

BATCH_MATMUL = 126
MAX_RANK = 5


def _decode(_code: int, options: Table, _y: Tensor) -> BatchMatMul:
    return BatchMatMul(bool(options.integer("adj_x")), bool(options.integer("adj_y")))


def _encode(op: BatchMatMul) -> tuple[int, Mapping[str, Value]]:
    return BATCH_MATMUL, {"adj_x": op.adj_x, "adj_y": op.adj_y}


def matrix_shapes(op: BatchMatMul, layer: Layer) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns of both factors, as they are multiplied."""
    *_, m, k = layer.input(0).shape
    *_, j, n = layer.input(1).shape
    return (k, m) if op.adj_x else (m, k), (n, j) if op.adj_y else (j, n)


def _check(op: BatchMatMul, layer: Layer) -> None:
    a, b, y = layer.input(0), layer.input(1), layer.y
    layer.require(
        all(2 <= len(t.shape) <= MAX_RANK for t in (a, b)),
        f"multiplies matrices {a.shape} and {b.shape}",
        f"use tensors of 2 to {MAX_RANK} dimensions",
    )
    first, second = matrix_shapes(op, layer)
    try:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        batch = ()
    layer.require(
        first[1] == second[0] and y.shape == (*batch, first[0], second[1]),
        f"multiplies matrices {a.shape} and {b.shape} to {y.shape}",
        "convert the model again",
    )
    if y.dtype != "float32":
        require_scales(layer, conv_scales(a, b, y), 2.0**30 if y.dtype == "int8" else 2.0**7)


def _quantized(op: BatchMatMul, layer: Layer, a: Array, b: Array) -> Array:
    """With sums in 32 bits of int8, and in 64 of int16.

    Source: tensorflow/lite/kernels/internal/reference/batch_matmul.h.
    """
    first, second = layer.input(0), layer.input(1)
    # Sums of products of 32 bits are exact in double.
    products = _multiply(op, a.astype(np.float64) - zero_point_of(first), b.astype(np.float64) - zero_point_of(second))
    sums, scales = products.astype(np.int64), conv_scales(first, second, layer.y)
    if layer.dtype == "int8":
        return requantize(wrap_int32(sums), scales, "none", layer)
    return clamp(multiply_wide_by_quantized_multiplier(sums, *quantize_multiplier(scales)), "none", layer)


def _float32(op: BatchMatMul, _layer: Layer, a: Array, b: Array) -> Array:
    return _multiply(op, a, b)


def _multiply(op: BatchMatMul, a: Array, b: Array) -> Array:
    product: Array = (a.swapaxes(-1, -2) if op.adj_x else a) @ (b.swapaxes(-1, -2) if op.adj_y else b)
    return product


def _keeps_batch(_op: BatchMatMul, layer: Layer) -> bool:
    a, b = layer.input(0).shape, layer.input(1).shape
    return len(a) == len(b) > 2 and a[0] == b[0] == 1


FAMILY = Family(
    operator=BatchMatMul,
    codes={BATCH_MATMUL: "BATCH_MATMUL"},
    options_type=101,
    options={"adj_x": Field(0, "?"), "adj_y": Field(1, "?")},
    version=2,
    operands=(Operand("first input", "activation"), Operand("second input", "activation")),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_quantized,
    int16=_quantized,
    float32=_float32,
    keeps_batch=_keeps_batch,
    limits="at most 5 dimensions",
)
