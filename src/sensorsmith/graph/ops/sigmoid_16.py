"""LOGISTIC and TANH of int16: a table of the logistic function between 0 and 10.7, with straight lines between.

Sources: kernels/internal/reference/integer_ops/{logistic,tanh}.h, micro/kernels/{logistic_common,tanh}.cc.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.fixedpoint import Ints
from sensorsmith.graph.ops.family import Array, Layer
from sensorsmith.graph.requantize import scale_of
from sensorsmith.graph.types import Logistic, Tanh

# Steps of the table for a unit of the logistic function's argument, and the bits that an input has beyond such a step:
# tanh(x) is 2 logistic(2x) - 1, so that its steps are half as wide.
_STEPS = 24
LOGISTIC_BITS, TANH_BITS = 9, 8


def sigmoid_table() -> npt.NDArray[np.uint16]:
    """logistic(i / 24) in Q0.16, (256): each raised by half of what a straight line would lack at its middle."""
    i = np.arange(256) / _STEPS
    here, middle, behind = (65536 / (1 + np.exp(-(i + part / _STEPS))) for part in (0, 0.5, 1))
    table = np.floor(here + (middle - (here + behind) / 2) / 2 + 0.5)
    table[255] = 65535
    return table.astype(np.uint16)


def input_scaling(op: Logistic | Tanh, layer: Layer) -> tuple[int, int]:
    """Multiplier and right shift that bring an input to 1/12288 of the argument.

    Raises:
        ModelError: the input's scale is too coarse for a multiplier of 15 bits.
    """
    scale = scale_of(layer.input(0))
    # Powers of two have a path of their own in TFLite Micro.
    exponent = np.log2(scale)
    near = round(float(exponent))
    if abs(exponent - near) < 1e-3 and near + 12 in ((0, 1) if isinstance(op, Tanh) else (0,)):
        return 3 << (near + 12), 0
    multiplier, shift = scale * 4096 * 3, 0
    while multiplier <= 32767 / 2 and shift <= 30:
        multiplier, shift = multiplier * 2, shift + 1
    layer.require(multiplier < 32768, f"its input's scale {scale:g} is out of range", "quantize the model again")
    return int(multiplier), shift


def int16_logistic(op: Logistic, layer: Layer, x: Array) -> Array:
    return logistic_of(x.astype(np.int64), *input_scaling(op, layer)).astype(np.int16)


def int16_tanh(op: Tanh, layer: Layer, x: Array) -> Array:
    return tanh_of(x.astype(np.int64), *input_scaling(op, layer)).astype(np.int16)


def logistic_of(x: Ints, multiplier: int, shift: int) -> Ints:
    """The logistic function in Q0.15 of arguments that are x * multiplier / 2**shift / 12288."""
    value, result = _interpolated(x, multiplier, shift, LOGISTIC_BITS, 0x7FFF << 10)
    mirrored: Ints = np.where(value >= 0, result + (1 << 9), (1 << 25) - result + (1 << 9) - 1)
    return mirrored >> 10


def tanh_of(x: Ints, multiplier: int, shift: int) -> Ints:
    """The hyperbolic tangent in Q0.15 of the same."""
    value, result = _interpolated(x, multiplier, shift, TANH_BITS, 0xFFFF << 8)
    mirrored: Ints = np.where(value >= 0, result - (1 << 23) + (1 << 7), (1 << 23) - result + (1 << 7) - 1)
    return mirrored >> 8


def _interpolated(x: Ints, multiplier: int, shift: int, bits: int, most: int) -> tuple[Ints, Ints]:
    """The scaled argument, and the logistic function of its magnitude with `bits` more bits than the table."""
    value = (x * multiplier + ((1 << shift) >> 1)) >> shift
    magnitude, table = np.abs(value), sigmoid_table().astype(np.int64)
    step = magnitude >> bits
    low, high = table[np.minimum(step, 254)], table[np.minimum(step, 254) + 1]
    between = (low << bits) + (magnitude & ((1 << bits) - 1)) * (high - low)
    return value, np.where(step >= 255, most, between)
