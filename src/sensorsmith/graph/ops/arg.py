"""ARG_MAX and ARG_MIN."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.flatbuffer import Field, Layout, Table, Value
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand
from sensorsmith.graph.ops.move import check_axis, check_output, constant
from sensorsmith.graph.types import ArgMax, ArgMin, Tensor

ARG_MAX, ARG_MIN = 56, 79
INT32 = 2
OPERANDS = (Operand("input", "activation"), Operand("axis", "indices"))
OPTIONS: Layout = {"output_type": Field(0, "b")}


def searched_axis(layer: Layer) -> int:
    """The dimension that is searched, not negative."""
    return constant(layer.input(1))[0] % len(layer.input(0).shape)


def _decode_max(_code: int, _options: Table, _y: Tensor) -> ArgMax:
    return ArgMax()


def _encode_max(_op: ArgMax) -> tuple[int, Mapping[str, Value]]:
    return ARG_MAX, {"output_type": INT32}


def _decode_min(_code: int, _options: Table, _y: Tensor) -> ArgMin:
    return ArgMin()


def _encode_min(_op: ArgMin) -> tuple[int, Mapping[str, Value]]:
    return ARG_MIN, {"output_type": INT32}


def _check(_op: ArgMax | ArgMin, layer: Layer) -> None:
    shape, axes = layer.input(0).shape, constant(layer.input(1))
    layer.require(len(axes) == 1, f"searches {len(axes)} dimensions", "search one dimension")
    check_axis(layer, axes[0], len(shape))
    axis = searched_axis(layer)
    check_output(layer, shape[:axis] + shape[axis + 1 :])


def _run(op: ArgMax | ArgMin, layer: Layer, x: Array, _axis: Array) -> Array:
    """The first of equals. Source: tensorflow/lite/kernels/internal/reference/arg_min_max.h."""
    search = np.argmax if isinstance(op, ArgMax) else np.argmin
    positions: Array = search(x, searched_axis(layer)).astype(np.int32)
    return positions


def _keeps_batch(_op: ArgMax | ArgMin, layer: Layer) -> bool:
    return searched_axis(layer) != 0


ARG_MAX_FAMILY = Family(
    operator=ArgMax,
    codes={ARG_MAX: "ARG_MAX"},
    options_type=40,
    options=OPTIONS,
    version=2,
    operands=OPERANDS,
    decode=_decode_max,
    encode=_encode_max,
    check=_check,
    int8=_run,
    float32=_run,
    keeps_batch=_keeps_batch,
    result="indices",
    limits="one axis; int32 result, as the last layer",
)
ARG_MIN_FAMILY = Family(
    operator=ArgMin,
    codes={ARG_MIN: "ARG_MIN"},
    options_type=57,
    options=OPTIONS,
    version=2,
    operands=OPERANDS,
    decode=_decode_min,
    encode=_encode_min,
    check=_check,
    int8=_run,
    float32=_run,
    keeps_batch=_keeps_batch,
    result="indices",
    limits="one axis; int32 result, as the last layer",
)
