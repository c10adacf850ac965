"""CONV_2D and DEPTHWISE_CONV_2D."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sensorsmith.graph.flatbuffer import Field, Layout, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand
from sensorsmith.graph.ops.image import check_image, decode_padding, decode_pair, encode_window
from sensorsmith.graph.ops.weights import centred, check_weights, decode_narrow_sums, encode_narrow_sums, to_output
from sensorsmith.graph.requantize import conv_scales
from sensorsmith.graph.types import Conv2D, DepthwiseConv2D, Tensor
from sensorsmith.graph.window import windows

CONV_2D, DEPTHWISE_CONV_2D = 3, 4
OPERANDS = (Operand("input", "activation"), Operand("filter", "weights"), Operand("bias", "bias", optional=True))
DEPTHWISE_OPERANDS = (*OPERANDS[:2], Operand("bias", "long bias", optional=True))
CONV_OPTIONS: Layout = {
    "padding": Field(0, "b"),
    "stride_w": Field(1, "i"),
    "stride_h": Field(2, "i"),
    "fused_activation_function": Field(3, "b"),
    "dilation_w_factor": Field(4, "i", 1),
    "dilation_h_factor": Field(5, "i", 1),
    "quantized_bias_type": Field(6, "b"),
}
DEPTHWISE_OPTIONS: Layout = {
    "padding": Field(0, "b"),
    "stride_w": Field(1, "i"),
    "stride_h": Field(2, "i"),
    "depth_multiplier": Field(3, "i"),
    "fused_activation_function": Field(4, "b"),
    "dilation_w_factor": Field(5, "i", 1),
    "dilation_h_factor": Field(6, "i", 1),
}


def _decode_conv(_code: int, options: Table, _y: Tensor) -> Conv2D:
    return Conv2D(**_decode_common(options), narrow_sums=decode_narrow_sums(options))


def _decode_depthwise(_code: int, options: Table, _y: Tensor) -> DepthwiseConv2D:
    return DepthwiseConv2D(**_decode_common(options), multiplier=options.integer("depth_multiplier"))


def _decode_common(options: Table) -> dict[str, Any]:
    return {
        "stride": decode_pair(options, "stride_h", "stride_w"),
        "padding": decode_padding(options),
        "dilation": decode_pair(options, "dilation_h_factor", "dilation_w_factor"),
        "activation": decode_activation(options),
    }


def _encode_common(op: Conv2D | DepthwiseConv2D) -> Mapping[str, Value]:
    return {
        **encode_window(op.padding, op.stride),
        **encode_activation(op.activation),
        "dilation_h_factor": op.dilation[0],
        "dilation_w_factor": op.dilation[1],
    }


def _encode_conv(op: Conv2D) -> tuple[int, Mapping[str, Value]]:
    return CONV_2D, {**_encode_common(op), **encode_narrow_sums(op)}


def _encode_depthwise(op: DepthwiseConv2D) -> tuple[int, Mapping[str, Value]]:
    return DEPTHWISE_CONV_2D, {**_encode_common(op), "depth_multiplier": op.multiplier}


def _check_conv(op: Conv2D, layer: Layer) -> None:
    x, filter_ = layer.input(0), layer.input(1)
    layer.require(
        len(x.shape) == len(filter_.shape) == 4 and x.shape[3] == filter_.shape[3],
        f"its filter {filter_.shape} does not fit its input {x.shape}",
        "use an ungrouped convolution over images of shape (1, H, W, C)",
    )
    _check_output(op, layer, channels=filter_.shape[0], axis=0)


def _check_depthwise(op: DepthwiseConv2D, layer: Layer) -> None:
    x, filter_ = layer.input(0), layer.input(1)
    layer.require(
        len(x.shape) == len(filter_.shape) == 4
        and filter_.shape[0] == 1
        and filter_.shape[3] == x.shape[3] * op.multiplier,
        f"its filter {filter_.shape} with multiplier {op.multiplier} does not fit its input {x.shape}",
        "convert the model again",
    )
    _check_output(op, layer, channels=filter_.shape[3], axis=3)


def _check_output(op: Conv2D | DepthwiseConv2D, layer: Layer, channels: int, axis: int) -> None:
    x, filter_, y = layer.input(0), layer.input(1), layer.y
    check_image(layer, channels, (filter_.shape[1], filter_.shape[2]), op.stride, op.padding, op.dilation)
    check_weights(op, layer, channels, axis, conv_scales(x, filter_, y) if y.dtype != "float32" else None)


def _quantized_conv(op: Conv2D, layer: Layer, x: Array, filter_: Array, bias: Array | None) -> Array:
    matrix = filter_.reshape(len(filter_), -1).T
    products = _convolve(op, centred(x, layer, matrix), filter_)
    scales = conv_scales(layer.input(0), layer.input(1), layer.y)
    return to_output(products, bias, scales, op, layer)


def _quantized_depthwise(op: DepthwiseConv2D, layer: Layer, x: Array, filter_: Array, bias: Array | None) -> Array:
    matrix = filter_.reshape(-1, filter_.shape[3])
    products = _convolve_depthwise(op, centred(x, layer, matrix), filter_)
    scales = conv_scales(layer.input(0), layer.input(1), layer.y)
    return to_output(products, bias, scales, op, layer)


def _float_conv(op: Conv2D, _layer: Layer, x: Array, filter_: Array, bias: Array | None) -> Array:
    products = _convolve(op, x, filter_)
    return activate(products if bias is None else products + bias, op.activation)


def _float_depthwise(op: DepthwiseConv2D, _layer: Layer, x: Array, filter_: Array, bias: Array | None) -> Array:
    products = _convolve_depthwise(op, x, filter_)
    return activate(products if bias is None else products + bias, op.activation)


def _convolve(op: Conv2D, x: Array, filter_: Array) -> Array:
    """x (N, H, W, I) with filter (O, kh, kw, I), in the type of x."""
    patches = windows(x, filter_.shape[1:3], op.stride, op.padding, op.dilation)
    rows = patches.reshape(-1, int(np.prod(filter_.shape[1:])))
    products: Array = rows @ filter_.reshape(len(filter_), -1).T.astype(x.dtype)
    return products.reshape(*patches.shape[:3], len(filter_))


def _convolve_depthwise(op: DepthwiseConv2D, x: Array, filter_: Array) -> Array:
    """x (N, H, W, I) with filter (1, kh, kw, I * multiplier), in the type of x; outputs i * multiplier + m."""
    patches = windows(x, filter_.shape[1:3], op.stride, op.padding, op.dilation)
    weights = filter_[0].reshape(*filter_.shape[1:3], x.shape[3], op.multiplier).astype(x.dtype)
    products = np.zeros((*patches.shape[:3], x.shape[3], op.multiplier), x.dtype)
    for i, j in np.ndindex(*filter_.shape[1:3]):
        products += patches[:, :, :, i, j, :, None] * weights[i, j]
    return products.reshape(*patches.shape[:3], -1)


CONV = Family(
    operator=Conv2D,
    codes={CONV_2D: "CONV_2D"},
    options_type=1,
    options=CONV_OPTIONS,
    version=3,
    operands=OPERANDS,
    decode=_decode_conv,
    encode=_encode_conv,
    check=_check_conv,
    int8=_quantized_conv,
    int16=_quantized_conv,
    float32=_float_conv,
    limits="ungrouped; weights symmetric, per tensor or per channel",
)
DEPTHWISE = Family(
    operator=DepthwiseConv2D,
    codes={DEPTHWISE_CONV_2D: "DEPTHWISE_CONV_2D"},
    options_type=2,
    options=DEPTHWISE_OPTIONS,
    version=3,
    operands=DEPTHWISE_OPERANDS,
    decode=_decode_depthwise,
    encode=_encode_depthwise,
    check=_check_depthwise,
    int8=_quantized_depthwise,
    int16=_quantized_depthwise,
    float32=_float_depthwise,
    limits="weights symmetric, per tensor or per channel",
)
