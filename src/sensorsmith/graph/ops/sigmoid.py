"""LOGISTIC and TANH."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import (
    Ints,
    logistic,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_divide_by_pot,
    tanh,
)
from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.elementwise import check_same_shape, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand
from sensorsmith.graph.ops.sigmoid_16 import input_scaling, int16_logistic, int16_tanh
from sensorsmith.graph.requantize import scale_of, zero_point_of
from sensorsmith.graph.types import Logistic, Quantization, Tanh, Tensor

LOGISTIC, TANH = 14, 28
INPUT_INTEGER_BITS = 4  # of the scaled input

_LOGISTIC_OUTPUT = Quantization((1 / 256,), (-128,))
_TANH_OUTPUT = Quantization((1 / 128,), (0,))
_OUTPUT_16 = Quantization((1 / 32768,), (0,))


def _decode_logistic(_code: int, _options: Table, _y: Tensor) -> Logistic:
    return Logistic()


def _decode_tanh(_code: int, _options: Table, _y: Tensor) -> Tanh:
    return Tanh()


def _encode_logistic(_op: Logistic) -> tuple[int, Mapping[str, Value]]:
    return LOGISTIC, {}


def _encode_tanh(_op: Tanh) -> tuple[int, Mapping[str, Value]]:
    return TANH, {}


def _check(op: Logistic | Tanh, layer: Layer) -> None:
    check_same_shape(layer)
    if layer.dtype == "float32":
        return
    if layer.dtype == "int16":
        expected, scale = _OUTPUT_16, "1/32768"
    elif isinstance(op, Logistic):
        expected, scale = _LOGISTIC_OUTPUT, "1/256"
    else:
        expected, scale = _TANH_OUTPUT, "1/128"
    layer.require(
        layer.y.quantization == expected,
        f"its output is not quantized with scale {scale} and zero point {expected.zero_point[0]}",
        "quantize the model again",
    )
    if layer.dtype == "int16":
        input_scaling(op, layer)
        return
    # TFLite Micro shifts by a negative distance below 2^-28, and by more than it has bits above 2^30.
    layer.require(
        2.0**-28 <= scale_of(layer.input(0)) < 2.0**30,
        f"its input's scale {scale_of(layer.input(0)):g} is out of range",
        "quantize the model again",
    )


def _scaled(layer: Layer, x: Array) -> tuple[Ints, Ints]:
    """The input in Q4.27, and -1 or 1 where it lies beyond that format's range, which saturates; 0 elsewhere."""
    multiplier, shift = quantize_multiplier(scale_of(layer.input(0)) * (1 << (31 - INPUT_INTEGER_BITS)))
    radius = (((1 << INPUT_INTEGER_BITS) - 1) << (31 - INPUT_INTEGER_BITS)) >> int(shift)
    centred = x.astype(np.int64) - zero_point_of(layer.input(0))
    # The lower end comes first in TFLite Micro: with a radius of 0, it takes the zero.
    beyond = np.where(centred <= -radius, -1, (centred >= radius).astype(np.int64))
    return multiply_by_quantized_multiplier(np.where(beyond, 0, centred), multiplier, min(int(shift), 30)), beyond


def _int8_logistic(_op: Logistic, layer: Layer, x: Array) -> Array:
    """Source: kernels/internal/reference/integer_ops/logistic.h, micro/kernels/logistic_common.cc."""
    return _int8(layer, x, lambda scaled: rounding_divide_by_pot(logistic(scaled), 31 - 8) - 128)


def _int8_tanh(_op: Tanh, layer: Layer, x: Array) -> Array:
    """Source: kernels/internal/reference/integer_ops/tanh.h, micro/kernels/tanh.cc."""
    return _int8(layer, x, lambda scaled: rounding_divide_by_pot(tanh(scaled), 31 - 7))


def _int8(layer: Layer, x: Array, function: Callable[[Ints], Ints]) -> Array:
    scaled, beyond = _scaled(layer, x)
    inside = np.clip(function(scaled), -128, 127)
    return np.where(beyond == 0, inside, np.where(beyond < 0, -128, 127)).astype(np.int8)


def _float_logistic(_op: Logistic, _layer: Layer, x: Array) -> Array:
    # In double, where exp does not overflow for any float32 that matters.
    return (1 / (1 + np.exp(-np.clip(x.astype(np.float64), -700, None)))).astype(np.float32)


def _float_tanh(_op: Tanh, _layer: Layer, x: Array) -> Array:
    y: Array = np.tanh(x)
    return y


OPERANDS = (Operand("input", "activation"),)
LOGISTIC_FAMILY = Family(
    operator=Logistic,
    codes={LOGISTIC: "LOGISTIC"},
    options_type=0,
    options={},
    version=2,
    operands=OPERANDS,
    decode=_decode_logistic,
    encode=_encode_logistic,
    check=_check,
    int8=_int8_logistic,
    int16=int16_logistic,
    float32=_float_logistic,
    keeps_batch=keeps_batch,
)
TANH_FAMILY = Family(
    operator=Tanh,
    codes={TANH: "TANH"},
    options_type=0,
    options={},
    version=2,
    operands=OPERANDS,
    decode=_decode_tanh,
    encode=_encode_tanh,
    check=_check,
    int8=_int8_tanh,
    int16=int16_tanh,
    float32=_float_tanh,
    keeps_batch=keeps_batch,
)
