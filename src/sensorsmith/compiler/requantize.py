"""The records of steps.py for scales and ranges, and the proof that no sum of a kernel overflows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler.steps import ChannelScales, Constant, Range, Scale
from sensorsmith.graph.fixedpoint import quantize_multiplier, reduced_multiplier
from sensorsmith.graph.requantize import activation_range, quantization_of
from sensorsmith.graph.types import Activation, DType, Tensor

# More than a clamp adds or takes.
_MARGIN: Mapping[DType, int] = {"int8": 1 << 9, "int16": 1 << 17}


def scale_record(real: float) -> Scale:
    """A positive factor as fixed-point multiplier and shift."""
    multiplier, shift = quantize_multiplier(real)
    return Scale(int(multiplier), int(shift))


def channel_scales(reals: npt.NDArray[np.float64], channels: int) -> ChannelScales:
    """The factor of each output channel, from one for all or one for each."""
    multiplier, shift = quantize_multiplier(np.broadcast_to(reals, channels))
    return ChannelScales(
        Constant(multiplier.astype(np.int32), "31 fraction bits"), Constant(shift.astype(np.int8), "a power of two")
    )


def reduced_channel_scales(reals: npt.NDArray[np.float64], channels: int) -> ChannelScales:
    """As `channel_scales`, for the sums of int16 activations with int8 weights."""
    multiplier, shift = quantize_multiplier(np.broadcast_to(reals, channels))
    reduced = reduced_multiplier(multiplier)
    # A factor of 0 keeps its result with any shift; with this one, no sum is too large for the kernel.
    fitting = np.where(reduced == 0, -2, shift)
    return ChannelScales(
        Constant(reduced.astype(np.int32), "15 fraction bits"), Constant(fitting.astype(np.int8), "a power of two")
    )


def range_record(tensor: Tensor, activation: Activation) -> Range:
    """How results become values of `tensor`."""
    quantization = quantization_of(tensor)
    return Range(quantization.zero_point[0], *activation_range(activation, quantization, tensor.dtype))


def reach_of(tensor: Tensor) -> int:
    """The largest magnitude of a value minus its zero point."""
    limits, zero_point = np.iinfo(tensor.dtype), quantization_of(tensor).zero_point[0]
    return max(int(limits.max) - zero_point, zero_point - int(limits.min))


def check_sums(largest: Iterable[int], scales: Iterable[Scale], where: str, dtype: DType = "int8") -> None:
    """Refuse a layer whose sums could leave int32 in `ss_requantize`; TFLite Micro's result is undefined there too.

    Args:
        largest: the magnitude that the sum of each output channel can reach, for any input.
        scales: of each channel; a positive shift enlarges the sum first.
        dtype: of the output.

    Raises:
        ModelError: a sum, scaled or not, can reach 2^31.
    """
    for channel, (reach, scale) in enumerate(zip(largest, scales, strict=True)):
        shifted = int(reach) << max(scale.shift, 0)
        rounded = (shifted * scale.multiplier >> 31) + (1 << max(-scale.shift, 0)) // 2
        if max(shifted, rounded + _MARGIN[dtype]) >= 1 << 31:
            raise ModelError(
                f"the sum of output channel {channel} can reach {reach}, too much for 32 bits at its scale",
                where=where,
                todo="quantize the model again, or use smaller weights and biases",
            )


def needs_wide_sums(largest: Iterable[int], scales: Iterable[Scale], where: str) -> bool:
    """Whether any sum of int16 activations with int8 weights needs more than the 32 bits of `ss_requantize_narrow`.

    Args:
        largest: the magnitude that the sum of each output channel can reach, for any input.
        scales: of each channel, with multipliers of 15 bits.

    Raises:
        ModelError: a sum can reach 2^47, or 2^31 once scaled; TFLite Micro's result is undefined there too.
    """
    wide = False
    for channel, (reach, scale) in enumerate(zip(largest, scales, strict=True)):
        scaled = reach * scale.multiplier >> (15 - scale.shift)
        if reach >= 1 << 47 or scaled + _MARGIN["int16"] >= 1 << 31:
            raise ModelError(
                f"the sum of output channel {channel} can reach {reach}, too much at its scale",
                where=where,
                todo="quantize the model again, or use smaller weights and biases",
            )
        wide |= reach << max(scale.shift + 2, 0) >= 1 << 31
    return wide
