"""RELU, RELU6 and ABS as layers of their own, and QUANTIZE from one scale to another, int8 or int16."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.activation import activate, clamp
from sensorsmith.graph.ops.elementwise import check_same_shape, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, require_scales, same_quantization
from sensorsmith.graph.requantize import mean_scale, scale_of, zero_point_of
from sensorsmith.graph.types import Abs, Quantize, Relu, Relu6, Tensor

RELU, RELU6, ABS, QUANTIZE = 19, 21, 101, 114
OPERANDS = (Operand("input", "activation"),)


def _decode_relu(_code: int, _options: Table, _y: Tensor) -> Relu:
    return Relu()


def _encode_relu(_op: Relu) -> tuple[int, Mapping[str, Value]]:
    return RELU, {}


def _check_rescaled(_op: Relu | Abs | Quantize, layer: Layer) -> None:
    check_same_shape(layer)
    if layer.dtype != "float32":
        limit = 2.0**22 if layer.input(0).dtype == "int8" else 2.0**14
        require_scales(layer, mean_scale(layer.input(0), layer.y), limit)


def _quantized_relu(_op: Relu, layer: Layer, x: Array) -> Array:
    """Source: ReluQuantized in tensorflow/lite/micro/kernels/activations.h."""
    return clamp(_scaled(_centred(layer, x), mean_scale(layer.input(0), layer.y), layer), "relu", layer)


def _float_relu(_op: Relu, _layer: Layer, x: Array) -> Array:
    return activate(x, "relu")


def _decode_relu6(_code: int, _options: Table, _y: Tensor) -> Relu6:
    return Relu6()


def _encode_relu6(_op: Relu6) -> tuple[int, Mapping[str, Value]]:
    return RELU6, {}


def _check_relu6(_op: Relu6, layer: Layer) -> None:
    check_same_shape(layer)
    same_quantization(layer)


def _quantized_relu6(_op: Relu6, layer: Layer, x: Array) -> Array:
    """Source: Relu6Quantized in tensorflow/lite/micro/kernels/activations.h; values pass unscaled."""
    return clamp(x.astype(np.int64), "relu6", layer)


def _float_relu6(_op: Relu6, _layer: Layer, x: Array) -> Array:
    return activate(x, "relu6")


def _decode_abs(_code: int, _options: Table, _y: Tensor) -> Abs:
    return Abs()


def _encode_abs(_op: Abs) -> tuple[int, Mapping[str, Value]]:
    return ABS, {}


def _quantized_abs(_op: Abs, layer: Layer, x: Array) -> Array:
    """Source: AbsEvalQuantized in tensorflow/lite/micro/kernels/elementwise.cc."""
    magnitude = np.abs(_centred(layer, x))
    if scale_of(layer.input(0)) == scale_of(layer.y):
        return clamp(magnitude + zero_point_of(layer.y), "none", layer)
    return clamp(_scaled(magnitude, mean_scale(layer.input(0), layer.y), layer), "none", layer)


def _float_abs(_op: Abs, _layer: Layer, x: Array) -> Array:
    return np.abs(x)


def _decode_quantize(_code: int, _options: Table, _y: Tensor) -> Quantize:
    return Quantize()


def _encode_quantize(_op: Quantize) -> tuple[int, Mapping[str, Value]]:
    return QUANTIZE, {}


def _requantized(_op: Quantize, layer: Layer, x: Array) -> Array:
    """Source: Requantize in tensorflow/lite/kernels/internal/reference/requantize.h."""
    return clamp(_scaled(_centred(layer, x), mean_scale(layer.input(0), layer.y), layer), "none", layer)


def _float_quantize(_op: Quantize, _layer: Layer, x: Array) -> Array:
    return x


def _centred(layer: Layer, x: Array) -> Ints:
    centred: Ints = x.astype(np.int64) - zero_point_of(layer.input(0))
    return centred


def _scaled(x: Ints, scale: float, layer: Layer) -> Ints:
    return multiply_by_quantized_multiplier(x, *quantize_multiplier(scale)) + zero_point_of(layer.y)


RELU_FAMILY = Family(
    operator=Relu,
    codes={RELU: "RELU"},
    options_type=0,
    options={},
    version=2,
    operands=OPERANDS,
    decode=_decode_relu,
    encode=_encode_relu,
    check=_check_rescaled,
    int8=_quantized_relu,
    int16=_quantized_relu,
    float32=_float_relu,
    keeps_batch=keeps_batch,
)
RELU6_FAMILY = Family(
    operator=Relu6,
    codes={RELU6: "RELU6"},
    options_type=0,
    options={},
    version=2,
    operands=OPERANDS,
    decode=_decode_relu6,
    encode=_encode_relu6,
    check=_check_relu6,
    int8=_quantized_relu6,
    int16=_quantized_relu6,
    float32=_float_relu6,
    keeps_batch=keeps_batch,
    limits="one scale for input and output",
)
ABS_FAMILY = Family(
    operator=Abs,
    codes={ABS: "ABS"},
    options_type=78,
    options={},
    version=2,
    operands=OPERANDS,
    decode=_decode_abs,
    encode=_encode_abs,
    check=_check_rescaled,
    int8=_quantized_abs,
    int16=_quantized_abs,
    float32=_float_abs,
    keeps_batch=keeps_batch,
)
QUANTIZE_FAMILY = Family(
    operator=Quantize,
    codes={QUANTIZE: "QUANTIZE"},
    options_type=89,
    options={},
    version=2,
    operands=(Operand("input", "activation of any width"),),
    decode=_decode_quantize,
    encode=_encode_quantize,
    check=_check_rescaled,
    int8=_requantized,
    int16=_requantized,
    float32=_float_quantize,
    keeps_batch=keeps_batch,
    limits="between int8 and int16, either way, or from one scale to another",
)
