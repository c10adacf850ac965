"""Layers that are refused, by the operator's name in the schema, with the exact message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from tests.graph.models import Model

from sensorsmith.graph import (
    Abs,
    Add,
    ArgMax,
    ArgMin,
    AssignVariable,
    BatchMatMul,
    Concatenation,
    Conv2D,
    DepthToSpace,
    DepthwiseConv2D,
    Elu,
    ExpandDims,
    Extremum,
    FullyConnected,
    Gather,
    Graph,
    HardSwish,
    LeakyRelu,
    Logistic,
    Lstm,
    Mean,
    MirrorPad,
    Mul,
    Node,
    Operator,
    Pack,
    Pad,
    PadV2,
    Pool2D,
    Prelu,
    Quantization,
    Quantize,
    ReadVariable,
    ReduceExtremum,
    Relu,
    Relu6,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    Slice,
    Softmax,
    SpaceToDepth,
    Split,
    SplitV,
    Squeeze,
    StridedSlice,
    Sub,
    Sum,
    Svdf,
    Tanh,
    Transpose,
    TransposeConv,
    Unpack,
)

Shape = tuple[int, ...]
Maker = Callable[[Model], int]
X: Shape = (1, 4, 3, 2)


def indices(*values: int) -> Maker:
    return lambda model: model.indices(values)


def pairs(*values: tuple[int, int]) -> Maker:
    return lambda model: model.tensor((len(values), 2), "int32", None, np.array(values, np.int32))


def constant(shape: Shape, scale: float = 0.05) -> Maker:
    return lambda model: model.constant(shape, scale)


def layer(
    op: Operator,
    *operands: Maker | int,
    y: Shape | list[Shape] = X,
    x: Shape = X,
    scale: float = 0.05,
    dtype: Any = "int8",
) -> Graph:
    """A layer of x (an operand of 0) and others, each made by a function."""
    model = Model()
    start = model.activation(x)
    inputs = tuple(start if isinstance(operand, int) else operand(model) for operand in operands or (0,))
    shapes = [y] if isinstance(y, tuple) else y
    outputs = tuple(
        model.activation(shape, scale) if dtype == "int8" else model.tensor(shape, dtype) for shape in shapes
    )
    model.nodes.append(Node(op, inputs, outputs))
    return model.graph(start, outputs[0])


def svdf(
    rank: int = 1,
    state: Quantization = Quantization((0.1,), (0,)),  # noqa: B008 - immutable
    time: Any = "int16",
    bias: float = 0.001,
    y_scale: float = 0.05,
    variable: bool = True,
) -> Graph:
    """Six units over five steps."""
    model = Model()
    x = model.activation((1, 4))
    memory = model.variable((1, 30), "int16", 0.1)
    content = None if variable else np.zeros((1, 30), np.int16)
    model.tensors[memory] = replace(model.tensors[memory], quantization=state, variable=variable, data=content)
    operands = (
        x,
        model.weights((6, 4)),
        model.tensor((6, 5), time, Quantization((0.01,), (0,)), np.ones((6, 5), time)),
        model.tensor((6,), "int32", Quantization((bias,), (0,)), np.zeros(6, np.int32)),
        memory,
    )
    return model.graph(x, model.node(Svdf(rank), operands, model.activation((1, 6), y_scale)))


def lstm(
    units: int = 2, peephole: bool = False, cell: float = 2.0**-12, hidden: float = 1 / 128, clip: float = 0.0
) -> Graph:
    """Two units over five steps of four values."""
    model = Model()
    x = model.activation((1, 5, 4))
    weights = [model.weights((2, 4)) for _ in range(4)]
    recurrent = [model.weights((2, 2)) for _ in range(4)]
    biases = [model.bias(x, each, 2) for each in weights]
    states = [model.variable((1, 2), "int8", hidden), model.variable((1, 2), "int16", cell)]
    holes = (weights[0] if peephole else -1, -1, -1)
    operands = (x, *weights, *recurrent, *holes, *biases, -1, -1, *states, -1, -1, -1, -1)
    return model.graph(x, model.node(Lstm(clip), operands, model.activation((1, 5, units), 1 / 128)))


def remembered(*, shape: Shape = X, scale: float = 0.05, variable: bool = True, read: bool = True) -> Graph:
    """A variable that is read, or assigned x, and is of another shape or scale than it."""
    model = Model()
    x = model.activation(X)
    memory = model.variable(shape, "int8", scale) if variable else model.activation(shape, scale)
    y = model.activation(X)
    if read:
        model.nodes.append(Node(ReadVariable(), (memory if variable else x,), (y,)))
    else:
        model.nodes += [Node(AssignVariable(), (x,), (memory,)), Node(Relu(), (x,), (y,))]
    return model.graph(x, y)


AGAIN = "convert the model again"
FINE = "the output's scale is too fine for the scales of its inputs; quantize the model again with representative data"
ALIKE = "its input and output differ in scale or zero point; quantize both alike"

CASES: list[tuple[str, Graph, str]] = [
    ("ABS", layer(Abs(), y=(1, 24)), f"its input {X} and output (1, 24) differ; {AGAIN}"),
    ("ABS", layer(Abs(), scale=1e-20), FINE),
    (
        "ADD",
        layer(Add(), 0, constant((5,))),
        f"its inputs {X} and (5,) do not broadcast to {X}; give it shapes that are equal, or 1 where they differ",
    ),
    (
        "ADD",
        layer(Add(), 0, 0, y=(1, 4)),
        f"its inputs {X} and {X} do not broadcast to (1, 4); give it shapes that are equal, or 1 where they differ",
    ),
    ("ADD", layer(Add(), 0, 0, scale=2.0**-25), FINE),
    ("ARG_MAX", layer(ArgMax(), 0, indices(4), dtype="int32"), f"its axis 4 is none of 4 dimensions; {AGAIN}"),
    (
        "ARG_MAX",
        layer(ArgMax(), 0, indices(1, 2), dtype="int32"),
        "searches 2 dimensions; search one dimension",
    ),
    (
        "ARG_MAX",
        layer(ArgMax(), 0, indices(1), y=(1, 3, 2)),
        "its output is int8 where it computes in int8; convert the model so that it is int32",
    ),
    (
        "ARG_MIN",
        layer(ArgMin(), 0, indices(1), dtype="int32"),
        f"its output has shape {X}, its inputs give (1, 3, 2); {AGAIN}",
    ),
    (
        "ASSIGN_VARIABLE",
        remembered(shape=(1, 24), read=False),
        f"its input {X} and output (1, 24) differ; {AGAIN}",
    ),
    ("ASSIGN_VARIABLE", remembered(scale=0.06, read=False), ALIKE),
    ("ASSIGN_VARIABLE", remembered(variable=False, read=False), f"its output is not a variable; {AGAIN}"),
    (
        "AVERAGE_POOL_2D",
        layer(Pool2D("average", (2, 2), (1, 1)), x=(1, 24), y=(1, 1)),
        "its input has shape (1, 24); give it an image of shape (1, H, W, C)",
    ),
    (
        "CONCATENATION",
        layer(Concatenation(1), 0, constant((1, 4, 2, 2))),
        f"joins shapes {X}, (1, 4, 2, 2) along dimension 1; give it inputs that differ along that dimension only",
    ),
    ("CONCATENATION", layer(Concatenation(4), 0, 0), f"its axis 4 is none of 4 dimensions; {AGAIN}"),
    (
        "CONCATENATION",
        layer(Concatenation(1), 0, 0),
        f"its output has shape {X}, its inputs give (1, 8, 3, 2); {AGAIN}",
    ),
    ("CONCATENATION", layer(Concatenation(-1), 0, constant(X, 0.06), y=(1, 4, 3, 4)), ALIKE),
    (
        "CONV_2D",
        layer(Conv2D(), 0, lambda model: model.weights((3, 3, 3, 1)), y=(1, 4, 3, 3)),
        f"its filter (3, 3, 3, 1) does not fit its input {X}; "
        "use an ungrouped convolution over images of shape (1, H, W, C)",
    ),
    (
        "BATCH_MATMUL",
        layer(BatchMatMul(), 0, constant((5, 2))),
        f"multiplies matrices {X} and (5, 2) to {X}; {AGAIN}",
    ),
    (
        "DEPTHWISE_CONV_2D",
        layer(DepthwiseConv2D(multiplier=2), 0, lambda model: model.weights((1, 3, 3, 2))),
        f"its filter (1, 3, 3, 2) with multiplier 2 does not fit its input {X}; {AGAIN}",
    ),
    (
        "DEPTH_TO_SPACE",
        layer(DepthToSpace(2)),
        f"its input {X} does not divide into blocks of 2 x 2; give it an image with a multiple of so many channels",
    ),
    (
        "DEPTH_TO_SPACE",
        layer(DepthToSpace(0)),
        f"its input {X} does not divide into blocks of 0 x 0; give it an image with a multiple of so many channels",
    ),
    ("ELU", layer(Elu(), y=(1, 24)), f"its input {X} and output (1, 24) differ; {AGAIN}"),
    (
        "EXPAND_DIMS",
        layer(ExpandDims(), 0, indices(1)),
        f"its output has shape {X}, its inputs give (1, 1, 4, 3, 2); {AGAIN}",
    ),
    ("EXPAND_DIMS", layer(ExpandDims(), 0, indices(-6)), f"its axis -6 is none of 5 dimensions; {AGAIN}"),
    ("EXPAND_DIMS", layer(ExpandDims(), 0, indices(1, 2)), "has 2 axes; expand one after the other"),
    (
        "FULLY_CONNECTED",
        layer(FullyConnected(), 0, lambda model: model.weights((3, 24)), y=(1, 1, 3)),
        f"its output has shape (1, 1, 3), its weights give (1, 3); {AGAIN}",
    ),
    (
        "GATHER",
        layer(Gather(1), 0, indices(0, 4)),
        f"takes positions 0 to 4 of dimension 1 of its input {X}; gather within the input",
    ),
    (
        "GATHER",
        layer(Gather(1), 0, indices(-1)),
        f"takes positions -1 to -1 of dimension 1 of its input {X}; gather within the input",
    ),
    ("GATHER", layer(Gather(1), 0, indices(0)), f"its output has shape {X}, its inputs give (1, 1, 3, 2); {AGAIN}"),
    ("HARD_SWISH", layer(HardSwish(), y=(1, 24)), f"its input {X} and output (1, 24) differ; {AGAIN}"),
    ("LEAKY_RELU", layer(LeakyRelu(), y=(1, 24)), f"its input {X} and output (1, 24) differ; {AGAIN}"),
    ("LOGISTIC", layer(Logistic(), y=(1, 24)), f"its input {X} and output (1, 24) differ; {AGAIN}"),
    ("MAXIMUM", layer(Extremum("maximum"), 0, constant(X, 0.06)), ALIKE),
    (
        "MAX_POOL_2D",
        layer(Pool2D("max", (2, 2), (1, 1)), y=(1, 3, 2, 2), scale=0.06),
        ALIKE,
    ),
    ("MEAN", layer(Mean(), 0, indices(4)), f"its axis 4 is none of 4 dimensions; {AGAIN}"),
    (
        "MEAN",
        layer(Mean(), 0, indices(1), y=(1, 2)),
        f"its output has shape (1, 2), its inputs give (1, 3, 2); {AGAIN}",
    ),
    ("MEAN", layer(Mean(), 0, indices(1, 2), y=(1, 2), scale=1e-20), FINE),
    (
        "MINIMUM",
        layer(Extremum("minimum"), 0, constant((7,))),
        f"its inputs {X} and (7,) do not broadcast to {X}; give it shapes that are equal, or 1 where they differ",
    ),
    (
        "MIRROR_PAD",
        layer(MirrorPad(), 0, pairs((0, 0), (4, 0), (0, 0), (0, 0)), y=(1, 8, 3, 2)),
        f"its paddings [(0, 0), (4, 0), (0, 0), (0, 0)] reach beyond what its input {X} has to mirror; "
        "use smaller paddings",
    ),
    ("MUL", layer(Mul(), 0, 0, scale=1e-20), FINE),
    (
        "MUL",
        layer(Mul(), 0, constant((5, 1, 1, 1))),
        f"its inputs {X} and (5, 1, 1, 1) do not broadcast to {X}; "
        "give it shapes that are equal, or 1 where they differ",
    ),
    (
        "PACK",
        layer(Pack(2), 0, constant((1, 24)), y=(2, *X)),
        f"packs 2 of 2 inputs of shapes {X}, (1, 24); give it inputs of one shape",
    ),
    ("PACK", layer(Pack(3), 0, 0, y=(2, *X)), f"packs 3 of 2 inputs of shapes {X}, {X}; give it inputs of one shape"),
    ("PACK", layer(Pack(1, 5), 0, y=(1, *X)), f"its axis 5 is none of 5 dimensions; {AGAIN}"),
    ("PACK", layer(Pack(1), 0, y=X), f"its output has shape {X}, its inputs give (1, 1, 4, 3, 2); {AGAIN}"),
    (
        "PAD",
        layer(Pad(), 0, pairs((0, 0), (1, 0))),
        f"its paddings (2, 2) do not fit its input {X}; give two numbers for each dimension, none negative",
    ),
    (
        "PAD",
        layer(Pad(), 0, pairs((0, 0), (-1, 0), (0, 0), (0, 0)), y=(1, 3, 3, 2)),
        f"its paddings (4, 2) do not fit its input {X}; give two numbers for each dimension, none negative",
    ),
    (
        "PAD",
        layer(Pad(), 0, pairs((0, 0), (1, 1), (0, 0), (0, 0))),
        f"its output has shape {X}, its inputs give (1, 6, 3, 2); {AGAIN}",
    ),
    (
        "PADV2",
        layer(PadV2(), 0, pairs(*[(0, 0)] * 4), constant((2,))),
        "its value has shape (2,); give one value",
    ),
    ("PADV2", layer(PadV2(), 0, pairs(*[(0, 0)] * 4), constant((), 0.1)), ALIKE),
    (
        "PRELU",
        layer(Prelu(), 0, constant((3,))),
        f"its alpha (3,) does not fit its input {X}; share alpha along whole dimensions of the input",
    ),
    ("QUANTIZE", layer(Quantize(), y=(1, 24)), f"its input {X} and output (1, 24) differ; {AGAIN}"),
    ("QUANTIZE", layer(Quantize(), scale=1e-9), FINE),
    ("READ_VARIABLE", remembered(shape=(1, 24)), f"its input (1, 24) and output {X} differ; {AGAIN}"),
    ("READ_VARIABLE", remembered(scale=0.06), ALIKE),
    ("READ_VARIABLE", remembered(variable=False), f"its source is not a variable; {AGAIN}"),
    ("REDUCE_MAX", layer(ReduceExtremum("maximum"), 0, indices(1), y=(1, 3, 2), scale=0.06), ALIKE),
    ("REDUCE_MIN", layer(ReduceExtremum("minimum"), 0, indices(-5)), f"its axis -5 is none of 4 dimensions; {AGAIN}"),
    ("RELU", layer(Relu(), scale=1e-20), FINE),
    ("RELU6", layer(Relu6(), scale=0.06), ALIKE),
    (
        "RESHAPE",
        layer(Reshape((1, 12)), y=(1, 12)),
        f"reshapes {X} by (1, 12) to (1, 12); give input and output the same number of elements",
    ),
    ("RESIZE_BILINEAR", layer(ResizeBilinear(), 0, indices(4, 3), scale=0.06), ALIKE),
    (
        "RESIZE_NEAREST_NEIGHBOR",
        layer(ResizeNearest(), 0, indices(8, 3)),
        f"resizes {X} by [8, 3] to {X}; {AGAIN}",
    ),
    (
        "SLICE",
        layer(Slice(), 0, indices(0, 1, 0, 0), indices(1, 4, 3, 2)),
        f"takes [1, 4, 3, 2] elements from [0, 1, 0, 0] on of its input {X}; slice within the input",
    ),
    (
        "SLICE",
        layer(Slice(), 0, indices(0, 0), indices(1, 1)),
        f"takes [1, 1] elements from [0, 0] on of its input {X}; slice within the input",
    ),
    (
        "SOFTMAX",
        layer(Softmax(0.0)),
        "its beta 0.0 is not a positive float32 number; use beta 1",
    ),
    (
        "SPACE_TO_DEPTH",
        layer(SpaceToDepth(2)),
        f"its input {X} does not divide into blocks of 2 x 2; "
        "give it an image whose height and width are multiples of the block",
    ),
    (
        "SPLIT",
        layer(Split(3), indices(1), 0, y=[(1, 1, 3, 2)] * 3),
        f"splits {X} along dimension 1 into (1, 1, 3, 2), (1, 1, 3, 2), (1, 1, 3, 2); "
        "give it outputs that make up its input",
    ),
    ("SPLIT", layer(Split(2), indices(1, 2), 0), "splits along 2 dimensions; split along one after the other"),
    ("SPLIT", layer(Split(2), indices(9), 0), f"its axis 9 is none of 4 dimensions; {AGAIN}"),
    (
        "SPLIT_V",
        layer(SplitV(2), 0, indices(1, 2), indices(1), y=[(1, 1, 3, 2), (1, 2, 3, 2)]),
        f"splits {X} along dimension 1 into (1, 1, 3, 2), (1, 2, 3, 2); give it outputs that make up its input",
    ),
    (
        "SQUEEZE",
        layer(Squeeze((1,))),
        f"takes away dimensions [1] of its input {X}, not all of size 1; reshape instead",
    ),
    ("SQUEEZE", layer(Squeeze(())), f"its output has shape {X}, its inputs give (4, 3, 2); {AGAIN}"),
    (
        "STRIDED_SLICE",
        layer(StridedSlice(), 0, indices(0), indices(1), indices(1)),
        f"has [1, 1, 1] numbers for begin, end and strides of its input {X}; give one of each per dimension",
    ),
    (
        "STRIDED_SLICE",
        layer(StridedSlice(), 0, indices(0, 0, 0, 0), indices(*X), indices(1, 0, 1, 1)),
        "has stride 0 in dimension 1; use a positive stride, or a negative one to reverse a dimension",
    ),
    (
        "STRIDED_SLICE",
        layer(StridedSlice(shrink_axis_mask=2), 0, indices(0, 0, 0, 0), indices(*X), indices(1, -1, 1, 1)),
        "has stride -1 in dimension 1; use a positive stride, or a negative one to reverse a dimension",
    ),
    (
        "STRIDED_SLICE",
        layer(StridedSlice(shrink_axis_mask=2), 0, indices(0, 4, 0, 0), indices(*X), indices(1, 1, 1, 1)),
        f"takes an index that its input {X} does not have; slice within the input",
    ),
    (
        "STRIDED_SLICE",
        layer(StridedSlice(), 0, indices(0, 1, 0, 0), indices(*X), indices(1, 1, 1, 1)),
        f"its output has shape {X}, its inputs give (1, 3, 3, 2); {AGAIN}",
    ),
    ("SUB", layer(Sub(), 0, 0, scale=2.0**-25), FINE),
    ("SUM", layer(Sum(), 0, indices(1), y=(1, 3, 2), scale=1e-20), FINE),
    (
        "SVDF",
        svdf(rank=2),
        "its weights (6, 4) and (6, 5), bias (6,) and state (1, 30) of rank 2 do not fit its input (1, 4) and output "
        f"(1, 6); {AGAIN}",
    ),
    (
        "SVDF",
        svdf(state=Quantization((0.1,), (1,))),
        "its weights or its state have several scales, or a zero point other than 0; "
        "quantize them symmetrically, each as a whole",
    ),
    (
        "SVDF",
        svdf(time="int8"),
        "its state is int16, its time weights int8; quantize both to int16, or both to int8",
    ),
    (
        "SVDF",
        svdf(bias=0.5),
        "its bias is not quantized with the state's scale times the time weights' scale; quantize the model again",
    ),
    ("SVDF", svdf(y_scale=1e-9), FINE),
    ("SVDF", svdf(variable=False), f"its state is not a variable; {AGAIN}"),
    ("TANH", layer(Tanh(), y=(1, 24)), f"its input {X} and output (1, 24) differ; {AGAIN}"),
    (
        "TRANSPOSE",
        layer(Transpose(), 0, indices(0, 1, 1, 3)),
        f"its permutation [0, 1, 1, 3] does not name each dimension of its input {X} once; {AGAIN}",
    ),
    (
        "TRANSPOSE",
        layer(Transpose(), 0, indices(0, 2, 1, 3)),
        f"its output has shape {X}, its inputs give (1, 3, 4, 2); {AGAIN}",
    ),
    (
        "TRANSPOSE_CONV",
        layer(TransposeConv((0, 1)), indices(*X), lambda model: model.weights((2, 3, 3, 2)), 0),
        f"a stride is below 1; {AGAIN}",
    ),
    (
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        lstm(units=3),
        f"its weights, biases or states do not fit its input (1, 5, 4) and output (1, 5, 3); {AGAIN}",
    ),
    (
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        lstm(peephole=True),
        "has peepholes, a projection or layer normalization; use a plain LSTM layer",
    ),
    (
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        lstm(cell=0.001),
        "its cell state has scale 0.001 and zero point 0; quantize it with a power of two from 2^-15 to 2^-9",
    ),
    (
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        lstm(hidden=0.01),
        f"its hidden state and its output are quantized differently; {AGAIN}",
    ),
    ("UNIDIRECTIONAL_SEQUENCE_LSTM", lstm(clip=-1.0), "its cell clip is -1.0; use one of 0 or more"),
    (
        "UNPACK",
        layer(Unpack(2, 3), y=[(1, 4, 3)] * 3),
        f"unpacks {X} along dimension 3 into (1, 4, 3), (1, 4, 3), (1, 4, 3); {AGAIN}",
    ),
    ("UNPACK", layer(Unpack(2, 4), y=[(1, 4, 3)] * 2), f"its axis 4 is none of 4 dimensions; {AGAIN}"),
]
