"""ADD."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation, requantize
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, require_scales
from sensorsmith.graph.requantize import ADD_LEFT_SHIFT, add_scales, zero_point_of
from sensorsmith.graph.types import Add, Tensor

ADD = 0


def _decode(_code: int, options: Table, _y: Tensor) -> Add:
    return Add(decode_activation(options))


def _encode(op: Add) -> tuple[int, Mapping[str, Value]]:
    return ADD, encode_activation(op.activation)


def _check(_op: Add, layer: Layer) -> None:
    a, b, y = layer.input(0), layer.input(1), layer.y
    layer.require(
        a.shape == b.shape == y.shape,
        f"adds shapes {a.shape} and {b.shape} to {y.shape}",
        "add tensors of one shape",
    )
    if y.dtype == "int8":
        require_scales(layer, add_scales(a, b, y), 1.0)


def _int8(op: Add, layer: Layer, a: Array, b: Array) -> Array:
    """Source: AddFunc in tensorflow/lite/kernels/internal/reference/integer_ops/add.h."""
    first, second, output = add_scales(layer.input(0), layer.input(1), layer.y)
    total = _scaled(a, layer.input(0), first) + _scaled(b, layer.input(1), second)
    return requantize(total, np.asarray([output]), op.activation, layer)


def _scaled(x: Array, tensor: Tensor, scale: float) -> Array:
    shifted = (x.astype(np.int64) - zero_point_of(tensor)) << ADD_LEFT_SHIFT
    return multiply_by_quantized_multiplier(shifted, *quantize_multiplier(scale))


def _float32(op: Add, _layer: Layer, a: Array, b: Array) -> Array:
    return activate(a + b, op.activation)


FAMILY = Family(
    operator=Add,
    codes={ADD: "ADD"},
    options_type=11,
    options={"fused_activation_function": Field(0, "b")},
    version=2,
    operands=(Operand("first input", "activation"), Operand("second input", "activation")),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    float32=_float32,
)
