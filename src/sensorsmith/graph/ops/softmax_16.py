"""SOFTMAX of int16, with tables of exp(x) and of 1 / (1 + x) between whose entries lie straight lines.

Sources: tensorflow/lite/kernels/internal/reference/softmax.h, micro/kernels/softmax_common.cc; LUTPopulateInt16 and
LUTLookup in kernels/internal/common.h.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.ops.family import Array, Layer
from sensorsmith.graph.requantize import scale_of
from sensorsmith.graph.types import Softmax, Tensor

Floats = npt.NDArray[np.float32]
Table = npt.NDArray[np.int16]

_STEPS = 512


def input_scale_16(op: Softmax, x: Tensor) -> float:
    """From differences of inputs to 1/65535 of 10, beyond which the exponential counts as that of -10."""
    return scale_of(x) * float(np.float32(op.beta)) / (10.0 / 65535.0)


def exp_table() -> Table:
    """exp(x) in Q0.15 for x from -10 to 0, (513)."""
    return _table(np.float32(10) / np.float32(65535), 32767, lambda x: np.exp(x.astype(np.float64)))


def reciprocal_table() -> Table:
    """1 / (1 + x) in Q0.15 for x from 0 to 1, (513)."""
    return _table(np.float32(1) / np.float32(65535), -32768, lambda x: 1 / (np.float32(1) + x))


def _table(scale: np.float32, zero_point: int, function: Callable[[Floats], npt.NDArray[np.floating]]) -> Table:
    """In float32 as TFLite Micro makes it: each entry moved by half of what a straight line misses at its middle."""
    low, high = (scale * np.float32(end - zero_point) for end in (-32768, 32767))
    step = (high - low) / np.float32(_STEPS)
    unit = np.float32(2) / np.float32(65535)
    inverse = np.float32(65536) / (unit * np.float32(32767) - unit * np.float32(-32768))
    i = np.arange(_STEPS, dtype=np.float32)

    def values(x: Floats) -> Floats:
        scaled: Floats = function(x).astype(np.float32) * inverse
        return scaled

    here = values(low + i * step)
    middle = _round(values(low + i * step + step / np.float32(2)))
    behind = values(low + (i + np.float32(1)) * step)
    missed = _round((behind + _round(here)) / np.float32(2)) - middle
    entries = np.append(_round(here) - _round(missed / np.float32(2)), _round(values(np.asarray([high], np.float32))))
    return np.clip(entries, -32768, 32767).astype(np.int16)


def _round(x: Floats) -> Floats:
    """Half away from zero."""
    wide = x.astype(np.float64)
    return np.trunc(wide + np.copysign(0.5, wide)).astype(np.float32)


def _look_up(x: Ints, table: Table) -> Ints:
    wide = table.astype(np.int64)
    index = 256 + (x >> 7)
    result: Ints = wide[index] + (((wide[index + 1] - wide[index]) * (x & 127) + 64) >> 7)
    return result


def int16_softmax(op: Softmax, layer: Layer, x: Array) -> Array:
    wide = x.astype(np.int64)
    difference = wide - wide.max(axis=-1, keepdims=True)
    scaled = multiply_by_quantized_multiplier(difference, *quantize_multiplier(input_scale_16(op, layer.input(0))))
    exponentials = _look_up(np.clip(scaled + 32767, -32768, 32767), exp_table())
    total = exponentials.sum(axis=-1, keepdims=True)
    # The sum as a number in [1, 2), whose fraction the table of reciprocals takes, and a power of two.
    bits = np.frexp(total.astype(np.float64))[1].astype(np.int64)
    fraction = ((total << (31 - bits)) + (1 << 13) >> 14) - (1 << 16) - (1 << 15)
    reciprocal = _look_up(np.clip(fraction, -32768, 32767), reciprocal_table())
    shift = bits - 1
    shares: Array = (exponentials * reciprocal + (np.int64(1) << (shift - 1))) >> shift
    return shares.clip(0, 32767).astype(np.int16)
