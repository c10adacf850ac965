"""TRANSPOSE_CONV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sensorsmith.graph.flatbuffer import Field, Layout, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand
from sensorsmith.graph.ops.image import decode_padding, decode_pair, encode_window
from sensorsmith.graph.ops.weights import centred, check_weights, to_output
from sensorsmith.graph.requantize import conv_scales
from sensorsmith.graph.types import Tensor, TransposeConv
from sensorsmith.graph.window import output_size, padding_before

TRANSPOSE_CONV = 67
OPTIONS: Layout = {
    "padding": Field(0, "b"),
    "stride_w": Field(1, "i"),
    "stride_h": Field(2, "i"),
    "fused_activation_function": Field(3, "b"),
}


def as_convolution(layer: Layer) -> Layer:
    """The same layer with its operands in the order of a convolution: input, filter, bias."""
    return replace(layer, x=(layer.x[2], layer.x[1], layer.x[3]))


def _decode(_code: int, options: Table, _y: Tensor) -> TransposeConv:
    return TransposeConv(
        decode_pair(options, "stride_h", "stride_w"), decode_padding(options), decode_activation(options)
    )


def _encode(op: TransposeConv) -> tuple[int, Mapping[str, Value]]:
    return TRANSPOSE_CONV, {**encode_window(op.padding, op.stride), **encode_activation(op.activation)}


def _check(op: TransposeConv, layer: Layer) -> None:
    shape, filter_, x, y = layer.input(0), layer.input(1), layer.input(2), layer.y
    layer.require(
        len(x.shape) == len(filter_.shape) == 4 and x.shape[3] == filter_.shape[3],
        f"its filter {filter_.shape} does not fit its input {x.shape}",
        "use an ungrouped convolution over images of shape (1, H, W, C)",
    )
    assert shape.data is not None
    layer.require(
        y.shape == tuple(shape.data.ravel().tolist()) and len(y.shape) == 4 and y.shape[3] == filter_.shape[0],
        f"its output has shape {y.shape}, it asks for {shape.data.ravel().tolist()[:8]}",
        "convert the model again",
    )
    layer.require(min(op.stride) >= 1, "a stride is below 1", "convert the model again")
    # As for convolution: a hostile window must not take all memory.
    layer.require(
        all(filter_.shape[i] - 1 < 4 * y.shape[i] for i in (1, 2)),
        f"its window {filter_.shape[1:3]} is more than four times as large as its output {y.shape}",
        "use a smaller window",
    )
    sizes = tuple(output_size(y.shape[i], filter_.shape[i], op.stride[i - 1], op.padding) for i in (1, 2))
    layer.require(
        sizes == x.shape[1:3],
        f"its output {y.shape} and windows {filter_.shape[1:3]} belong to an input of {sizes}, not {x.shape[1:3]}",
        "convert the model again",
    )
    scales = conv_scales(x, filter_, y) if y.dtype != "float32" else None
    check_weights(op, as_convolution(layer), filter_.shape[0], 0, scales)


def _quantized(op: TransposeConv, layer: Layer, _shape: Array, filter_: Array, x: Array, bias: Array | None) -> Array:
    """Source: tensorflow/lite/kernels/internal/reference/integer_ops/transpose_conv.h."""
    convolution = as_convolution(layer)
    products = _spread(op, layer, centred(x, convolution, filter_.reshape(len(filter_), -1).T), filter_)
    scales = conv_scales(convolution.input(0), convolution.input(1), layer.y)
    return to_output(products, bias, scales, op, convolution)


def _float32(op: TransposeConv, layer: Layer, _shape: Array, filter_: Array, x: Array, bias: Array | None) -> Array:
    products = _spread(op, layer, x, filter_)
    return activate(products if bias is None else products + bias, op.activation)


def _spread(op: TransposeConv, layer: Layer, x: Array, filter_: Array) -> Array:
    """The sums that each output receives, in the type of x: every input pixel adds the filter times itself."""
    (_, height, width, channels), (_, rows, columns, _) = layer.y.shape, x.shape
    kernel, stride = filter_.shape[1:3], op.stride
    weights = filter_.astype(x.dtype)
    # Windows may reach beyond the output on both sides.
    before = [padding_before((height, width)[i], kernel[i], stride[i], op.padding) for i in (0, 1)]
    canvas = np.zeros(
        (
            len(x),
            max(height + before[0], (rows - 1) * stride[0] + kernel[0]),
            max(width + before[1], (columns - 1) * stride[1] + kernel[1]),
            channels,
        ),
        x.dtype,
    )
    for i, j in np.ndindex(*kernel):
        down = slice(i, i + (rows - 1) * stride[0] + 1, stride[0])
        along = slice(j, j + (columns - 1) * stride[1] + 1, stride[1])
        canvas[:, down, along] += x @ weights[:, i, j].T
    return canvas[:, before[0] : before[0] + height, before[1] : before[1] + width]


FAMILY = Family(
    operator=TransposeConv,
    codes={TRANSPOSE_CONV: "TRANSPOSE_CONV"},
    options_type=49,
    options=OPTIONS,
    version=3,
    operands=(
        Operand("output shape", "indices"),
        Operand("filter", "weights"),
        Operand("input", "activation"),
        Operand("bias", "long bias", optional=True),
    ),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_quantized,
    int16=_quantized,
    float32=_float32,
    limits="constant output shape; weights symmetric, per tensor or per channel",
)
