"""MAXIMUM and MINIMUM."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.binary import OPERANDS, aligned, check_broadcast, keeps_batch
from sensorsmith.graph.ops.family import Array, Family, Layer, same_quantization
from sensorsmith.graph.types import Extremum, Tensor

MAXIMUM, MINIMUM = 55, 57


def _decode(code: int, _options: Table, _y: Tensor) -> Extremum:
    return Extremum("maximum" if code == MAXIMUM else "minimum")


def _encode(op: Extremum) -> tuple[int, Mapping[str, Value]]:
    return MAXIMUM if op.kind == "maximum" else MINIMUM, {}


def _check(_op: Extremum, layer: Layer) -> None:
    check_broadcast(layer)
    same_quantization(layer, 0, 1)


def _run(op: Extremum, layer: Layer, a: Array, b: Array) -> Array:
    a, b = aligned(layer, a, b)
    result: Array = np.maximum(a, b) if op.kind == "maximum" else np.minimum(a, b)
    return result


FAMILY = Family(
    operator=Extremum,
    codes={MAXIMUM: "MAXIMUM", MINIMUM: "MINIMUM"},
    options_type=39,
    options={},
    version=2,
    operands=OPERANDS,
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_run,
    int16=_run,
    float32=_run,
    keeps_batch=keeps_batch,
    limits="one scale for all",
)
