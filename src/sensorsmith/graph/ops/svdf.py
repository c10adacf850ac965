"""SVDF: a dense layer on the last inputs, of low rank. Source: tensorflow/lite/micro/kernels/svdf_common.cc."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.fixedpoint import multiply_by_quantized_multiplier, quantize_multiplier, wrap_int32
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.activation import activate, decode_activation, encode_activation, requantize
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, require_scales
from sensorsmith.graph.requantize import quantization_of, scale_of, zero_point_of
from sensorsmith.graph.types import Svdf, Tensor

SVDF = 27


def svdf_scales(layer: Layer) -> tuple[float, float]:
    """Factors of sums over the input, and of sums over the state."""
    x, feature, time, state, y = (scale_of(t) for t in (*(layer.input(i) for i in (0, 1, 2, 4)), layer.y))
    return x * feature / state, state * time / y


def _decode(_code: int, options: Table, _y: Tensor) -> Svdf:
    return Svdf(options.integer("rank"), decode_activation(options))


def _encode(op: Svdf) -> tuple[int, Mapping[str, Value]]:
    return SVDF, {"rank": op.rank, **encode_activation(op.activation)}


def _check(op: Svdf, layer: Layer) -> None:
    x, feature, time, bias, state, y = *(layer.input(i) for i in range(5)), layer.y
    filters, units = feature.shape[0] if feature.shape else 0, y.shape[-1]
    layer.require(
        len(x.shape) == len(feature.shape) == len(time.shape) == 2
        and feature.shape[1] == x.shape[1]
        and time.shape[0] == filters == units * op.rank
        and bias.shape == (units,)
        and y.shape == (1, units)
        and state.shape == (1, time.size),
        f"its weights {feature.shape} and {time.shape}, bias {bias.shape} and state {state.shape} of rank {op.rank} "
        f"do not fit its input {x.shape} and output {y.shape}",
        "convert the model again",
    )
    if layer.dtype == "float32":
        return
    layer.require(
        state.dtype == time.dtype,
        f"its state is {state.dtype}, its time weights {time.dtype}",
        "quantize both to int16, or both to int8",
    )
    symmetric = (feature, time) if state.dtype == "int8" else (feature, time, state)
    layer.require(
        all(quantization_of(t).axis is None and not any(quantization_of(t).zero_point) for t in symmetric),
        "its weights or its state have several scales, or a zero point other than 0",
        "quantize them symmetrically, each as a whole",
    )
    layer.require(
        abs(scale_of(bias) - scale_of(state) * scale_of(time)) < 1e-5,
        "its bias is not quantized with the state's scale times the time weights' scale",
        "quantize the model again",
    )
    to_state, to_output = svdf_scales(layer)
    require_scales(layer, [to_state / 2.0**30, to_output], 1.0)


def _int8(op: Svdf, layer: Layer, x: Array, feature: Array, time: Array, bias: Array, state: Array) -> Array:
    """The fused activation takes no part, as in TFLite Micro."""
    to_state, to_output = svdf_scales(layer)
    products = feature.astype(np.int64) @ (x[0].astype(np.int64) - zero_point_of(layer.input(0)))
    newest = multiply_by_quantized_multiplier(wrap_int32(products), *quantize_multiplier(to_state))
    limits, zero_point = np.iinfo(state.dtype), zero_point_of(layer.input(4))
    memory = state.reshape(time.shape)
    memory[:, :-1] = memory[:, 1:].copy()
    # With a zero point, what is clipped before wraps around.
    memory[:, -1] = (np.clip(newest, limits.min, limits.max) + zero_point).astype(state.dtype)
    # Sums of 16-bit products may leave 32 bits; they wrap around too.
    sums = ((memory.astype(np.int64) - zero_point) * time).sum(axis=1).reshape(-1, op.rank).sum(axis=1)
    return requantize(wrap_int32(sums + bias), np.asarray([to_output]), "none", layer)


def _float32(op: Svdf, _layer: Layer, x: Array, feature: Array, time: Array, bias: Array, state: Array) -> Array:
    memory = state.reshape(time.shape)
    memory[:, :-1] = memory[:, 1:].copy()
    memory[:, -1] = feature @ x[0]
    return activate((memory * time).sum(axis=1).reshape(-1, op.rank).sum(axis=1) + bias, op.activation)


FAMILY = Family(
    operator=Svdf,
    codes={SVDF: "SVDF"},
    options_type=6,
    options={"rank": Field(0, "i"), "fused_activation_function": Field(1, "b")},
    version=3,
    operands=(
        Operand("input", "activation"),
        Operand("feature weights", "weights"),
        Operand("time weights", "time weights"),
        Operand("bias", "bias"),
        Operand("state", "memory"),
    ),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    float32=_float32,
    limits="with a bias; state and time weights both int16 or both int8",
)
