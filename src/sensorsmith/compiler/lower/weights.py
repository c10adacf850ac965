"""Weights and biases, with what is exact folded at compile time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.requantize import check_sums, needs_wide_sums
from sensorsmith.compiler.steps import ChannelScales, Constant
from sensorsmith.graph.fixedpoint import Ints
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.requantize import zero_point_of
from sensorsmith.graph.types import Tensor


def data_of(tensor: Tensor) -> npt.NDArray[Any]:
    """The content of a constant."""
    assert tensor.data is not None, tensor.name
    return tensor.data


def weights_of(layer: Layer) -> Constant:
    """The layer's second operand, int8."""
    tensor = layer.input(1)
    assert tensor.data is not None, tensor.name
    scales = tensor.quantization.scale if tensor.quantization else ()
    note = f"scale {scales[0]:g}" if len(scales) == 1 else f"{len(scales)} scales, {min(scales):g} to {max(scales):g}"
    return Constant(tensor.data.astype(np.int8), note)


def bias_of(layer: Layer, rows: Ints, scales: ChannelScales, fold: bool) -> tuple[Constant, int]:
    """The bias, and the zero point that the kernel is left to subtract: none where `fold` moves it into the bias.

    Args:
        rows: the weights of each output channel, (channels, products).
    """
    given, zero_point = layer.x[2], zero_point_of(layer.input(0))
    bias = np.zeros(len(rows), np.int64) if given is None or given.data is None else given.data.astype(np.int64)
    if fold:
        bias, zero_point = bias - zero_point * rows.sum(axis=1), 0
    limits = np.iinfo(layer.dtype)
    reach = max(limits.max - zero_point, zero_point - limits.min)
    largest = np.abs(bias) + reach * np.abs(rows).sum(axis=1)
    check_sums(largest.tolist(), scales.each(), layer.place, layer.dtype)
    note = "the input's zero point folded in" if fold else ""
    return Constant(bias.astype(np.int32), note), zero_point


def wide_bias_of(layer: Layer, rows: Ints, scales: ChannelScales) -> tuple[Constant, bool]:
    """The bias of a layer that sums in 64 bits, and whether its sums may need more than 32.

    Args:
        rows: the weights of each output channel, (channels, products).
    """
    given = layer.x[2]
    bias = np.zeros(len(rows), np.int64) if given is None or given.data is None else given.data.astype(np.int64)
    layer.require(
        int(bias.min()) > -(2**31) and int(bias.max()) < 2**31,
        "its bias does not fit into 32 bits",
        "quantize the model again, with a coarser scale for its input or weights",
    )
    largest = np.abs(bias) + 32768 * np.abs(rows).sum(axis=1)
    wide = needs_wide_sums(largest.tolist(), scales.each(), layer.place)
    return Constant(bias.astype(np.int32)), wide
