"""LEAKY_RELU and PRELU: x where it is positive, alpha * x where it is not."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import clamp
from sensorsmith.graph.ops.elementwise import check_same_shape, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, require_scales
from sensorsmith.graph.requantize import leaky_scales, prelu_scales, quantization_of, zero_point_of
from sensorsmith.graph.types import LeakyRelu, Prelu, Tensor

LEAKY_RELU, PRELU = 98, 54


def _decode_leaky(_code: int, options: Table, _y: Tensor) -> LeakyRelu:
    return LeakyRelu(options.real("alpha"))


def _decode_prelu(_code: int, _options: Table, _y: Tensor) -> Prelu:
    return Prelu()


def _encode_leaky(op: LeakyRelu) -> tuple[int, Mapping[str, Value]]:
    return LEAKY_RELU, {"alpha": op.alpha}


def _encode_prelu(_op: Prelu) -> tuple[int, Mapping[str, Value]]:
    return PRELU, {}


def _check_leaky(op: LeakyRelu, layer: Layer) -> None:
    check_same_shape(layer)
    layer.require(
        math.isfinite(op.alpha) and op.alpha == float(np.float32(op.alpha)),
        f"its alpha {op.alpha} is not a finite float32 number",
        "use an alpha such as 0.25",
    )
    if layer.y.dtype != "float32":
        # 255 shifted left by 23, and 32768 by 15, still fit into int32.
        limit = 2.0**23 if layer.dtype == "int8" else 2.0**15
        require_scales(layer, [abs(s) for s in leaky_scales(op, layer.input(0), layer.y)], limit)


def _check_prelu(_op: Prelu, layer: Layer) -> None:
    check_same_shape(layer)
    x, alpha, y = layer.input(0), layer.input(1), layer.y
    layer.require(
        len(alpha.shape) <= len(x.shape)
        and all(a in (1, n) for a, n in zip(alpha.shape[::-1], x.shape[::-1], strict=False)),
        f"its alpha {alpha.shape} does not fit its input {x.shape}",
        "share alpha along whole dimensions of the input",
    )
    if y.dtype != "float32":
        layer.require(quantization_of(alpha).axis is None, "its alpha has several scales", "quantize alpha as a whole")
        identity, slope = prelu_scales(x, alpha, y)
        # 255 shifted left by 23, and 255 * 255 by 15, still fit into int32; so do 32768 by 15 and 32768 * 255 by 8.
        limits = (2.0**23, 2.0**15) if y.dtype == "int8" else (2.0**15, 2.0**8)
        for scale, limit in zip((identity, slope), limits, strict=True):
            require_scales(layer, scale, limit)


def _quantized_leaky(op: LeakyRelu, layer: Layer, x: Array) -> Array:
    """Source: QuantizeLeakyRelu in tensorflow/lite/kernels/internal/reference/leaky_relu.h."""
    identity, slope = leaky_scales(op, layer.input(0), layer.y)
    value = x.astype(np.int64) - zero_point_of(layer.input(0))
    negative = np.copysign(1, slope).astype(np.int64) * _scaled(value, abs(slope))
    return clamp(np.where(value >= 0, _scaled(value, identity), negative) + zero_point_of(layer.y), "none", layer)


def _quantized_prelu(_op: Prelu, layer: Layer, x: Array, alpha: Array) -> Array:
    """Source: BroadcastPrelu4DSlow in tensorflow/lite/kernels/internal/reference/prelu.h."""
    identity, slope = prelu_scales(layer.input(0), layer.input(1), layer.y)
    value = x.astype(np.int64) - zero_point_of(layer.input(0))
    product = value * (alpha.astype(np.int64) - zero_point_of(layer.input(1)))
    scaled = np.where(value >= 0, _scaled(value, identity), _scaled(product, slope))
    return clamp(scaled + zero_point_of(layer.y), "none", layer)


def _scaled(value: Ints, scale: float) -> Ints:
    return multiply_by_quantized_multiplier(value, *quantize_multiplier(scale))


def _float_leaky(op: LeakyRelu, _layer: Layer, x: Array) -> Array:
    return np.where(x > 0, x, x * np.float32(op.alpha))


def _float_prelu(_op: Prelu, _layer: Layer, x: Array, alpha: Array) -> Array:
    return np.where(x >= 0, x, x * alpha)


LEAKY_RELU_FAMILY = Family(
    operator=LeakyRelu,
    codes={LEAKY_RELU: "LEAKY_RELU"},
    options_type=75,
    options={"alpha": Field(0, "f")},
    version=2,
    operands=(Operand("input", "activation"),),
    decode=_decode_leaky,
    encode=_encode_leaky,
    check=_check_leaky,
    int8=_quantized_leaky,
    int16=_quantized_leaky,
    float32=_float_leaky,
    keeps_batch=keeps_batch,
)
PRELU_FAMILY = Family(
    operator=Prelu,
    codes={PRELU: "PRELU"},
    options_type=0,
    options={},
    version=1,
    operands=(Operand("input", "activation"), Operand("alpha", "weights")),
    decode=_decode_prelu,
    encode=_encode_prelu,
    check=_check_prelu,
    int8=_quantized_prelu,
    int16=_quantized_prelu,
    float32=_float_prelu,
    keeps_batch=keeps_batch,
)
