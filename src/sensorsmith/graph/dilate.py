"""Dilated convolutions that an exporter has taken apart.

On an open batch TensorFlow spreads every d-th step (or row and column) over the batch, convolves, and puts the results
together again: SPACE_TO_BATCH_ND, EXPAND_DIMS where there is one dimension, CONV_2D or DEPTHWISE_CONV_2D, RESHAPE or
SQUEEZE, BATCH_TO_SPACE_ND. The sums are those of one convolution with dilation d, term by term. Source:
tensorflow/lite/kernels/internal/reference/space_to_batch_nd.h and batch_to_space_nd.h.

TFLite Micro takes the batch for the 1 that stands in its place in the file, and leaves most of the result unset; nor
does it set the value that SPACE_TO_BATCH_ND pads with (micro/kernels/space_to_batch_nd.cc). What is meant, and what
TFLite computes, is a batch of d and the zero point.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from sensorsmith.graph.check import check_shape
from sensorsmith.graph.flatbuffer import Record, Source, Value, build
from sensorsmith.graph.integers import integers_of
from sensorsmith.graph.ops import BY_CODE
from sensorsmith.graph.raw import RawModel, RawOperator, RawTensor, to_tensor
from sensorsmith.graph.schema import OPERATOR
from sensorsmith.graph.types import Conv2D, DepthwiseConv2D, Padding
from sensorsmith.graph.window import Pair

_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
_TO_IMAGE, _FROM_IMAGE = ("EXPAND_DIMS", "RESHAPE"), ("SQUEEZE", "RESHAPE")


@dataclass(frozen=True)
class _Chain:
    """The operators of one convolution; `expand` and `squeeze` where there is one dimension."""

    split: RawOperator
    expand: RawOperator | None
    conv: RawOperator
    squeeze: RawOperator | None
    join: RawOperator

    def operators(self) -> list[RawOperator]:
        return [op for op in (self.split, self.expand, self.conv, self.squeeze, self.join) if op is not None]


def dilate(model: RawModel) -> RawModel:
    """The same model with each such chain as one convolution. Those that are anything else stay, and are refused."""
    uses = Counter(i for op in model.operators for i in op.inputs) + Counter(model.outputs)
    takers = {op.inputs[0]: op for op in model.operators if op.inputs and len(op.outputs) == 1}
    alone = {i: op for i, op in takers.items() if uses[i] == 1}
    for split in model.operators:
        if split.name == "SPACE_TO_BATCH_ND":
            chain = _follow(model, split, alone)
            model = model if chain is None else _fuse(model, chain)
    return model


def _follow(model: RawModel, split: RawOperator, alone: dict[int, RawOperator]) -> _Chain | None:
    """The chain that begins with `split`.

    Args:
        alone: by tensor, its taker where there is but one.
    """
    path = [split]
    while len(path) < 5 and path[-1].name != "BATCH_TO_SPACE_ND":
        taker = alone.get(path[-1].outputs[0])
        if taker is None or taker in path:
            return None
        path.append(taker)
    names = [op.name for op in path]
    ends = len(split.inputs) == len(path[-1].inputs) == 3 and all(_sound(op, model) for op in path)
    if not ends or names[-1] != "BATCH_TO_SPACE_ND":
        return None
    if len(path) == 3 and names[1] in _CONVOLUTIONS:
        return _Chain(split, None, path[1], None, path[2])
    if len(path) == 5 and names[1] in _TO_IMAGE and names[2] in _CONVOLUTIONS and names[3] in _FROM_IMAGE:
        return _Chain(*path)
    return None


def _sound(op: RawOperator, model: RawModel) -> bool:
    return len(op.inputs) >= 1 and all(-1 <= i < len(model.tensors) for i in (*op.inputs, *op.outputs))


def _fuse(model: RawModel, chain: _Chain) -> RawModel:
    tensors = model.tensors
    x, y = tensors[chain.split.inputs[0]], tensors[chain.join.outputs[0]]
    filter_ = tensors[chain.conv.inputs[1]] if len(chain.conv.inputs) > 1 else None
    flat = chain.expand is None
    rank = 4 if flat else 3
    op = _decoded(chain.conv, y)
    if filter_ is None or op is None or not len(x.shape) == len(y.shape) == rank or len(filter_.shape) != 4:
        return model
    kernel = (filter_.shape[1], filter_.shape[2])
    # One dimension lies along whichever the filter is long in.
    along = (0, 1) if flat else (1,) if kernel[0] == 1 else (0,)
    found = _windows(model, chain, [kernel[i] for i in along])
    between = [tensors[o.outputs[0]].quantization for o in chain.operators()[:-1]]
    scales = [x.quantization] * (1 if flat else 2) + [y.quantization] * (1 if flat else 2)
    if found is None or between != scales:
        return model
    steps, padding = found
    dilation = [1, 1]
    for i, step in zip(along, steps, strict=True):
        dilation[i] = step
    conv = _encoded(chain.conv, replace(op, dilation=(dilation[0], dilation[1]), padding=padding))
    if flat:
        inputs = (chain.split.inputs[0], *chain.conv.inputs[1:])
        return _with(model, chain, [replace(conv, inputs=inputs, outputs=chain.join.outputs)], {})
    images = {
        chain.conv.inputs[0]: _as_image(x, along[0]),
        chain.conv.outputs[0]: _as_image(y, along[0]),
    }
    assert chain.expand is not None
    first = _made(chain.expand, "RESHAPE", {}, chain.split.inputs[:1], chain.conv.inputs[:1])
    last = _made(chain.join, "RESHAPE", {}, chain.conv.outputs, chain.join.outputs)
    return _with(model, chain, [first, conv, last], images)


def _windows(model: RawModel, chain: _Chain, kernel: list[int]) -> tuple[tuple[int, ...], Padding] | None:
    """Dilation along each dimension, and how the dilated windows are padded; None where the chain is something else."""
    operands = [*chain.split.inputs[1:], *chain.join.inputs[1:]]
    block, pads, block_again, crops = (integers_of(model.tensors[i]) for i in operands)
    if block is None or pads is None or block_again is None or crops is None:
        return None
    count = len(kernel)
    if (block.shape, pads.shape, crops.shape) != ((count,), (count, 2), (count, 2)) or min(block) < 1:
        return None
    if block.tolist() != block_again.tolist() or any(crops[:, 0]):
        return None
    around = [(int(before), int(after - crop)) for (before, after), crop in zip(pads, crops[:, 1], strict=True)]
    reach = [(k - 1) * int(d) for k, d in zip(kernel, block, strict=True)]
    steps = tuple(int(d) for d in block)
    if all(pair == (0, 0) for pair in around):
        return steps, "valid"
    if all(pair == (r // 2, r - r // 2) for pair, r in zip(around, reach, strict=True)):
        return steps, "same"
    return None


def _decoded(conv: RawOperator, y: RawTensor) -> Conv2D | DepthwiseConv2D | None:
    """The convolution between, if it is one that a dilation can be given to."""
    check_shape(y.shape, y.place)
    family = BY_CODE[conv.number]
    op = family.decode(conv.number, conv.options(family.options), to_tensor(y))
    assert isinstance(op, Conv2D | DepthwiseConv2D), conv.name
    once: Pair = (1, 1)
    return op if (op.stride, op.dilation, op.padding) == (once, once, "valid") else None


def _encoded(conv: RawOperator, op: Conv2D | DepthwiseConv2D) -> RawOperator:
    family = BY_CODE[conv.number]
    _, options = family.encode(op)
    values: dict[str, Value] = {
        "builtin_options_type": family.options_type,
        "builtin_options": Record(family.options, options),
    }
    return _made(conv, conv.name, values, conv.inputs, conv.outputs)


def _made(
    place: RawOperator, name: str, values: dict[str, Value], inputs: tuple[int, ...], outputs: tuple[int, ...]
) -> RawOperator:
    """An operator in the place of another."""
    number = next(code for code, family in BY_CODE.items() if family.codes[code] == name)
    table = Source(build(Record(OPERATOR, values), b"MADE")).root(OPERATOR, b"MADE", place.place)
    return replace(place, number=number, name=name, inputs=inputs, outputs=outputs, table=table)


def _as_image(tensor: RawTensor, along: int) -> RawTensor:
    batch, steps, channels = tensor.shape
    shape = (batch, 1, steps, channels) if along else (batch, steps, 1, channels)
    return replace(tensor, name=f"{tensor.name}_image", shape=shape, signature=shape)


def _with(model: RawModel, chain: _Chain, made: list[RawOperator], images: dict[int, RawTensor]) -> RawModel:
    """The model with other operators in the place of the chain's last, and other tensors."""
    gone = set(map(id, chain.operators()))
    operators: list[RawOperator] = []
    for op in model.operators:
        if op is chain.join:
            operators += made
        elif id(op) not in gone:
            operators.append(op)
    tensors = tuple(images.get(index, tensor) for index, tensor in enumerate(model.tensors))
    return replace(model, operators=tuple(operators), tensors=tensors)
