"""FULLY_CONNECTED."""

from __future__ import annotations

from collections.abc import Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation, requantize
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, choice
from sensorsmith.graph.ops.weights import add_bias, centred, check_weights
from sensorsmith.graph.requantize import dense_scales
from sensorsmith.graph.types import FullyConnected, Tensor

FULLY_CONNECTED = 9


def _decode(_code: int, options: Table, _y: Tensor) -> FullyConnected:
    choice(options, "weights_format", {0: "DEFAULT"})
    return FullyConnected(decode_activation(options))


def _encode(op: FullyConnected) -> tuple[int, Mapping[str, Value]]:
    return FULLY_CONNECTED, encode_activation(op.activation)


def _check(_op: FullyConnected, layer: Layer) -> None:
    x, weights, y = layer.input(0), layer.input(1), layer.y
    layer.require(
        len(weights.shape) == 2 and weights.shape[1] in (x.size, x.shape[-1]),
        f"its weights {weights.shape} do not fit its input {x.shape}",
        "flatten the input",
    )
    steps = x.shape[:-1] if x.shape[-1] == weights.shape[1] else (1,)
    flat = x.size == weights.shape[1] and y.shape == (1, weights.shape[0])
    layer.require(
        flat or y.shape == (*steps, weights.shape[0]),
        f"its output has shape {y.shape}, its weights give {(*steps, weights.shape[0])}",
        "convert the model again",
    )
    check_weights(layer, weights.shape[0], 0, dense_scales(x, weights, y) if y.dtype == "int8" else None)


def _int8(op: FullyConnected, layer: Layer, x: Array, weights: Array, bias: Array | None) -> Array:
    matrix = weights.T
    rows = centred(x.reshape(-1, weights.shape[1]), layer, matrix)
    accumulator = add_bias(rows @ matrix.astype(rows.dtype), bias)
    return requantize(accumulator, dense_scales(layer.input(0), layer.input(1), layer.y), op.activation, layer)


def _float32(op: FullyConnected, _layer: Layer, x: Array, weights: Array, bias: Array | None) -> Array:
    products = x.reshape(-1, weights.shape[1]) @ weights.T
    return activate(products if bias is None else products + bias, op.activation)


FAMILY = Family(
    operator=FullyConnected,
    codes={FULLY_CONNECTED: "FULLY_CONNECTED"},
    options_type=8,
    options={"fused_activation_function": Field(0, "b"), "weights_format": Field(1, "b")},
    version=4,
    operands=(Operand("input", "activation"), Operand("weights", "weights"), Operand("bias", "bias", optional=True)),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    float32=_float32,
    limits="weights symmetric, per tensor or per channel",
)
