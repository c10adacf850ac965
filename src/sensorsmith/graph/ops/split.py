"""SPLIT, SPLIT_V and UNPACK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Family, Layer, Operand, same_quantization
from sensorsmith.graph.ops.move import Move, along, check_axis, constant, moving
from sensorsmith.graph.types import Split, SplitV, Tensor, Unpack

SPLIT, UNPACK, SPLIT_V = 49, 88, 102


def _decode_split(_code: int, options: Table, _y: Tensor) -> Split:
    return Split(options.integer("num_splits"))


def _encode_split(op: Split) -> tuple[int, Mapping[str, Value]]:
    return SPLIT, {"num_splits": op.count}


def _check_split(op: Split, layer: Layer) -> None:
    x = layer.input(1)
    axis = _checked_axis(layer, 0, x)
    _check_parts(op.count, layer, x, axis, [x.shape[axis] // max(1, op.count)] * len(layer.outputs))


def split(_op: Split, layer: Layer) -> Iterator[Move]:
    yield _part(layer, layer.input(1), 0)


def _split_keeps_batch(_op: Split, layer: Layer) -> bool:
    return _axis(layer, 0, layer.input(1)) != 0


def _decode_split_v(_code: int, options: Table, _y: Tensor) -> SplitV:
    return SplitV(options.integer("num_splits"))


def _encode_split_v(op: SplitV) -> tuple[int, Mapping[str, Value]]:
    return SPLIT_V, {"num_splits": op.count}


def _check_split_v(op: SplitV, layer: Layer) -> None:
    x, sizes = layer.input(0), constant(layer.input(1))
    axis = _checked_axis(layer, 2, x)
    rest = x.shape[axis] - sum(size for size in sizes if size != -1)
    _check_parts(op.count, layer, x, axis, [rest if size == -1 else size for size in sizes])


def split_v(_op: SplitV, layer: Layer) -> Iterator[Move]:
    yield _part(layer, layer.input(0), 2)


def _split_v_keeps_batch(_op: SplitV, layer: Layer) -> bool:
    return _axis(layer, 2, layer.input(0)) != 0


def _decode_unpack(_code: int, options: Table, _y: Tensor) -> Unpack:
    return Unpack(options.integer("num"), options.integer("axis"))


def _encode_unpack(op: Unpack) -> tuple[int, Mapping[str, Value]]:
    return UNPACK, {"num": op.count, "axis": op.axis}


def _check_unpack(op: Unpack, layer: Layer) -> None:
    shape = layer.input(0).shape
    check_axis(layer, op.axis, len(shape))
    axis = op.axis % len(shape)
    expected = shape[:axis] + shape[axis + 1 :]
    layer.require(
        op.count == len(layer.outputs) == shape[axis] and all(y.shape == expected for y in layer.outputs),
        f"unpacks {shape} along dimension {axis} into {_shapes(layer)}",
        "convert the model again",
    )
    same_quantization(layer, 0)


def unpack(op: Unpack, layer: Layer) -> Iterator[Move]:
    yield Move(take=along(op.axis % len(layer.input(0).shape), layer.number))


def _unpack_keeps_batch(op: Unpack, layer: Layer) -> bool:
    return op.axis % len(layer.input(0).shape) != 0


def _axis(layer: Layer, operand: int, x: Tensor) -> int:
    return constant(layer.input(operand))[0] % len(x.shape)


def _checked_axis(layer: Layer, operand: int, x: Tensor) -> int:
    axes = constant(layer.input(operand))
    layer.require(len(axes) == 1, f"splits along {len(axes)} dimensions", "split along one after the other")
    check_axis(layer, axes[0], len(x.shape))
    return axes[0] % len(x.shape)


def _check_parts(count: int, layer: Layer, x: Tensor, axis: int, sizes: list[int]) -> None:
    expected = [(*x.shape[:axis], size, *x.shape[axis + 1 :]) for size in sizes]
    layer.require(
        count == len(layer.outputs)
        and sum(sizes) == x.shape[axis]
        and [output.shape for output in layer.outputs] == expected,
        f"splits {x.shape} along dimension {axis} into {_shapes(layer)}",
        "give it outputs that make up its input",
    )
    same_quantization(layer, layer.x.index(x))


def _shapes(layer: Layer) -> str:
    return ", ".join(str(output.shape) for output in layer.outputs[:8])


def _part(layer: Layer, x: Tensor, axis_operand: int) -> Move:
    axis = _axis(layer, axis_operand, x)
    sizes = [output.shape[axis] for output in layer.outputs]
    begin = sum(sizes[: layer.number])
    return Move(take=along(axis, slice(begin, begin + sizes[layer.number])))


SPLIT_FAMILY = Family(
    operator=Split,
    codes={SPLIT: "SPLIT"},
    options_type=35,
    options={"num_splits": Field(0, "i")},
    version=2,
    operands=(Operand("axis", "indices"), Operand("input", "activation")),
    decode=_decode_split,
    encode=_encode_split,
    check=_check_split,
    int8=moving(split, slice(1, 2)),
    int16=moving(split, slice(1, 2)),
    float32=moving(split, slice(1, 2)),
    keeps_batch=_split_keeps_batch,
    several=True,
    limits="constant axis",
)
SPLIT_V_FAMILY = Family(
    operator=SplitV,
    codes={SPLIT_V: "SPLIT_V"},
    options_type=79,
    options={"num_splits": Field(0, "i")},
    version=2,
    operands=(Operand("input", "activation"), Operand("sizes", "indices"), Operand("axis", "indices")),
    decode=_decode_split_v,
    encode=_encode_split_v,
    check=_check_split_v,
    int8=moving(split_v),
    int16=moving(split_v),
    float32=moving(split_v),
    keeps_batch=_split_v_keeps_batch,
    several=True,
    limits="constant sizes and axis",
)
UNPACK_FAMILY = Family(
    operator=Unpack,
    codes={UNPACK: "UNPACK"},
    options_type=64,
    options={"num": Field(0, "i"), "axis": Field(1, "i")},
    version=2,
    operands=(Operand("input", "activation"),),
    decode=_decode_unpack,
    encode=_encode_unpack,
    check=_check_unpack,
    int8=moving(unpack),
    int16=moving(unpack),
    float32=moving(unpack),
    keeps_batch=_unpack_keeps_batch,
    several=True,
)
