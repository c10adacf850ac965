"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.flatbuffer import Field, Layout, Table, Value
from sensorsmith.graph.ops.activation import clamp
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, require_scales, same_quantization
from sensorsmith.graph.ops.move import check_axis, check_output, constant
from sensorsmith.graph.requantize import mean_scale, zero_point_of
from sensorsmith.graph.types import Mean, ReduceExtremum, Sum, Tensor

MEAN, SUM, REDUCE_MAX, REDUCE_MIN = 40, 74, 82, 89
OPERANDS = (Operand("input", "activation"), Operand("axes", "indices"))
OPTIONS: Layout = {"keep_dims": Field(0, "?")}


def reduced_axes(layer: Layer) -> tuple[int, ...]:
    """The dimensions that go: sorted, each once, none negative."""
    return tuple(sorted({axis % len(layer.input(0).shape) for axis in constant(layer.input(1))}))


def mean_multiplier(layer: Layer) -> tuple[int, int]:
    """Multiplier and shift from a sum to its mean: the division goes into the multiplier, shifted up first so that no
    precision is lost.

    Source: QuantizedMeanOrSum in tensorflow/lite/kernels/internal/reference/reduce.h.
    """
    multiplier, shift = (int(n) for n in quantize_multiplier(mean_scale(layer.input(0), layer.y)))
    count = layer.input(0).size // layer.y.size
    up = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << up) // count, shift - up


def sum_multiplier(layer: Layer) -> tuple[int, int]:
    """Multiplier and shift from a sum to the output."""
    multiplier, shift = (int(n) for n in quantize_multiplier(mean_scale(layer.input(0), layer.y)))
    return multiplier, shift


def _keeps_batch(_op: Mean | Sum | ReduceExtremum, layer: Layer) -> bool:
    return 0 not in reduced_axes(layer)


def _check_axes(op: Mean | Sum | ReduceExtremum, layer: Layer) -> None:
    shape, axes = layer.input(0).shape, constant(layer.input(1))
    for axis in axes:
        check_axis(layer, axis, len(shape))
    over = reduced_axes(layer)
    check_output(layer, tuple(1 if i in over else n for i, n in enumerate(shape) if op.keep_dims or i not in over))


def _check_sum(op: Mean | Sum, layer: Layer) -> None:
    _check_axes(op, layer)
    if layer.dtype != "float32":
        require_scales(layer, mean_scale(layer.input(0), layer.y), 2.0**30)


def _total(layer: Layer, x: Array) -> Ints:
    count = layer.input(0).size // layer.y.size
    total: Ints = x.sum(axis=reduced_axes(layer), dtype=np.int64) - zero_point_of(layer.input(0)) * count
    return total


def _decode_mean(_code: int, options: Table, _y: Tensor) -> Mean:
    return Mean(bool(options.integer("keep_dims")))


def _encode_mean(op: Mean) -> tuple[int, Mapping[str, Value]]:
    return MEAN, {"keep_dims": op.keep_dims}


def _quantized_mean(_op: Mean, layer: Layer, x: Array, _axes: Array) -> Array:
    scaled = multiply_by_quantized_multiplier(_total(layer, x), *mean_multiplier(layer))
    return clamp(scaled + zero_point_of(layer.y), "none", layer)


def _float_mean(_op: Mean, layer: Layer, x: Array, _axes: Array) -> Array:
    mean: Array = x.mean(axis=reduced_axes(layer), dtype=np.float32)
    return mean


def _decode_sum(_code: int, options: Table, _y: Tensor) -> Sum:
    return Sum(bool(options.integer("keep_dims")))


def _encode_sum(op: Sum) -> tuple[int, Mapping[str, Value]]:
    return SUM, {"keep_dims": op.keep_dims}


def _quantized_sum(_op: Sum, layer: Layer, x: Array, _axes: Array) -> Array:
    scaled = multiply_by_quantized_multiplier(_total(layer, x), *sum_multiplier(layer))
    return clamp(scaled + zero_point_of(layer.y), "none", layer)


def _float_sum(_op: Sum, layer: Layer, x: Array, _axes: Array) -> Array:
    total: Array = x.sum(axis=reduced_axes(layer), dtype=np.float32)
    return total


def _decode_extremum(code: int, options: Table, _y: Tensor) -> ReduceExtremum:
    return ReduceExtremum("maximum" if code == REDUCE_MAX else "minimum", bool(options.integer("keep_dims")))


def _encode_extremum(op: ReduceExtremum) -> tuple[int, Mapping[str, Value]]:
    return REDUCE_MAX if op.kind == "maximum" else REDUCE_MIN, {"keep_dims": op.keep_dims}


def _check_extremum(op: ReduceExtremum, layer: Layer) -> None:
    _check_axes(op, layer)
    same_quantization(layer)


def _extremum(op: ReduceExtremum, layer: Layer, x: Array, _axes: Array) -> Array:
    reduce = np.max if op.kind == "maximum" else np.min
    result: Array = reduce(x, axis=reduced_axes(layer))
    return result


MEAN_FAMILY = Family(
    operator=Mean,
    codes={MEAN: "MEAN"},
    options_type=27,
    options=OPTIONS,
    version=2,
    operands=OPERANDS,
    decode=_decode_mean,
    encode=_encode_mean,
    check=_check_sum,
    int8=_quantized_mean,
    int16=_quantized_mean,
    float32=_float_mean,
    keeps_batch=_keeps_batch,
    limits="constant axes",
)
SUM_FAMILY = Family(
    operator=Sum,
    codes={SUM: "SUM"},
    options_type=27,
    options=OPTIONS,
    version=2,
    operands=OPERANDS,
    decode=_decode_sum,
    encode=_encode_sum,
    check=_check_sum,
    int8=_quantized_sum,
    int16=_quantized_sum,
    float32=_float_sum,
    keeps_batch=_keeps_batch,
    limits="constant axes",
)
EXTREMUM_FAMILY = Family(
    operator=ReduceExtremum,
    codes={REDUCE_MAX: "REDUCE_MAX", REDUCE_MIN: "REDUCE_MIN"},
    options_type=27,
    options=OPTIONS,
    version=2,
    operands=OPERANDS,
    decode=_decode_extremum,
    encode=_encode_extremum,
    check=_check_extremum,
    int8=_extremum,
    float32=_extremum,
    keeps_batch=_keeps_batch,
    limits="constant axes; one scale for input and output",
)
