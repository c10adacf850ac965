"""RESHAPE."""

from __future__ import annotations

from collections.abc import Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, same_quantization
from sensorsmith.graph.types import Reshape, Tensor

RESHAPE = 22


def _decode(_code: int, _options: Table, y: Tensor) -> Reshape:
    # As in TFLite Micro the output's shape counts; option and second input may hold a -1 for the batch, or nothing.
    return Reshape(y.shape)


def _encode(op: Reshape) -> tuple[int, Mapping[str, Value]]:
    return RESHAPE, {"new_shape": op.shape}


def _check(op: Reshape, layer: Layer) -> None:
    x, y = layer.input(0), layer.y
    layer.require(
        op.shape == y.shape and x.size == y.size,
        f"reshapes {x.shape} by {op.shape} to {y.shape}",
        "give input and output the same number of elements",
    )
    same_quantization(layer)


def _run(_op: Reshape, _layer: Layer, x: Array, _shape: Array | None) -> Array:
    return x


def _keeps_batch(_op: Reshape, _layer: Layer) -> bool:
    return True


FAMILY = Family(
    operator=Reshape,
    codes={RESHAPE: "RESHAPE"},
    options_type=17,
    options={"new_shape": Field(0, "i")},
    version=1,
    operands=(Operand("input", "activation"), Operand("shape", "indices", optional=True)),
    decode=_decode,
    encode=_encode,
    check=_check,
    int8=_run,
    int16=_run,
    float32=_run,
    keeps_batch=_keeps_batch,
)
