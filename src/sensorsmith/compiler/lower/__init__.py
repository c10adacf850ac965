"""From an operator to calls of kernels. Each file here holds one family: its calls, and how a layer becomes them.

To add an operator that `graph` has: its file here, its line below, its kernel in runtime/kernels/<kernel>/ref.h.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sensorsmith.compiler.lower import (
    add,
    arg,
    batch_matmul,
    binary,
    conv,
    conv_s16,
    dense,
    elementwise_s16,
    gather,
    lookup,
    lstm,
    pool,
    pool_s16,
    prelu,
    reduce,
    requantize,
    resize,
    softmax,
    softmax_s16,
    svdf,
    transpose_conv,
)
from sensorsmith.compiler.lower.move import moving
from sensorsmith.compiler.steps import Call, Source, Target
from sensorsmith.graph import types
from sensorsmith.graph.ops import join, pad, reshape, slices, split, transpose, variable
from sensorsmith.graph.ops.family import Layer

Lowering = Callable[[Any, Layer, tuple[Source, ...], Target], Iterable[Call]]

INT8_LOWERINGS: dict[type[Any], Lowering] = {
    types.Abs: requantize.lower,
    types.Add: add.lower,
    types.ArgMax: arg.lower,
    types.ArgMin: arg.lower,
    types.AssignVariable: moving(variable.copied),
    types.BatchMatMul: batch_matmul.lower,
    types.Concatenation: moving(join.concatenation, slice(None)),
    types.Conv2D: conv.lower,
    types.DepthToSpace: moving(transpose.depth_to_space),
    types.DepthwiseConv2D: conv.lower,
    types.Elu: lookup.lower,
    types.ExpandDims: moving(reshape.reshape),
    types.Extremum: binary.lower_extremum,
    types.FullyConnected: dense.lower,
    types.Gather: gather.lower,
    types.HardSwish: lookup.lower,
    types.LeakyRelu: lookup.lower,
    types.Logistic: lookup.lower,
    types.Mean: reduce.lower_sum,
    types.Lstm: lstm.lower,
    types.MirrorPad: moving(pad.mirror_pad),
    types.Mul: binary.lower_mul,
    types.Pack: moving(join.pack, slice(None)),
    types.Pad: moving(pad.pad, fill=pad.zero),
    types.PadV2: moving(pad.pad, fill=pad.value),
    types.Pool2D: pool.lower,
    types.Prelu: prelu.lower,
    types.Quantize: requantize.lower,
    types.ReadVariable: moving(variable.copied),
    types.ReduceExtremum: reduce.lower_extremum,
    types.Relu: lookup.lower,
    types.Relu6: lookup.lower,
    types.Reshape: moving(reshape.reshape),
    types.ResizeBilinear: resize.lower,
    types.ResizeNearest: resize.lower,
    types.Slice: moving(slices.slice_),
    types.Softmax: softmax.lower,
    types.SpaceToDepth: moving(transpose.space_to_depth),
    types.Split: moving(split.split, slice(1, 2)),
    types.SplitV: moving(split.split_v),
    types.Squeeze: moving(reshape.reshape),
    types.StridedSlice: moving(slices.strided_slice),
    types.Sub: binary.lower_sum,
    types.Sum: reduce.lower_sum,
    types.Svdf: svdf.lower,
    types.Tanh: lookup.lower,
    types.Transpose: moving(transpose.transpose),
    types.TransposeConv: transpose_conv.lower,
    types.Unpack: moving(split.unpack),
}

INT16_LOWERINGS: dict[type[Any], Lowering] = {
    types.Abs: requantize.lower,
    types.Add: binary.lower_sum,
    types.AssignVariable: moving(variable.copied),
    types.BatchMatMul: batch_matmul.lower,
    types.Concatenation: moving(join.concatenation, slice(None)),
    types.Conv2D: conv_s16.lower,
    types.DepthwiseConv2D: conv_s16.lower,
    types.ExpandDims: moving(reshape.reshape),
    types.Extremum: binary.lower_extremum,
    types.FullyConnected: conv_s16.lower_dense,
    types.LeakyRelu: elementwise_s16.lower_leaky,
    types.Logistic: elementwise_s16.lower_sigmoid,
    types.Mean: reduce.lower_sum,
    types.Mul: binary.lower_mul,
    types.Pack: moving(join.pack, slice(None)),
    types.Pad: moving(pad.pad, fill=pad.zero),
    types.PadV2: moving(pad.pad, fill=pad.value),
    types.Pool2D: pool_s16.lower,
    types.Prelu: prelu.lower,
    types.Quantize: requantize.lower,
    types.ReadVariable: moving(variable.copied),
    types.Relu: elementwise_s16.lower_relu,
    types.Relu6: elementwise_s16.lower_relu6,
    types.Reshape: moving(reshape.reshape),
    types.ResizeNearest: resize.lower,
    types.Slice: moving(slices.slice_),
    types.Softmax: softmax_s16.lower,
    types.Split: moving(split.split, slice(1, 2)),
    types.SplitV: moving(split.split_v),
    types.Squeeze: moving(reshape.reshape),
    types.StridedSlice: moving(slices.strided_slice),
    types.Sub: binary.lower_sum,
    types.Sum: reduce.lower_sum,
    types.Tanh: elementwise_s16.lower_sigmoid,
    types.Transpose: moving(transpose.transpose),
    types.TransposeConv: conv_s16.lower_transpose,
    types.Unpack: moving(split.unpack),
}

LOWERINGS: Mapping[types.DType, Mapping[type[Any], Lowering]] = {"int8": INT8_LOWERINGS, "int16": INT16_LOWERINGS}
