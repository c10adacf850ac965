"""Hypothesis strategies for layers that move elements, combine two tensors, or reduce axes.

Each draws a layer on tensor x, whatever its shape, and returns the index of the tensor that it makes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tests.graph.models import ACTIVATIONS, Draw, Model, draw_output, scale_and_zero_point, scales, zero_points

from sensorsmith.graph import (
    Abs,
    Add,
    ArgMax,
    ArgMin,
    Concatenation,
    DepthToSpace,
    DType,
    ExpandDims,
    Extremum,
    Gather,
    Mean,
    MirrorPad,
    Mul,
    Node,
    Operator,
    Pack,
    Pad,
    PadV2,
    Quantize,
    ReduceExtremum,
    Relu,
    Relu6,
    Reshape,
    Slice,
    SpaceToDepth,
    Split,
    SplitV,
    Squeeze,
    StridedSlice,
    Sub,
    Sum,
    Transpose,
    Unpack,
)

Shape = tuple[int, ...]

_OTHER_WIDTH: dict[DType, DType] = {"int8": "int16", "int16": "int8"}


def alike(model: Model, x: int, shape: Shape) -> int:
    """A tensor of the same quantization as x."""
    return model.activation(shape, *scale_and_zero_point(model, x))


def reshaped(model: Model, x: int, shape: Shape) -> int:
    return x if model.shape(x) == shape else model.node(Reshape(shape), (x,), alike(model, x, shape))


def batched(model: Model, x: int) -> int:
    """x in a shape that begins with a batch of 1."""
    shape = model.shape(x)
    return x if shape[:1] == (1,) else reshaped(model, x, (1, *shape))


def draw_shaped(draw: Draw, model: Model, x: int, least: int = 1, most: int = 4) -> int:
    """x in a drawn shape of so many dimensions, often without a batch."""
    batch = (1,) if draw(st.booleans()) and most > 1 else ()
    rank, rest, shape = draw(st.integers(max(1, least - len(batch)), most - len(batch))), model.tensors[x].size, []
    for _ in range(rank - 1):
        shape.append(draw(st.sampled_from([n for n in range(1, rest + 1) if rest % n == 0 and n < 12])))
        rest //= shape[-1]
    shape.insert(draw(st.integers(0, rank - 1)), rest)
    return reshaped(model, x, (*batch, *shape))


def as_image(draw: Draw, model: Model, x: int) -> int:
    """x as an image of a batch of 1."""
    if len(model.shape(x)) == 4 and model.shape(x)[0] == 1:
        return x
    size = model.tensors[x].size
    depth = draw(st.sampled_from([n for n in range(1, min(size, 5) + 1) if size % n == 0]))
    rows = draw(st.sampled_from([n for n in range(1, min(size // depth, 6) + 1) if size // depth % n == 0]))
    return reshaped(model, x, (1, rows, size // depth // rows, depth))


def joined(model: Model, parts: list[int]) -> int:
    """All the elements of several tensors of one quantization, as one row."""
    if len(parts) > 10:  # as many as TFLite Micro joins at once
        return joined(model, [joined(model, parts[:10]), *parts[10:]])
    rows = [reshaped(model, part, (1, model.tensors[part].size)) for part in parts]
    size = sum(model.tensors[row].size for row in rows)
    return model.node(Concatenation(1), tuple(rows), alike(model, parts[0], (1, size)))


def _axis(draw: Draw, rank: int) -> tuple[int, int]:
    """A dimension, and its number as it may stand in a model."""
    axis = draw(st.integers(0, rank - 1))
    return axis, axis - rank if draw(st.booleans()) else axis


def _replaced(shape: Shape, axis: int, *sizes: int) -> Shape:
    return (*shape[:axis], *sizes, *shape[axis + 1 :])


def draw_reshape(draw: Draw, model: Model, x: int) -> int:
    start = draw_shaped(draw, model, x)
    shape = draw(st.permutations(model.shape(start)))
    inputs = (start, model.indices(tuple(shape))) if draw(st.booleans()) else (start,)
    return model.node(Reshape(tuple(shape)), inputs, alike(model, x, tuple(shape)))


def draw_squeeze(draw: Draw, model: Model, x: int) -> int:
    x = reshaped(model, x, (*model.shape(x)[:2], 1, *model.shape(x)[2:]))
    shape = model.shape(x)
    ones = [i for i, n in enumerate(shape) if n == 1]
    axes = draw(st.lists(st.sampled_from(ones), unique=True))
    gone = axes or ones
    op = Squeeze(tuple(a - len(shape) if draw(st.booleans()) else a for a in axes))
    return model.node(op, (x,), alike(model, x, tuple(n for i, n in enumerate(shape) if i not in gone)))


def draw_expand_dims(draw: Draw, model: Model, x: int) -> int:
    shape = model.shape(x)
    axis, given = _axis(draw, len(shape) + 1)
    return model.node(ExpandDims(), (x, model.scalar(given)), alike(model, x, (*shape[:axis], 1, *shape[axis:])))


def draw_concatenation(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    axis, given = _axis(draw, len(model.shape(x)))
    inputs = [x]
    for _ in range(draw(st.integers(0, 2))):
        shape = _replaced(model.shape(x), axis, draw(st.integers(1, 3)))
        inputs.append(draw(st.sampled_from([x, model.constant(shape, *scale_and_zero_point(model, x))])))
    order = draw(st.permutations(inputs))
    size = sum(model.shape(i)[axis] for i in order)
    return model.node(Concatenation(given), tuple(order), alike(model, x, _replaced(model.shape(x), axis, size)))


def draw_pack(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    shape = model.shape(x)
    axis, given = _axis(draw, len(shape) + 1)
    other = model.constant(shape, *scale_and_zero_point(model, x))
    inputs = (x, *draw(st.lists(st.sampled_from([x, other]), max_size=2)))
    y = alike(model, x, (*shape[:axis], len(inputs), *shape[axis:]))
    return model.node(Pack(len(inputs), given), inputs, y)


def draw_unpack(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x, least=2)
    shape = model.shape(x)
    axis, given = _axis(draw, len(shape))
    outputs = tuple(alike(model, x, _replaced(shape, axis)) for _ in range(shape[axis]))
    return _several(model, Unpack(shape[axis], given), (x,), outputs)


def draw_split(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    shape = model.shape(x)
    axis, given = _axis(draw, len(shape))
    count = draw(st.sampled_from([n for n in range(1, shape[axis] + 1) if shape[axis] % n == 0]))
    outputs = tuple(alike(model, x, _replaced(shape, axis, shape[axis] // count)) for _ in range(count))
    return _several(model, Split(count), (model.scalar(given), x), outputs)


def draw_split_v(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    shape = model.shape(x)
    axis, given = _axis(draw, len(shape))
    sizes, rest = [], shape[axis]
    while rest:
        sizes.append(draw(st.integers(1, rest)))
        rest -= sizes[-1]
    outputs = tuple(alike(model, x, _replaced(shape, axis, size)) for size in sizes)
    named = [*sizes]
    if draw(st.booleans()):
        named[draw(st.integers(0, len(sizes) - 1))] = -1
    inputs = (x, model.indices(tuple(named)), model.scalar(given))
    return _several(model, SplitV(len(sizes)), inputs, outputs)


def _several(model: Model, op: Operator, inputs: Shape, outputs: Shape) -> int:
    model.nodes.append(Node(op, inputs, outputs))
    return joined(model, list(outputs))


def draw_slice(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    shape = model.shape(x)
    begin = tuple(draw(st.integers(0, n - 1)) for n in shape)
    size = tuple(draw(st.integers(1, n - b)) for n, b in zip(shape, begin, strict=True))
    given = tuple(-1 if b + s == n and draw(st.booleans()) else s for n, b, s in zip(shape, begin, size, strict=True))
    return model.node(Slice(), (x, model.indices(begin), model.indices(given)), alike(model, x, size))


def draw_strided_slice(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    begins, ends, strides, shape = [], [], [], []
    masks = {"begin_mask": 0, "end_mask": 0, "shrink_axis_mask": 0}
    for axis, n in enumerate(model.shape(x)):
        stride = draw(st.sampled_from([1, 1, 2, 3, -1, -2]))
        first = draw(st.integers(0, n - 1))
        count = 1 + draw(st.integers(0, (n - 1 - first if stride > 0 else first) // abs(stride)))
        end = first + stride * (count - 1) + (1 if stride > 0 else -1)
        chosen = draw(st.sampled_from(["plain", "plain", "begin_mask", "end_mask", "shrink_axis_mask"]))
        if chosen == "shrink_axis_mask":
            stride = 1
        else:
            if chosen == "begin_mask":
                first = 0 if stride > 0 else n - 1
                end = n if stride > 0 else -n - 1
                count = len(range(n)[::stride])
            elif chosen == "end_mask":
                count = len(range(first, n if stride > 0 else -1, stride))
                end = draw(st.integers(-9, 9))
            elif end < 0:
                end = -n - 1
            shape.append(count)
        if chosen != "plain":
            masks[chosen] |= 1 << axis
        begins.append(draw(st.integers(-9, 9)) if chosen == "begin_mask" else draw(st.sampled_from([first, first - n])))
        ends.append(end)
        strides.append(stride)
    inputs = (x, *(model.indices(tuple(numbers)) for numbers in (begins, ends, strides)))
    return model.node(StridedSlice(**masks), inputs, alike(model, x, tuple(shape)))


def _paddings(draw: Draw, limits: Shape) -> list[tuple[int, int]]:
    return [draw(st.tuples(st.integers(0, min(2, n)), st.integers(0, min(2, n)))) for n in limits]


def _pad(model: Model, op: Operator, x: int, paddings: list[tuple[int, int]], *more: int) -> int:
    shape = tuple(n + before + behind for n, (before, behind) in zip(model.shape(x), paddings, strict=True))
    numbers = model.tensor((len(paddings), 2), "int32", None, np.array(paddings, np.int32))
    return model.node(op, (x, numbers, *more), alike(model, x, shape))


def draw_pad(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    return _pad(model, Pad(), x, _paddings(draw, (2,) * len(model.shape(x))))


def draw_padv2(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    value = model.constant((1,), *scale_and_zero_point(model, x))
    return _pad(model, PadV2(), x, _paddings(draw, (2,) * len(model.shape(x))), value)


def draw_mirror_pad(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    mode: Any = draw(st.sampled_from(["reflect", "symmetric"]))
    limits = tuple(n - (mode == "reflect") for n in model.shape(x))
    return _pad(model, MirrorPad(mode), x, _paddings(draw, limits))


def draw_transpose(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x, most=5)
    order = tuple(draw(st.permutations(range(len(model.shape(x))))))
    y = alike(model, x, tuple(model.shape(x)[i] for i in order))
    return model.node(Transpose(), (x, model.indices(order)), y)


def draw_depth_to_space(draw: Draw, model: Model, x: int) -> int:
    block = draw(st.integers(1, 2))
    _, h, w, c = model.shape(as_image(draw, model, x))
    if c % block**2:
        x = _pad(model, Pad(), reshaped(model, x, (1, h, w, c)), [(0, 0)] * 3 + [(0, -c % block**2)])
    else:
        x = reshaped(model, x, (1, h, w, c))
    y = alike(model, x, (1, h * block, w * block, model.shape(x)[3] // block**2))
    return model.node(DepthToSpace(block), (x,), y)


def draw_space_to_depth(draw: Draw, model: Model, x: int) -> int:
    block = draw(st.integers(1, 3))
    x = as_image(draw, model, x)
    _, h, w, c = model.shape(x)
    x = _pad(model, Pad(), x, [(0, 0), (0, -h % block), (-w % block, 0), (0, 0)])
    _, h, w, c = model.shape(x)
    return model.node(SpaceToDepth(block), (x,), alike(model, x, (1, h // block, w // block, c * block**2)))


def draw_gather(draw: Draw, model: Model, x: int) -> int:
    x = draw_shaped(draw, model, x)
    shape = model.shape(x)
    axis, given = _axis(draw, len(shape))
    count = draw(st.integers(1, 4))
    positions = [draw(st.integers(0, shape[axis] - 1)) for _ in range(count)]
    table = model.indices(tuple(positions))
    return model.node(Gather(given), (x, table), alike(model, x, _replaced(shape, axis, count)))


def _other(
    draw: Draw, model: Model, x: int, quantization: tuple[float, int], computed: list[int]
) -> tuple[tuple[int, int], Shape]:
    """x and another tensor that broadcasts with it, a constant or one of `computed`, and the shape of both together."""
    shape = model.shape(x)
    fitting = [i for i in computed if _fits(model.shape(i), shape)]
    other = draw(st.sampled_from(fitting)) if fitting and draw(st.booleans()) else x
    if draw(st.booleans()):
        full = tuple(n if draw(st.booleans()) else draw(st.integers(1, 3)) if n == 1 else 1 for n in shape)
        other = model.constant(full[draw(st.integers(0, len(full))) :], *quantization)
    result = tuple(np.broadcast_shapes(shape, model.shape(other)))
    return draw(st.sampled_from([(x, other), (other, x)])), result


def _fits(a: Shape, b: Shape) -> bool:
    try:
        return math.prod(np.broadcast_shapes(a, b)) < 1000
    except ValueError:
        return False


def _computed(model: Model) -> list[int]:
    return [i for i, t in enumerate(model.tensors) if t.data is None and t.dtype == model.dtype]


def _draw_binary(draw: Draw, model: Model, x: int, op: Operator, near: Callable[[float, float], float]) -> int:
    x = draw_shaped(draw, model, x)
    inputs, shape = _other(draw, model, x, (draw(scales), draw(zero_points)), _computed(model))
    return model.node(op, inputs, draw_output(draw, model, shape, near(*(model.scale(i) for i in inputs))))


def draw_add(draw: Draw, model: Model, x: int) -> int:
    return _draw_binary(draw, model, x, Add(draw(st.sampled_from(ACTIVATIONS))), max)


def draw_sub(draw: Draw, model: Model, x: int) -> int:
    return _draw_binary(draw, model, x, Sub(draw(st.sampled_from(ACTIVATIONS))), max)


def draw_mul(draw: Draw, model: Model, x: int) -> int:
    return _draw_binary(draw, model, x, Mul(draw(st.sampled_from(ACTIVATIONS))), lambda a, b: a * b * 50 * model.reach)


def _draw_extremum(draw: Draw, model: Model, x: int, kind: Any) -> int:
    x = draw_shaped(draw, model, x)
    same = [i for i in _computed(model) if model.tensors[i].quantization == model.tensors[x].quantization]
    inputs, shape = _other(draw, model, x, scale_and_zero_point(model, x), same)
    return model.node(Extremum(kind), inputs, alike(model, x, shape))


def draw_maximum(draw: Draw, model: Model, x: int) -> int:
    return _draw_extremum(draw, model, x, "maximum")


def draw_minimum(draw: Draw, model: Model, x: int) -> int:
    return _draw_extremum(draw, model, x, "minimum")


def draw_relu(draw: Draw, model: Model, x: int) -> int:
    shape = model.shape(x)
    y = alike(model, x, shape) if draw(st.booleans()) else draw_output(draw, model, shape, model.scale(x))
    return model.node(Relu(), (x,), y)


def draw_relu6(_draw: Draw, model: Model, x: int) -> int:
    return model.node(Relu6(), (x,), alike(model, x, model.shape(x)))


def draw_abs(draw: Draw, model: Model, x: int) -> int:
    scale = model.scale(x) * draw(st.sampled_from([1.0, 0.3, 2.0]))
    return model.node(Abs(), (x,), model.activation(model.shape(x), scale, draw(zero_points)))


def draw_quantize(draw: Draw, model: Model, x: int) -> int:
    """To another scale, often by way of the other width."""
    shape, scale = model.shape(x), model.scale(x)
    other = _OTHER_WIDTH.get(model.dtype)
    if other is not None and draw(st.booleans()):
        x = model.node(Quantize(), (x,), draw_output(draw, model, shape, scale, other))
    return model.node(Quantize(), (x,), draw_output(draw, model, shape, scale))


def _axes(draw: Draw, model: Model, x: int, keep: bool) -> tuple[int, Shape, int]:
    """Axes as a constant, the shape that is left, and how many elements are taken together."""
    shape = model.shape(x)
    axes = draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, max_size=4, unique=True))
    result = tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)
    signed = tuple(a - len(shape) if draw(st.booleans()) else a for a in axes)
    return model.indices(signed), result, math.prod(shape[a] for a in axes)


def draw_mean(draw: Draw, model: Model, x: int) -> int:
    x, keep = draw_shaped(draw, model, x), draw(st.booleans())
    axes, shape, _ = _axes(draw, model, x, keep)
    return model.node(Mean(keep), (x, axes), draw_output(draw, model, shape, model.scale(x)))


def draw_sum(draw: Draw, model: Model, x: int) -> int:
    x, keep = draw_shaped(draw, model, x), draw(st.booleans())
    axes, shape, count = _axes(draw, model, x, keep)
    return model.node(Sum(keep), (x, axes), draw_output(draw, model, shape, model.scale(x) * count**0.5))


def _draw_reduce(draw: Draw, model: Model, x: int, kind: Any) -> int:
    x, keep = draw_shaped(draw, model, x), draw(st.booleans())
    axes, shape, _ = _axes(draw, model, x, keep)
    return model.node(ReduceExtremum(kind, keep), (x, axes), alike(model, x, shape))


def draw_reduce_max(draw: Draw, model: Model, x: int) -> int:
    return _draw_reduce(draw, model, x, "maximum")


def draw_reduce_min(draw: Draw, model: Model, x: int) -> int:
    return _draw_reduce(draw, model, x, "minimum")


def _draw_arg(draw: Draw, model: Model, x: int, op: Operator) -> int:
    """Positions along one axis other than the batch, as the last layer."""
    x = batched(model, draw_shaped(draw, model, x, least=2))
    axis = draw(st.integers(1, len(model.shape(x)) - 1))
    given = draw(st.sampled_from([axis, axis - len(model.shape(x))]))
    y = model.tensor(_replaced(model.shape(x), axis), "int32")
    return model.node(op, (x, model.scalar(given)), y)


def draw_arg_max(draw: Draw, model: Model, x: int) -> int:
    return _draw_arg(draw, model, x, ArgMax())


def draw_arg_min(draw: Draw, model: Model, x: int) -> int:
    return _draw_arg(draw, model, x, ArgMin())
