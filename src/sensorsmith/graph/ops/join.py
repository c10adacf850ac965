"""CONCATENATION and PACK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Family, Layer, Operand, choice, same_quantization
from sensorsmith.graph.ops.move import Move, along, check_axis, check_output, moving
from sensorsmith.graph.types import Concatenation, Pack, Tensor

CONCATENATION, PACK = 2, 83
OPERANDS = (Operand("input", "activation", many=True),)


def _decode_concatenation(_code: int, options: Table, _y: Tensor) -> Concatenation:
    choice(options, "fused_activation_function", {0: "none"})
    return Concatenation(options.integer("axis"))


def _encode_concatenation(op: Concatenation) -> tuple[int, Mapping[str, Value]]:
    return CONCATENATION, {"axis": op.axis}


def _check_concatenation(op: Concatenation, layer: Layer) -> None:
    shapes = [layer.input(i).shape for i in range(len(layer.x))]
    rank = len(shapes[0])
    check_axis(layer, op.axis, rank)
    axis = op.axis % rank
    others = {shape[:axis] + shape[axis + 1 :] for shape in shapes}
    layer.require(
        len({len(shape) for shape in shapes}) == len(others) == 1,
        f"joins shapes {', '.join(map(str, shapes[:8]))} along dimension {axis}",
        "give it inputs that differ along that dimension only",
    )
    total = sum(shape[axis] for shape in shapes)
    check_output(layer, (*shapes[0][:axis], total, *shapes[0][axis + 1 :]))
    same_quantization(layer, *range(len(shapes)))


def concatenation(op: Concatenation, layer: Layer) -> Iterator[Move]:
    axis, begin = op.axis % len(layer.y.shape), 0
    for source in range(len(layer.x)):
        end = begin + layer.input(source).shape[axis]
        yield Move(source, put=along(axis, slice(begin, end)))
        begin = end


def _decode_pack(_code: int, options: Table, _y: Tensor) -> Pack:
    return Pack(options.integer("values_count"), options.integer("axis"))


def _encode_pack(op: Pack) -> tuple[int, Mapping[str, Value]]:
    return PACK, {"values_count": op.count, "axis": op.axis}


def _check_pack(op: Pack, layer: Layer) -> None:
    shapes = [layer.input(i).shape for i in range(len(layer.x))]
    layer.require(
        len(set(shapes)) == 1 and op.count == len(shapes),
        f"packs {op.count} of {len(shapes)} inputs of shapes {', '.join(map(str, shapes[:8]))}",
        "give it inputs of one shape",
    )
    check_axis(layer, op.axis, len(shapes[0]) + 1)
    axis = op.axis % (len(shapes[0]) + 1)
    check_output(layer, (*shapes[0][:axis], op.count, *shapes[0][axis:]))
    same_quantization(layer, *range(len(shapes)))


def pack(op: Pack, layer: Layer) -> Iterator[Move]:
    axis = op.axis % len(layer.y.shape)
    return (Move(source, put=along(axis, source)) for source in range(op.count))


def _keeps_batch(op: Concatenation | Pack, layer: Layer) -> bool:
    return op.axis % len(layer.y.shape) != 0


CONCATENATION_FAMILY = Family(
    operator=Concatenation,
    codes={CONCATENATION: "CONCATENATION"},
    options_type=10,
    options={"axis": Field(0, "i"), "fused_activation_function": Field(1, "b")},
    version=2,
    operands=OPERANDS,
    decode=_decode_concatenation,
    encode=_encode_concatenation,
    check=_check_concatenation,
    int8=moving(concatenation, slice(None)),
    int16=moving(concatenation, slice(None)),
    float32=moving(concatenation, slice(None)),
    keeps_batch=_keeps_batch,
    limits="one scale for all; no fused activation",
)
PACK_FAMILY = Family(
    operator=Pack,
    codes={PACK: "PACK"},
    options_type=59,
    options={"values_count": Field(0, "i"), "axis": Field(1, "i")},
    version=2,
    operands=OPERANDS,
    decode=_decode_pack,
    encode=_encode_pack,
    check=_check_pack,
    int8=moving(pack, slice(None)),
    int16=moving(pack, slice(None)),
    float32=moving(pack, slice(None)),
    keeps_batch=_keeps_batch,
    limits="one scale for all",
)
