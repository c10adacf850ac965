"""HARD_SWISH: x * relu6(x + 3) / 6."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import INT32_MAX, Ints, quantize_multiplier, rounding_divide_by_pot
from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.elementwise import check_same_shape, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand
from sensorsmith.graph.requantize import scale_of, zero_point_of
from sensorsmith.graph.types import HardSwish, Tensor

HARD_SWISH = 117


def _factors(layer: Layer) -> tuple[float, float]:
    """From the input with 7 more bits to the output, and to a format in which 32768 stands for 3."""
    fine = np.float32(1 / 128) * np.float32(scale_of(layer.input(0)))
    return float(fine / np.float32(scale_of(layer.y))), float(fine / np.float32(3 / 32768))


def _decode(_code: int, _options: Table, _y: Tensor) -> HardSwish:
    return HardSwish()


def _encode(_op: HardSwish) -> tuple[int, Mapping[str, Value]]:
    return HARD_SWISH, {}


def _check(_op: HardSwish, layer: Layer) -> None:
    check_same_shape(layer)
    if layer.y.dtype == "int8":
        to_output, to_gate = _factors(layer)
        # Shifts of 16-bit numbers; TFLite Micro refuses an output of finer scale itself.
        layer.require(
            2.0**-15 <= to_output < 1 and 2.0**-15 <= to_gate < 2.0**30,
            "its scales are too far apart",
            "quantize the model again with representative data",
        )


def _int8(_op: HardSwish, layer: Layer, x: Array) -> Array:
    """Source: HardSwish in tensorflow/lite/kernels/internal/reference/hard_swish.h."""
    (to_output, output_shift), (to_gate, gate_shift) = (_multiplier_16(factor) for factor in _factors(layer))
    fine = (x.astype(np.int64) - zero_point_of(layer.input(0))) << 7
    gate = fine
    if gate_shift > 0:
        gate = _high_multiply_16(_saturate(gate << (gate_shift - 1)), to_gate)
        gate = _saturate(gate << 1)
    else:
        gate = rounding_divide_by_pot(_high_multiply_16(gate, to_gate), -gate_shift)
    gate = (gate + (1 << 15)) >> 1  # from [-1, 1) to [0, 1)
    product = gate * _high_multiply_16(fine, to_output)
    # Towards zero, which makes up for the rounding of its factors.
    product = np.sign(product) * (np.abs(product) >> 15)
    result = rounding_divide_by_pot(product, -output_shift) + zero_point_of(layer.y)
    return np.clip(result, -128, 127).astype(np.int8)


def _multiplier_16(factor: float) -> tuple[int, int]:
    """As `quantize_multiplier`, with 15 bits. Source: DownScaleInt32ToInt16Multiplier in kernels/internal/common.h."""
    multiplier, shift = quantize_multiplier(factor)
    rounding = 1 << 15
    return (32767 if multiplier >= INT32_MAX - rounding else (int(multiplier) + rounding) >> 16), int(shift)


def _high_multiply_16(a: Ints, b: int) -> Ints:
    """The upper half of 2ab, for 16-bit numbers, rounded to nearest with ties upwards."""
    return (a * b + (1 << 14)) >> 15


def _saturate(x: Ints) -> Ints:
    saturated: Ints = np.clip(x, -32768, 32767)
    return saturated


def _float32(_op: HardSwish, _layer: Layer, x: Array) -> Array:
    return x * np.clip(x + np.float32(3), np.float32(0), np.float32(6)) / np.float32(6)


FAMILY = Family(
    operator=HardSwish,
    codes={HARD_SWISH: "HARD_SWISH"},
    options_type=91,
    options={},
    version=1,
    operands=(Operand("input", "activation"),),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    float32=_float32,
    keeps_batch=keeps_batch,
)
