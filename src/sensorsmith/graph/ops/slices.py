"""SLICE and STRIDED_SLICE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorsmith.graph.flatbuffer import Field, Table, Value
from sensorsmith.graph.ops.family import Family, Layer, Operand, choice, same_quantization
from sensorsmith.graph.ops.move import Move, at, check_output, constant, moving, part
from sensorsmith.graph.types import Slice, StridedSlice, Tensor

STRIDED_SLICE, SLICE = 45, 65
Index = tuple[slice | int, ...]


def _decode_slice(_code: int, _options: Table, _y: Tensor) -> Slice:
    return Slice()


def _encode_slice(_op: Slice) -> tuple[int, Mapping[str, Value]]:
    return SLICE, {}


def _check_slice(_op: Slice, layer: Layer) -> None:
    shape, begins, sizes = layer.input(0).shape, constant(layer.input(1)), constant(layer.input(2))
    ends = [n if size == -1 else begin + size for n, begin, size in zip(shape, begins, sizes, strict=False)]
    layer.require(
        len(begins) == len(sizes) == len(shape)
        and all(0 <= b < e <= n for b, e, n in zip(begins, ends, shape, strict=True)),
        f"takes {sizes[:8]} elements from {begins[:8]} on of its input {shape}",
        "slice within the input",
    )
    check_output(layer, tuple(end - begin for begin, end in zip(begins, ends, strict=True)))
    same_quantization(layer)


def _slice_index(layer: Layer) -> Index:
    begins, shape = constant(layer.input(1)), layer.input(0).shape
    return tuple(part(b, size, n) for b, size, n in zip(begins, layer.y.shape, shape, strict=True))


def slice_(_op: Slice, layer: Layer) -> Iterator[Move]:
    yield Move(take=at(*_slice_index(layer)))


def _slice_keeps_batch(_op: Slice, layer: Layer) -> bool:
    return _slice_index(layer)[:1] == (slice(None),)


def _decode_strided(_code: int, options: Table, _y: Tensor) -> StridedSlice:
    for name in ("ellipsis_mask", "new_axis_mask", "offset"):
        choice(options, name, {0: "0"})
    return StridedSlice(options.integer("begin_mask"), options.integer("end_mask"), options.integer("shrink_axis_mask"))


def _encode_strided(op: StridedSlice) -> tuple[int, Mapping[str, Value]]:
    return STRIDED_SLICE, {
        "begin_mask": op.begin_mask,
        "end_mask": op.end_mask,
        "shrink_axis_mask": op.shrink_axis_mask,
    }


def _check_strided(op: StridedSlice, layer: Layer) -> None:
    shape = layer.input(0).shape
    counts = [layer.input(i).size for i in (1, 2, 3)]
    layer.require(
        counts == [len(shape)] * 3,
        f"has {counts} numbers for begin, end and strides of its input {shape}",
        "give one of each per dimension",
    )
    strides = constant(layer.input(3))
    for axis, stride in enumerate(strides):
        shrinks = op.shrink_axis_mask >> axis & 1
        layer.require(
            stride > 0 or (stride < 0 and not shrinks),
            f"has stride {stride} in dimension {axis}",
            "use a positive stride, or a negative one to reverse a dimension",
        )
    ranges = _ranges(op, layer)
    layer.require(
        all(min(r, default=0) >= 0 and max(r, default=0) < n for r, n in zip(ranges, shape, strict=True)),
        f"takes an index that its input {shape} does not have",
        "slice within the input",
    )
    check_output(layer, tuple(len(r) for axis, r in enumerate(ranges) if not op.shrink_axis_mask >> axis & 1))
    same_quantization(layer)


def _ranges(op: StridedSlice, layer: Layer) -> list[range]:
    """The indices of each dimension. Source: tensorflow/lite/kernels/internal/strided_slice_logic.h."""
    begins, ends, strides = (constant(layer.input(i)) for i in (1, 2, 3))
    ranges = []
    for axis, (n, begin, end, stride) in enumerate(zip(layer.input(0).shape, begins, ends, strides, strict=True)):
        # Where the walk may begin and end: one step outside at most, on the side that it leads to.
        lowest, highest = (0, n) if stride > 0 else (-1, n - 1)
        first = min(max(begin + n if begin < 0 else begin, lowest), highest)
        stop = min(max(end + n if end < 0 else end, lowest), highest)
        if op.begin_mask >> axis & 1:
            first = 0 if stride > 0 else n - 1
        if op.end_mask >> axis & 1:
            stop = n if stride > 0 else -1
        if op.shrink_axis_mask >> axis & 1:
            stop = first + 1
        ranges.append(range(first, stop, stride))
    return ranges


def _strided_index(op: StridedSlice, layer: Layer) -> Index:
    index: list[slice | int] = []
    for axis, (r, n) in enumerate(zip(_ranges(op, layer), layer.input(0).shape, strict=True)):
        if op.shrink_axis_mask >> axis & 1:
            index.append(r[0])
        elif r == range(n):
            index.append(slice(None))
        else:
            index.append(slice(r.start, None if r.stop < 0 else r.stop, r.step))
    return tuple(index)


def strided_slice(op: StridedSlice, layer: Layer) -> Iterator[Move]:
    yield Move(take=at(*_strided_index(op, layer)))


def _strided_keeps_batch(op: StridedSlice, layer: Layer) -> bool:
    return _strided_index(op, layer)[:1] == (slice(None),)


SLICE_FAMILY = Family(
    operator=Slice,
    codes={SLICE: "SLICE"},
    options_type=48,
    options={},
    version=2,
    operands=(Operand("input", "activation"), Operand("begin", "indices"), Operand("size", "indices")),
    decode=_decode_slice,
    encode=_encode_slice,
    check=_check_slice,
    int8=moving(slice_),
    int16=moving(slice_),
    float32=moving(slice_),
    keeps_batch=_slice_keeps_batch,
    limits="constant begin and size",
)
STRIDED_SLICE_FAMILY = Family(
    operator=StridedSlice,
    codes={STRIDED_SLICE: "STRIDED_SLICE"},
    options_type=32,
    options={
        "begin_mask": Field(0, "i"),
        "end_mask": Field(1, "i"),
        "ellipsis_mask": Field(2, "i"),
        "new_axis_mask": Field(3, "i"),
        "shrink_axis_mask": Field(4, "i"),
        "offset": Field(5, "?"),
    },
    version=2,
    operands=(
        Operand("input", "activation"),
        Operand("begin", "indices"),
        Operand("end", "indices"),
        Operand("strides", "indices"),
    ),
    decode=_decode_strided,
    encode=_encode_strided,
    check=_check_strided,
    int8=moving(strided_slice),
    int16=moving(strided_slice),
    float32=moving(strided_slice),
    keeps_batch=_strided_keeps_batch,
    limits="constant begin, end and strides; no ellipsis, new axis or offset",
)
