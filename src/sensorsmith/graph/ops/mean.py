"""MEAN."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import clamp
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, require_scales
from sensorsmith.graph.requantize import mean_scale, zero_point_of
from sensorsmith.graph.types import Mean, Tensor

MEAN = 40


def mean_axes(x: Tensor, axes: Tensor) -> tuple[int, ...]:
    """The dimensions of x that a Mean takes away: sorted, each once, none negative."""
    assert axes.data is not None, axes.name
    return tuple(sorted({int(a) % len(x.shape) for a in axes.data.ravel()}))


def _decode(_code: int, options: Table, _y: Tensor) -> Mean:
    return Mean(keep_dims=bool(options.integer("keep_dims")))


def _encode(op: Mean) -> tuple[int, Mapping[str, Value]]:
    return MEAN, {"keep_dims": op.keep_dims}


def _check(op: Mean, layer: Layer) -> None:
    x, axes, y = layer.input(0), layer.input(1), layer.y
    rank = len(x.shape)
    assert axes.data is not None
    values = axes.data.ravel().tolist()
    layer.require(
        len(values) > 0 and -rank <= min(values) <= max(values) < rank and 0 not in mean_axes(x, axes),
        f"its axes {values[:8]} are not dimensions of its input {x.shape} other than the batch",
        "take the mean over dimensions 1 and up",
    )
    over = mean_axes(x, axes)
    shape = tuple(1 if i in over else n for i, n in enumerate(x.shape) if op.keep_dims or i not in over)
    layer.require(y.shape == shape, f"its output has shape {y.shape}, its axes give {shape}", "convert the model again")
    if y.dtype == "int8":
        require_scales(layer, mean_scale(x, y), 2.0**30)


def _int8(_op: Mean, layer: Layer, x: Array, _axes: Array) -> Array:
    """Source: QuantizedMeanOrSum in tensorflow/lite/kernels/internal/reference/reduce.h."""
    over = mean_axes(layer.input(0), layer.input(1))
    count = int(np.prod([x.shape[a] for a in over]))
    multiplier, shift = (int(n) for n in quantize_multiplier(mean_scale(layer.input(0), layer.y)))
    # The division by `count` goes into the multiplier, shifted up first so that no precision is lost.
    up = min(count.bit_length() - 1, 32, 31 + shift)
    total = x.sum(axis=over, dtype=np.int64) - zero_point_of(layer.input(0)) * count
    scaled = multiply_by_quantized_multiplier(total, (multiplier << up) // count, shift - up)
    return clamp(scaled + zero_point_of(layer.y), "none", layer)


def _float32(_op: Mean, layer: Layer, x: Array, _axes: Array) -> Array:
    mean: Array = x.mean(axis=mean_axes(layer.input(0), layer.input(1)), dtype=np.float32)
    return mean


FAMILY = Family(
    operator=Mean,
    codes={MEAN: "MEAN"},
    options_type=27,
    options={"keep_dims": Field(0, "?")},
    version=2,
    operands=(Operand("input", "activation"), Operand("axes", "indices")),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    float32=_float32,
)
