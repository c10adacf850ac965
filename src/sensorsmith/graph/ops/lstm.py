"""UNIDIRECTIONAL_SEQUENCE_LSTM, as Keras' LSTM layer has it: no peepholes, projection or layer normalization.

Sources: tensorflow/lite/micro/kernels/{lstm_eval.h,lstm_eval.cc,lstm_eval_common.cc}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sensorsmith.graph.fixedpoint import (
    Ints,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    wrap_int32,
)
from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, choice, require_scales
from sensorsmith.graph.ops.sigmoid_16 import logistic_of, tanh_of
from sensorsmith.graph.requantize import quantization_of, scale_of, zero_point_of
from sensorsmith.graph.types import Lstm, Tensor

LSTM = 44
GATES = ("input", "forget", "cell", "output")
X, WEIGHTS, RECURRENT, BIAS, HIDDEN, CELL = 0, 1, 5, 12, 18, 19
_ABSENT = (9, 10, 11, 16, 17, 20, 21, 22, 23)
GATE_SCALE, UNIT_SCALE = 2.0**-12, 2.0**-15  # of a gate's sum, and of what comes of it


@dataclass(frozen=True)
class LstmScales:
    """Factors of the gates' sums, by gate, from the input and from the hidden state; and of the products of gates."""

    input: tuple[float, ...]
    recurrent: tuple[float, ...]
    forget: float
    update: float
    output: float


def lstm_scales(layer: Layer) -> LstmScales:
    """All factors of a layer. Source: PrepareGateParametersInteger in micro/kernels/lstm_eval_common.cc."""

    def factor(x: Tensor, weights: Tensor) -> float:
        return scale_of(x) * scale_of(weights) / GATE_SCALE

    x, hidden, cell = layer.input(X), layer.input(HIDDEN), scale_of(layer.input(CELL))
    return LstmScales(
        tuple(factor(x, layer.input(WEIGHTS + g)) for g in range(4)),
        tuple(factor(hidden, layer.input(RECURRENT + g)) for g in range(4)),
        UNIT_SCALE * cell / cell,
        UNIT_SCALE * UNIT_SCALE / cell,
        UNIT_SCALE * UNIT_SCALE / scale_of(hidden),
    )


def cell_power(layer: Layer) -> int:
    """The logarithm of the cell state's scale, a power of two."""
    return round(float(np.log2(scale_of(layer.input(CELL)))))


def cell_clip(op: Lstm, layer: Layer) -> int:
    """The largest magnitude of the cell state; 0 for none other than that of int16."""
    return int(min(op.cell_clip / scale_of(layer.input(CELL)), 32767.0))


def tanh_multiplier(power: int) -> tuple[int, int]:
    """Multiplier and right shift of the hyperbolic tangent's argument, of a scale of 2**power."""
    return (3 << (12 + power), 0) if power >= -12 else (3, -12 - power)


def _decode(_code: int, options: Table, _y: Tensor) -> Lstm:
    choice(options, "fused_activation_function", {4: "tanh"})
    choice(options, "time_major", {0: "batch major"})
    return Lstm(options.real("cell_clip"))


def _encode(op: Lstm) -> tuple[int, Mapping[str, Value]]:
    return LSTM, {"fused_activation_function": 4, "cell_clip": op.cell_clip}


def _check(op: Lstm, layer: Layer) -> None:
    layer.require(
        all(layer.x[i] is None for i in _ABSENT),
        "has peepholes, a projection or layer normalization",
        "use a plain LSTM layer",
    )
    x, y, units = layer.input(X), layer.y, layer.y.shape[-1]
    layer.require(
        len(x.shape) == 3
        and y.shape == (*x.shape[:2], units)
        and all(layer.input(WEIGHTS + g).shape == (units, x.shape[2]) for g in range(4))
        and all(layer.input(RECURRENT + g).shape == (units, units) for g in range(4))
        and all(layer.input(BIAS + g).shape == (units,) for g in range(4))
        and layer.input(HIDDEN).size == layer.input(CELL).size == units,
        f"its weights, biases or states do not fit its input {x.shape} and output {y.shape}",
        "convert the model again",
    )
    layer.require(0 <= op.cell_clip < float("inf"), f"its cell clip is {op.cell_clip}", "use one of 0 or more")
    if layer.dtype != "float32":
        _check_scales(layer)


def _check_scales(layer: Layer) -> None:
    weights = [layer.input(first + g) for first in (WEIGHTS, RECURRENT) for g in range(4)]
    layer.require(
        all(quantization_of(t).axis is None and quantization_of(t).zero_point == (0,) for t in weights),
        "its weights have several scales, or a zero point other than 0",
        "quantize them symmetrically, each as a whole",
    )
    layer.require(
        layer.input(HIDDEN).quantization == layer.y.quantization,
        "its hidden state and its output are quantized differently",
        "convert the model again",
    )
    cell = layer.input(CELL)
    layer.require(
        scale_of(cell) == 2.0 ** cell_power(layer) and -15 <= cell_power(layer) <= -9 and not zero_point_of(cell),
        f"its cell state has scale {scale_of(cell):g} and zero point {zero_point_of(cell)}",
        "quantize it with a power of two from 2^-15 to 2^-9",
    )
    scales = lstm_scales(layer)
    require_scales(layer, [*scales.input, *scales.recurrent], 2.0**30)
    require_scales(layer, [scales.update, scales.output], 1.0)


