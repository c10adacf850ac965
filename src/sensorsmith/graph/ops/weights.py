"""Weights and bias: their checks, and the sums of products that convolution and dense layers share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sensorsmith.graph.fixedpoint import multiply_wide_by_quantized_multiplier, quantize_multiplier, wrap_int32
from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.activation import clamp, requantize
from sensorsmith.graph.ops.family import Array, Layer, require_scales
from sensorsmith.graph.requantize import Scales, scale_of, zero_point_of
from sensorsmith.graph.schema import INT32
from sensorsmith.graph.types import Conv2D, DepthwiseConv2D, FullyConnected, TransposeConv

Weighted = Conv2D | DepthwiseConv2D | FullyConnected | TransposeConv


def decode_narrow_sums(options: Table) -> bool:
    return options.integer("quantized_bias_type") == INT32


def encode_narrow_sums(op: Conv2D | FullyConnected) -> Mapping[str, Value]:
    return {"quantized_bias_type": INT32} if op.narrow_sums else {}


def sums_in_32_bits(op: Weighted, layer: Layer) -> bool:
    """Whether sums of products live in 32 bits, rather than in 64, and are scaled accordingly.

    With int16 activations, they have as many bits as the bias has or, where there is none, would have.

    Args:
        layer: with operands in the order of a convolution.

    Source: ConvEval in tensorflow/lite/micro/kernels/conv.cc, FullyConnectedEval in fully_connected.cc.
    """
    bias = layer.x[2]
    if layer.dtype != "int16":
        return True
    if bias is not None:
        return bias.dtype == "int32"
    return isinstance(op, Conv2D | FullyConnected) and op.narrow_sums


def check_weights(op: Weighted, layer: Layer, channels: int, axis: int, scales: Scales | None) -> None:
    """Require a bias of (channels) and, in int8, the quantization that TFLite Micro's kernels rest on.

    Args:
        axis: the dimension of the weights that holds the output channels.
        scales: accumulator to output; None in float32.
    """
    weights, bias = layer.input(1), layer.x[2]
    layer.require(
        bias is None or bias.shape == (channels,),
        f"its bias has shape {bias and bias.shape}, its weights ask for {(channels,)}",
        "convert the model again",
    )
    if scales is None or weights.quantization is None:
        return
    require_scales(layer, scales, 2.0**30 if sums_in_32_bits(op, layer) else 2.0**7)
    layer.require(
        weights.quantization.axis in (None, axis),
        f"its weights have one scale per index of dimension {weights.quantization.axis}, not of dimension {axis}",
        "quantize the weights per output channel",
    )
    layer.require(
        not any(weights.quantization.zero_point),
        "its weights have a zero point other than 0",
        "quantize the weights symmetrically",
    )
    if bias is not None and bias.quantization is not None:
        expected = scales * scale_of(layer.y)
        apart = np.abs(np.asarray(bias.quantization.scale) - expected) / scale_of(layer.y)
        layer.require(
            bool(np.all(apart <= 0.02)) and not any(bias.quantization.zero_point),
            "its bias is not quantized with the input's scale times the weights' scale and zero point 0",
            "quantize the model again",
        )


def exact_dtype(weights: Array, x_limit: int) -> type[np.floating[Any]]:
    """The floating-point type in which the sums of products with int8 weights are exact.

    Matrix products are many times faster in floating point than in integers, and as exact while every partial sum
    stays below 2**24 (float32) or 2**53 (float64: always).

    Args:
        weights: (products, outputs).
        x_limit: bound on the magnitude of what they are multiplied with.
    """
    largest = np.abs(weights.astype(np.int64)).sum(axis=0).max(initial=0) * x_limit
    return np.float32 if largest < 1 << 24 else np.float64


def centred(x: Array, layer: Layer, weights: Array) -> Array:
    """x minus its zero point, in the type in which its products with `weights` (products, outputs) add up exactly."""
    zero_point = zero_point_of(layer.input(0))
    largest = 32768 if layer.dtype == "int16" else 128 + abs(zero_point)
    dtype = exact_dtype(weights, largest)
    centred_x: Array = x.astype(dtype) - dtype(zero_point)
    return centred_x


def to_output(products: Array, bias: Array | None, scales: Scales, op: Weighted, layer: Layer) -> Array:
    """Sums of products (..., C), plus bias, as the layer's outputs.

    Args:
        layer: with operands in the order of a convolution.

    Sources: ConvPerChannel in tensorflow/lite/kernels/internal/reference/integer_ops/conv.h;
    MultiplyByQuantizedMultiplier in tensorflow/lite/kernels/internal/common.cc.
    """
    accumulator = products.astype(np.int64)
    if bias is not None:
        accumulator = accumulator + bias
    if sums_in_32_bits(op, layer):
        return requantize(wrap_int32(accumulator), scales, op.activation, layer)
    return clamp(multiply_wide_by_quantized_multiplier(accumulator, *quantize_multiplier(scales)), op.activation, layer)
