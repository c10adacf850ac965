"""TRANSPOSE, DEPTH_TO_SPACE and SPACE_TO_DEPTH."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Array, Family, Layer, Operand, same_quantization
from sensorsmith.graph.ops.move import Move, check_output, constant, moving
from sensorsmith.graph.types import DepthToSpace, SpaceToDepth, Tensor, Transpose

DEPTH_TO_SPACE, SPACE_TO_DEPTH, TRANSPOSE = 5, 26, 39


def _decode_transpose(_code: int, _options: Table, _y: Tensor) -> Transpose:
    return Transpose()


def _encode_transpose(_op: Transpose) -> tuple[int, Mapping[str, Value]]:
    return TRANSPOSE, {}


def _check_transpose(_op: Transpose, layer: Layer) -> None:
    shape, order = layer.input(0).shape, constant(layer.input(1))
    layer.require(
        sorted(order) == list(range(len(shape))),
        f"its permutation {order[:8]} does not name each dimension of its input {shape} once",
        "convert the model again",
    )
    check_output(layer, tuple(shape[i] for i in order))
    same_quantization(layer)


def transpose(_op: Transpose, layer: Layer) -> Iterator[Move]:
    order = constant(layer.input(1))
    yield Move(take=lambda x: x.transpose(order))


def _transpose_keeps_batch(_op: Transpose, layer: Layer) -> bool:
    return constant(layer.input(1))[:1] == [0]


def _decode_depth_to_space(_code: int, options: Table, _y: Tensor) -> DepthToSpace:
    return DepthToSpace(options.integer("block_size"))


def _encode_depth_to_space(op: DepthToSpace) -> tuple[int, Mapping[str, Value]]:
    return DEPTH_TO_SPACE, {"block_size": op.block}


def _check_depth_to_space(op: DepthToSpace, layer: Layer) -> None:
    x = layer.input(0).shape
    layer.require(
        len(x) == 4 and op.block >= 1 and x[3] % op.block**2 == 0,
        f"its input {x} does not divide into blocks of {op.block} x {op.block}",
        "give it an image with a multiple of so many channels",
    )
    check_output(layer, (x[0], x[1] * op.block, x[2] * op.block, x[3] // op.block**2))
    same_quantization(layer)


def depth_to_space(op: DepthToSpace, layer: Layer) -> Iterator[Move]:
    _, h, w, _ = layer.input(0).shape

    def blocks(x: Array) -> Array:
        return x.reshape(len(x), h, w, op.block, op.block, -1)

    def pixels(y: Array) -> Array:
        return y.reshape(len(y), h, op.block, w, op.block, -1).transpose(0, 1, 3, 2, 4, 5)

    yield Move(take=blocks, put=pixels)


def _decode_space_to_depth(_code: int, options: Table, _y: Tensor) -> SpaceToDepth:
    return SpaceToDepth(options.integer("block_size"))


def _encode_space_to_depth(op: SpaceToDepth) -> tuple[int, Mapping[str, Value]]:
    return SPACE_TO_DEPTH, {"block_size": op.block}


def _check_space_to_depth(op: SpaceToDepth, layer: Layer) -> None:
    x = layer.input(0).shape
    layer.require(
        len(x) == 4 and op.block >= 1 and x[1] % op.block == x[2] % op.block == 0,
        f"its input {x} does not divide into blocks of {op.block} x {op.block}",
        "give it an image whose height and width are multiples of the block",
    )
    check_output(layer, (x[0], x[1] // op.block, x[2] // op.block, x[3] * op.block**2))
    same_quantization(layer)


def space_to_depth(op: SpaceToDepth, layer: Layer) -> Iterator[Move]:
    _, h, w, _ = layer.y.shape

    def pixels(x: Array) -> Array:
        return x.reshape(len(x), h, op.block, w, op.block, -1).transpose(0, 1, 3, 2, 4, 5)

    def blocks(y: Array) -> Array:
        return y.reshape(len(y), h, w, op.block, op.block, -1)

    yield Move(take=pixels, put=blocks)


TRANSPOSE_FAMILY = Family(
    operator=Transpose,
    codes={TRANSPOSE: "TRANSPOSE"},
    options_type=26,
    options={},
    version=2,
    operands=(Operand("input", "activation"), Operand("permutation", "indices")),
    decode=_decode_transpose,
    encode=_encode_transpose,
    check=_check_transpose,
    int8=moving(transpose),
    int16=moving(transpose),
    float32=moving(transpose),
    keeps_batch=_transpose_keeps_batch,
    limits="constant permutation",
)
DEPTH_TO_SPACE_FAMILY = Family(
    operator=DepthToSpace,
    codes={DEPTH_TO_SPACE: "DEPTH_TO_SPACE"},
    options_type=94,
    options={"block_size": Field(0, "i")},
    version=2,
    operands=(Operand("input", "activation"),),
    decode=_decode_depth_to_space,
    encode=_encode_depth_to_space,
    check=_check_depth_to_space,
    int8=moving(depth_to_space),
    float32=moving(depth_to_space),
)
SPACE_TO_DEPTH_FAMILY = Family(
    operator=SpaceToDepth,
    codes={SPACE_TO_DEPTH: "SPACE_TO_DEPTH"},
    options_type=19,
    options={"block_size": Field(0, "i")},
    version=2,
    operands=(Operand("input", "activation"),),
    decode=_decode_space_to_depth,
    encode=_encode_space_to_depth,
    check=_check_space_to_depth,
    int8=moving(space_to_depth),
    float32=moving(space_to_depth),
)
