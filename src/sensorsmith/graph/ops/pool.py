"""AVERAGE_POOL_2D and MAX_POOL_2D."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.flatbuffer import Field, Layout, Table, Value
from sensorsmith.graph.ops.activation import activate, clamp, decode_activation, encode_activation
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, same_quantization
from sensorsmith.graph.ops.image import check_image, decode_padding, decode_pair, encode_window
from sensorsmith.graph.types import Pool2D, Tensor
from sensorsmith.graph.window import windows

AVERAGE_POOL_2D, MAX_POOL_2D = 1, 17
OPTIONS: Layout = {
    "padding": Field(0, "b"),
    "stride_w": Field(1, "i"),
    "stride_h": Field(2, "i"),
    "filter_width": Field(3, "i"),
    "filter_height": Field(4, "i"),
    "fused_activation_function": Field(5, "b"),
}


def _decode(code: int, options: Table, _y: Tensor) -> Pool2D:
    return Pool2D(
        kind="average" if code == AVERAGE_POOL_2D else "max",
        size=decode_pair(options, "filter_height", "filter_width"),
        stride=decode_pair(options, "stride_h", "stride_w"),
        padding=decode_padding(options),
        activation=decode_activation(options),
    )


def _encode(op: Pool2D) -> tuple[int, Mapping[str, Value]]:
    return AVERAGE_POOL_2D if op.kind == "average" else MAX_POOL_2D, {
        **encode_window(op.padding, op.stride),
        **encode_activation(op.activation),
        "filter_height": op.size[0],
        "filter_width": op.size[1],
    }


def _check(op: Pool2D, layer: Layer) -> None:
    check_image(layer, layer.input(0).shape[-1], op.size, op.stride, op.padding)
    same_quantization(layer)


def _quantized(op: Pool2D, layer: Layer, x: Array) -> Array:
    if op.kind == "max":
        return clamp(_max(op, x, fill=np.iinfo(layer.y.dtype).min), op.activation, layer)
    total, count = _sum_and_count(op, x.astype(np.int64))
    # To nearest with ties away from zero, by C's division, which truncates.
    magnitude = (np.abs(total) + count // 2) // count
    return clamp(np.sign(total) * magnitude, op.activation, layer)


def _float32(op: Pool2D, _layer: Layer, x: Array) -> Array:
    if op.kind == "max":
        return activate(_max(op, x, fill=-np.inf), op.activation)
    total, count = _sum_and_count(op, x)
    return activate((total / count).astype(np.float32), op.activation)


def _max(op: Pool2D, x: Array, fill: float) -> Array:
    largest: Array = windows(x, op.size, op.stride, op.padding, fill=fill).max(axis=(3, 4))
    return largest


def _sum_and_count(op: Pool2D, x: Array) -> tuple[Array, Array]:
    """Sum over each window (N, H', W', C), and how many elements of x it holds (1, H', W', 1): padding counts not."""
    inside = np.ones((1, *x.shape[1:3], 1), np.int64)
    total: Array = windows(x, op.size, op.stride, op.padding).sum(axis=(3, 4))
    count: Array = windows(inside, op.size, op.stride, op.padding).sum(axis=(3, 4))
    return total, count


FAMILY = Family(
    operator=Pool2D,
    codes={AVERAGE_POOL_2D: "AVERAGE_POOL_2D", MAX_POOL_2D: "MAX_POOL_2D"},
    options_type=5,
    options=OPTIONS,
    version=2,
    operands=(Operand("input", "activation"),),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_quantized,
    int16=_quantized,
    float32=_float32,
    limits="one scale for input and output",
)