def _int8(op: Lstm, layer: Layer, *operands: Array) -> Array:
    x, hidden, cell = operands[X][0], operands[HIDDEN].reshape(-1), operands[CELL].reshape(-1)
    scales, clip = lstm_scales(layer), cell_clip(op, layer)
    output = np.empty(layer.y.shape[1:], np.int8)
    for step, row in enumerate(x):
        sums = [_gate_sum(layer, operands, gate, row, hidden, scales) for gate in range(4)]
        opened, kept, emitted = (logistic_of(sums[gate], 3, 0) for gate in (0, 1, 3))
        proposed = tanh_of(sums[2], *tanh_multiplier(-12))
        remembered = _clip_16(_scaled(kept * cell.astype(np.int64), scales.forget))
        added = _clip_16(_scaled(opened * proposed, scales.update))
        cell[:] = _clip_16(remembered + added)
        if clip:
            cell[:] = np.clip(cell, -clip, clip)
        squashed = tanh_of(cell.astype(np.int64), *tanh_multiplier(cell_power(layer)))
        result = _scaled(squashed * emitted, scales.output) + zero_point_of(layer.input(HIDDEN))
        hidden[:] = np.clip(result, -128, 127)
        output[step] = hidden
    return output


def _gate_sum(
    layer: Layer, operands: tuple[Array, ...], gate: int, row: Array, hidden: Array, scales: LstmScales
) -> Ints:
    """The sum that goes into a gate's function, with scale 2**-12: both parts are brought to int16 first."""
    from_input = _product(operands[WEIGHTS + gate], row, zero_point_of(layer.input(X))) + operands[BIAS + gate]
    from_hidden = _product(operands[RECURRENT + gate], hidden, zero_point_of(layer.input(HIDDEN)))
    parts = ((from_input, scales.input[gate]), (from_hidden, scales.recurrent[gate]))
    first, second = (_clip_16(_scaled(wrap_int32(total), scale)) for total, scale in parts)
    return _clip_16(first + second)


def _product(weights: Array, x: Array, zero_point: int) -> Ints:
    product: Ints = weights.astype(np.int64) @ (x.astype(np.int64) - zero_point)
    return product


def _scaled(x: Ints, scale: float) -> Ints:
    return multiply_by_quantized_multiplier(x, *quantize_multiplier(scale))


def _clip_16(x: Ints) -> Ints:
    clipped: Ints = np.clip(x, -32768, 32767)
    return clipped


def _float32(op: Lstm, layer: Layer, *operands: Array) -> Array:
    x, hidden, cell = operands[X][0], operands[HIDDEN].reshape(-1), operands[CELL].reshape(-1)
    output = np.empty(layer.y.shape[1:], np.float32)
    for step, row in enumerate(x):
        sums = [operands[WEIGHTS + g] @ row + operands[BIAS + g] + operands[RECURRENT + g] @ hidden for g in range(4)]
        opened, kept, emitted = (1 / (1 + np.exp(-sums[gate].astype(np.float64))) for gate in (0, 1, 3))
        cell[:] = kept * cell + opened * np.tanh(sums[2])
        if op.cell_clip:
            cell[:] = np.clip(cell, -op.cell_clip, op.cell_clip)
        hidden[:] = emitted * np.tanh(cell)
        output[step] = hidden
    return output


def _operands() -> tuple[Operand, ...]:
    weights = [Operand(f"weights of the {gate} gate", "weights") for gate in GATES]
    recurrent = [Operand(f"recurrent weights of the {gate} gate", "weights") for gate in GATES]
    biases = [Operand(f"bias of the {gate} gate", "bias") for gate in GATES]
    absent = Operand("variant", "weights", optional=True)
    states = [Operand("hidden state", "state"), Operand("cell state", "cell state")]
    start = Operand("input", "activation")
    return (start, *weights, *recurrent, *[absent] * 3, *biases, *[absent] * 2, *states, *[absent] * 4)


FAMILY = Family(
    operator=Lstm,
    codes={LSTM: "UNIDIRECTIONAL_SEQUENCE_LSTM"},
    options_type=71,
    options={
        "fused_activation_function": Field(0, "b"),
        "cell_clip": Field(1, "f"),
        "proj_clip": Field(2, "f"),
        "time_major": Field(3, "?"),
    },
    version=1,
    operands=_operands(),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_int8,
    float32=_float32,
    limits="as Keras' LSTM: no peepholes, projection or layer normalization; tanh",
)
