"""MUL."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation, requantize
from sensorsmith.graph.ops.binary import OPERANDS, aligned, check_broadcast, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, require_scales
from sensorsmith.graph.requantize import mul_scale, zero_point_of
from sensorsmith.graph.types import Mul, Tensor

MUL = 18


def _decode(_code: int, options: Table, _y: Tensor) -> Mul:
    return Mul(decode_activation(options))


def _encode(op: Mul) -> tuple[int, Mapping[str, Value]]:
    return MUL, encode_activation(op.activation)


def _check(_op: Mul, layer: Layer) -> None:
    check_broadcast(layer)
    if layer.dtype != "float32":
        # The largest product, shifted left, still fits into int32.
        limit = 2.0**14 if layer.dtype == "int8" else 1.0
        require_scales(layer, mul_scale(layer.input(0), layer.input(1), layer.y), limit)


def _quantized(op: Mul, layer: Layer, a: Array, b: Array) -> Array:
    """Source: MulElementwise in tensorflow/lite/kernels/internal/reference/integer_ops/mul.h."""
    first, second = layer.input(0), layer.input(1)
    a, b = aligned(layer, a, b)
    product = (a.astype(np.int64) - zero_point_of(first)) * (b.astype(np.int64) - zero_point_of(second))
    return requantize(product, np.asarray([mul_scale(first, second, layer.y)]), op.activation, layer)


def _float32(op: Mul, layer: Layer, a: Array, b: Array) -> Array:
    a, b = aligned(layer, a, b)
    return activate(a * b, op.activation)


FAMILY = Family(
    operator=Mul,
    codes={MUL: "MUL"},
    options_type=21,
    options={"fused_activation_function": Field(0, "b")},
    version=2,
    operands=OPERANDS,
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_quantized,
    int16=_quantized,
    float32=_float32,
    keeps_batch=keeps_batch,
)
