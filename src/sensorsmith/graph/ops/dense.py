"""FULLY_CONNECTED."""

from __future__ import annotations

from collections.abc import Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, choice
from sensorsmith.graph.ops.weights import centred, check_weights, decode_narrow_sums, encode_narrow_sums, to_output
from sensorsmith.graph.requantize import conv_scales
from sensorsmith.graph.types import FullyConnected, Tensor

FULLY_CONNECTED = 9


def _decode(_code: int, options: Table, _y: Tensor) -> FullyConnected:
    choice(options, "weights_format", {0: "DEFAULT"})
    keep_dims = bool(options.integer("keep_num_dims"))
    return FullyConnected(decode_activation(options), keep_dims, decode_narrow_sums(options))


def _encode(op: FullyConnected) -> tuple[int, Mapping[str, Value]]:
    keep: Mapping[str, Value] = {"keep_num_dims": True} if op.keep_dims else {}
    return FULLY_CONNECTED, {**encode_activation(op.activation), **keep, **encode_narrow_sums(op)}


def _check(op: FullyConnected, layer: Layer) -> None:
    x, weights, y = layer.input(0), layer.input(1), layer.y
    layer.require(
        len(weights.shape) == 2
        and len(x.shape) > 0
        and x.size % weights.shape[1] == weights.shape[1] % x.shape[-1] == 0,
        f"its weights {weights.shape} do not fit its input {x.shape}",
        "flatten the input",
    )
    rows = x.shape[:-1] if op.keep_dims else (x.size // weights.shape[1],)
    layer.require(
        y.shape == (*rows, weights.shape[0]) and y.size * weights.shape[1] == x.size * weights.shape[0],
        f"its output has shape {y.shape}, its weights give {(*rows, weights.shape[0])}",
        "convert the model again",
    )
    check_weights(op, layer, weights.shape[0], 0, conv_scales(x, weights, y) if y.dtype != "float32" else None)


def _quantized(op: FullyConnected, layer: Layer, x: Array, weights: Array, bias: Array | None) -> Array:
    matrix = weights.T
    rows = centred(x.reshape(-1, len(matrix)), layer, matrix)
    scales = conv_scales(layer.input(0), layer.input(1), layer.y)
    return to_output(rows @ matrix.astype(rows.dtype), bias, scales, op, layer)


def _float32(op: FullyConnected, _layer: Layer, x: Array, weights: Array, bias: Array | None) -> Array:
    products = x.reshape(-1, weights.shape[1]) @ weights.T
    return activate(products if bias is None else products + bias, op.activation)


def _keeps_batch(_op: FullyConnected, _layer: Layer) -> bool:
    return True  # rows follow each other, whether they belong to one input or to many


FAMILY = Family(
    operator=FullyConnected,
    codes={FULLY_CONNECTED: "FULLY_CONNECTED"},
    options_type=8,
    options={
        "fused_activation_function": Field(0, "b"),
        "weights_format": Field(1, "b"),
        "keep_num_dims": Field(2, "?"),
        "quantized_bias_type": Field(4, "b"),
    },
    version=4,
    operands=(Operand("input", "activation"), Operand("weights", "weights"), Operand("bias", "bias", optional=True)),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_quantized,
    int16=_quantized,
    float32=_float32,
    keeps_batch=_keeps_batch,
    limits="weights symmetric, per tensor or per channel",
)
