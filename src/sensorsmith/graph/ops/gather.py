"""GATHER."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, choice, same_quantization
from sensorsmith.graph.ops.move import check_axis, check_output, constant
from sensorsmith.graph.types import Gather, Tensor

GATHER = 36


def _decode(_code: int, options: Table, _y: Tensor) -> Gather:
    choice(options, "batch_dims", {0: "0"})
    return Gather(options.integer("axis"))


def _encode(op: Gather) -> tuple[int, Mapping[str, Value]]:
    return GATHER, {"axis": op.axis}


def _check(op: Gather, layer: Layer) -> None:
    x, positions = layer.input(0), layer.input(1)
    check_axis(layer, op.axis, len(x.shape))
    axis = op.axis % len(x.shape)
    numbers = constant(positions)
    layer.require(
        min(numbers) >= 0 and max(numbers) < x.shape[axis],
        f"takes positions {min(numbers)} to {max(numbers)} of dimension {axis} of its input {x.shape}",
        "gather within the input",
    )
    check_output(layer, x.shape[:axis] + positions.shape + x.shape[axis + 1 :])
    same_quantization(layer)


def _run(op: Gather, layer: Layer, x: Array, positions: Array) -> Array:
    gathered: Array = np.take(x, positions, op.axis % len(layer.input(0).shape))
    return gathered


def _keeps_batch(op: Gather, layer: Layer) -> bool:
    return op.axis % len(layer.input(0).shape) != 0


FAMILY = Family(
    operator=Gather,
    codes={GATHER: "GATHER"},
    options_type=23,
    options={"axis": Field(0, "i"), "batch_dims": Field(1, "i")},
    version=2,
    operands=(Operand("input", "activation"), Operand("positions", "indices")),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_run,
    float32=_run,
    keeps_batch=_keeps_batch,
    limits="constant positions, no batch dimensions",
)
