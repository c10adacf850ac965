"""ADD and SUB."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation, requantize
from sensorsmith.graph.ops.binary import OPERANDS, aligned, check_broadcast, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, require_scales
from sensorsmith.graph.requantize import add_left_shift, add_scales, zero_point_of
from sensorsmith.graph.types import Add, Sub, Tensor

ADD, SUB = 0, 41


def _decode_add(_code: int, options: Table, _y: Tensor) -> Add:
    return Add(decode_activation(options))


def _encode_add(op: Add) -> tuple[int, Mapping[str, Value]]:
    return ADD, encode_activation(op.activation)


def _decode_sub(_code: int, options: Table, _y: Tensor) -> Sub:
    return Sub(decode_activation(options))


def _encode_sub(op: Sub) -> tuple[int, Mapping[str, Value]]:
    return SUB, encode_activation(op.activation)


def _check(_op: Add | Sub, layer: Layer) -> None:
    check_broadcast(layer)
    if layer.dtype != "float32":
        require_scales(layer, add_scales(layer.input(0), layer.input(1), layer.y), 1.0)


def _quantized(op: Add | Sub, layer: Layer, a: Array, b: Array) -> Array:
    """Sources: AddFunc in kernels/internal/reference/integer_ops/add.h and SubElementwise in reference/sub.h."""
    first, second, output = add_scales(layer.input(0), layer.input(1), layer.y)
    a, b = aligned(layer, a, b)
    x, y = _scaled(a, layer.input(0), first), _scaled(b, layer.input(1), second)
    return requantize(x + y if isinstance(op, Add) else x - y, np.asarray([output]), op.activation, layer)


def _scaled(x: Array, tensor: Tensor, scale: float) -> Array:
    shifted = (x.astype(np.int64) - zero_point_of(tensor)) << add_left_shift(tensor)
    return multiply_by_quantized_multiplier(shifted, *quantize_multiplier(scale))


def _float32(op: Add | Sub, layer: Layer, a: Array, b: Array) -> Array:
    a, b = aligned(layer, a, b)
    return activate(a + b if isinstance(op, Add) else a - b, op.activation)


ADD_FAMILY = Family(
    operator=Add,
    codes={ADD: "ADD"},
    options_type=11,
    options={"fused_activation_function": Field(0, "b")},
    version=2,
    operands=OPERANDS,
    decode=_decode_add,
    encode=_encode_add,
    check=_check,
    int8=_quantized,
    int16=_quantized,
    float32=_float32,
    keeps_batch=keeps_batch,
)
SUB_FAMILY = Family(
    operator=Sub,
    codes={SUB: "SUB"},
    options_type=28,
    options={"fused_activation_function": Field(0, "b")},
    version=2,
    operands=OPERANDS,
    decode=_decode_sub,
    encode=_encode_sub,
    check=_check,
    int8=_quantized,
    int16=_quantized,
    float32=_float32,
    keeps_batch=keeps_batch,
)
