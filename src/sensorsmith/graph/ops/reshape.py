"""RESHAPE, SQUEEZE and EXPAND_DIMS: the same elements in the same order, under another shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Family, Layer, Operand, same_quantization
from sensorsmith.graph.ops.move import Move, check_axis, check_output, constant, moving
from sensorsmith.graph.types import ExpandDims, Reshape, Squeeze, Tensor

RESHAPE, SQUEEZE, EXPAND_DIMS = 22, 43, 70


def reshape(_op: Reshape | Squeeze | ExpandDims, _layer: Layer) -> Iterator[Move]:
    yield Move(take=lambda x: x.reshape(-1), put=lambda y: y.reshape(-1))


def keeps_batch(_op: Any, _layer: Layer) -> bool:
    """Elements keep their order, so that those of one input stay together."""
    return True


def _decode_reshape(_code: int, _options: Table, y: Tensor) -> Reshape:
    # As in TFLite Micro the output's shape counts; option and second input may hold a -1 for the batch, or nothing.
    return Reshape(y.shape)


def _encode_reshape(op: Reshape) -> tuple[int, Mapping[str, Value]]:
    return RESHAPE, {"new_shape": op.shape}


def _check_reshape(op: Reshape, layer: Layer) -> None:
    x, y = layer.input(0), layer.y
    layer.require(
        op.shape == y.shape and x.size == y.size,
        f"reshapes {x.shape} by {op.shape} to {y.shape}",
        "give input and output the same number of elements",
    )
    same_quantization(layer)


def _decode_squeeze(_code: int, options: Table, _y: Tensor) -> Squeeze:
    return Squeeze(options.integers("squeeze_dims"))


def _encode_squeeze(op: Squeeze) -> tuple[int, Mapping[str, Value]]:
    return SQUEEZE, {"squeeze_dims": op.axes}


def _check_squeeze(op: Squeeze, layer: Layer) -> None:
    shape = layer.input(0).shape
    for axis in op.axes:
        check_axis(layer, axis, len(shape))
    axes = {axis % len(shape) for axis in op.axes} or {i for i, n in enumerate(shape) if n == 1}
    layer.require(
        all(shape[axis] == 1 for axis in axes),
        f"takes away dimensions {sorted(axes)} of its input {shape}, not all of size 1",
        "reshape instead",
    )
    check_output(layer, tuple(n for i, n in enumerate(shape) if i not in axes))
    same_quantization(layer)


def _decode_expand(_code: int, _options: Table, _y: Tensor) -> ExpandDims:
    return ExpandDims()


def _encode_expand(_op: ExpandDims) -> tuple[int, Mapping[str, Value]]:
    return EXPAND_DIMS, {}


def _check_expand(_op: ExpandDims, layer: Layer) -> None:
    shape, axes = layer.input(0).shape, constant(layer.input(1))
    layer.require(len(axes) == 1, f"has {len(axes)} axes", "expand one after the other")
    check_axis(layer, axes[0], len(shape) + 1)
    axis = axes[0] % (len(shape) + 1)
    check_output(layer, (*shape[:axis], 1, *shape[axis:]))
    same_quantization(layer)


RESHAPE_FAMILY = Family(
    operator=Reshape,
    codes={RESHAPE: "RESHAPE"},
    options_type=17,
    options={"new_shape": Field(0, "i")},
    version=1,
    operands=(Operand("input", "activation"), Operand("shape", "indices", optional=True)),
    decode=_decode_reshape,
    encode=_encode_reshape,
    check=_check_reshape,
    int8=moving(reshape),
    int16=moving(reshape),
    float32=moving(reshape),
    keeps_batch=keeps_batch,
    limits="one scale for input and output",
)
SQUEEZE_FAMILY = Family(
    operator=Squeeze,
    codes={SQUEEZE: "SQUEEZE"},
    options_type=30,
    options={"squeeze_dims": Field(0, "i")},
    version=1,
    operands=(Operand("input", "activation"),),
    decode=_decode_squeeze,
    encode=_encode_squeeze,
    check=_check_squeeze,
    int8=moving(reshape),
    int16=moving(reshape),
    float32=moving(reshape),
    keeps_batch=keeps_batch,
    limits="one scale for input and output",
)
EXPAND_DIMS_FAMILY = Family(
    operator=ExpandDims,
    codes={EXPAND_DIMS: "EXPAND_DIMS"},
    options_type=52,
    options={},
    version=1,
    operands=(Operand("input", "activation"), Operand("axis", "indices")),
    decode=_decode_expand,
    encode=_encode_expand,
    check=_check_expand,
    int8=moving(reshape),
    int16=moving(reshape),
    float32=moving(reshape),
    keeps_batch=keeps_batch,
    limits="one scale for input and output",
)
