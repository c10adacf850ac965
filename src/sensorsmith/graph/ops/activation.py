"""Fused activations: the option, and the activation in both arithmetics."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import Ints, multiply_by_quantized_multiplier, quantize_multiplier
from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.family import Array, Layer, choice
from sensorsmith.graph.requantize import Scales, activation_range, quantization_of
from sensorsmith.graph.types import Activation

ACTIVATIONS: dict[int, Activation] = {0: "none", 1: "relu", 3: "relu6"}
_CODES = {name: code for code, name in ACTIVATIONS.items()}


def decode_activation(options: Table) -> Activation:
    activation: Activation = choice(options, "fused_activation_function", ACTIVATIONS)
    return activation


def encode_activation(activation: Activation) -> Mapping[str, Value]:
    return {"fused_activation_function": _CODES[activation]}


def activate(x: Array, activation: Activation) -> Array:
    """The activation in float32."""
    if activation == "none":
        return x
    return np.clip(x, np.float32(0), np.float32(6) if activation == "relu6" else None)


def clamp(x: Ints, activation: Activation, layer: Layer) -> Array:
    """The activation on the integers of the layer's output, in its type."""
    low, high = activation_range(activation, quantization_of(layer.y), layer.y.dtype)
    return np.clip(x, low, high).astype(layer.y.dtype)


def requantize(accumulator: Ints, scales: Scales, activation: Activation, layer: Layer) -> Array:
    """From int32 accumulators (..., C) to the layer's outputs.

    Args:
        scales: accumulator to output, (1) or (C).
    """
    scaled = multiply_by_quantized_multiplier(accumulator, *quantize_multiplier(scales))
    return clamp(scaled + quantization_of(layer.y).zero_point[0], activation, layer)
