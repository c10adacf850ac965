"""SOFTMAX. Source: tensorflow/lite/kernels/internal/reference/softmax.h and micro/kernels/softmax_common.cc."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import (
    exp_on_negative_values,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    reciprocal,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
)
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand
from sensorsmith.graph.ops.softmax_16 import input_scale_16, int16_softmax
from sensorsmith.graph.requantize import scale_of
from sensorsmith.graph.types import Quantization, Softmax, Tensor

SOFTMAX = 25
DIFF_INTEGER_BITS = 5  # of input minus largest input, once scaled
SUM_INTEGER_BITS = 12


def softmax_constants(op: Softmax, x: Tensor) -> tuple[int, int, int]:
    """Multiplier and shift that bring differences of inputs to Q5.26, and the least difference whose exp counts."""
    scale = min(_scale(op, x), 2.0**31 - 1)
    multiplier, shift = (int(n) for n in quantize_multiplier(scale))
    largest = ((1 << DIFF_INTEGER_BITS) - 1) * (1 << (31 - DIFF_INTEGER_BITS))
    return multiplier, shift, -(largest >> shift)


def _scale(op: Softmax, x: Tensor) -> float:
    return float(np.float32(op.beta)) * scale_of(x) * (1 << (31 - DIFF_INTEGER_BITS))


def _decode(_code: int, options: Table, _y: Tensor) -> Softmax:
    return Softmax(options.real("beta"))


def _encode(op: Softmax) -> tuple[int, Mapping[str, Value]]:
    return SOFTMAX, {"beta": op.beta}


def _check(op: Softmax, layer: Layer) -> None:
    x, y = layer.input(0), layer.y
    layer.require(x.shape == y.shape, f"its input {x.shape} and output {y.shape} differ", "convert the model again")
    layer.require(
        0 < op.beta < float("inf") and op.beta == float(np.float32(op.beta)),
        f"its beta {op.beta} is not a positive float32 number",
        "use beta 1",
    )
    if y.dtype == "int16":
        layer.require(
            y.quantization == Quantization((1 / 32768,), (0,)),
            "its output is not quantized with scale 1/32768 and zero point 0",
            "quantize the model again",
        )
        # The largest difference, shifted left, still fits into int32.
        layer.require(input_scale_16(op, x) < 2.0**15, "its input's scale is too coarse", "quantize the model again")
        layer.require(x.shape[-1] <= 1 << 16, f"has {x.shape[-1]} classes", "use at most 65536 classes")
    if y.dtype == "int8":
        layer.require(
            y.quantization == Quantization((1 / 256,), (-128,)),
            "its output is not quantized with scale 1/256 and zero point -128",
            "quantize the model again",
        )
        layer.require(_scale(op, x) > 1, "its input's scale is too fine", "quantize the model again")
        # TFLite Micro sums up to 2**12 - 1 exponentials of 1.
        layer.require(x.shape[-1] < 1 << SUM_INTEGER_BITS, f"has {x.shape[-1]} classes", "use fewer than 4096 classes")


def _int8(op: Softmax, layer: Layer, x: Array) -> Array:
    multiplier, shift, least = softmax_constants(op, layer.input(0))
    wide = x.astype(np.int64)
    difference = wide - wide.max(axis=-1, keepdims=True)
    counts = difference >= least
    scaled = multiply_by_quantized_multiplier(np.where(counts, difference, 0), multiplier, shift)
    exponentials = exp_on_negative_values(scaled)
    terms = np.where(counts, rounding_divide_by_pot(exponentials, SUM_INTEGER_BITS), 0)
    inverse, bits_over_unit = reciprocal(terms.sum(axis=-1, keepdims=True), SUM_INTEGER_BITS)
    product = saturating_rounding_doubling_high_mul(inverse, exponentials)
    shares = rounding_divide_by_pot(product, bits_over_unit + 31 - 8)
    return np.where(counts, np.minimum(shares - 128, 127), -128).astype(np.int8)


def _float32(op: Softmax, _layer: Layer, x: Array) -> Array:
    exponentials = np.exp((x - x.max(axis=-1, keepdims=True)) * np.float32(op.beta))
    shares: Array = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return shares


def _keeps_batch(_op: Softmax, layer: Layer) -> bool:
    """The last dimension is that of the classes, even if there is no other."""
    return len(layer.y.shape) > 1


FAMILY = Family(
    operator=Softmax,
    codes={SOFTMAX: "SOFTMAX"},
    options_type=9,
    options={"beta": Field(0, "f")},
    version=2,
    operands=(Operand("input", "activation"),),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    int16=int16_softmax,
    float32=_float32,
    keeps_batch=_keeps_batch,
    limits="along the last dimension, of fewer than 512 classes",
)
