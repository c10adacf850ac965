"""The table of operators as Markdown, from the tables that read, compute and lower them."""

from __future__ import annotations

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
from sensorsmith.compiler.lower.move import Copy, Fill
from sensorsmith.compiler.steps import Call
from sensorsmith.compiler.variants import BY_NAME
from sensorsmith.graph.ops import FAMILIES
from sensorsmith.graph.ops.family import Family

# What each operator is lowered to; nothing, where only names change. A test compares it with what is lowered.
KERNELS: dict[str, tuple[type[Call], ...]] = {
    "ABS": (lookup.Lookup, requantize.Requantize),
    "ADD": (add.Add, binary.Sum),
    "ARG_MAX": (arg.ArgMaximum,),
    "ARG_MIN": (arg.ArgMaximum,),
    "ASSIGN_VARIABLE": (Copy,),
    "AVERAGE_POOL_2D": (pool.AveragePool, pool_s16.AveragePoolS16),
    "BATCH_MATMUL": (batch_matmul.BatchMatMul, batch_matmul.BatchMatMulS16),
    "CONCATENATION": (Copy,),
    "CONV_2D": (conv.Conv2D, conv_s16.Conv2DS16),
    "DEPTHWISE_CONV_2D": (conv.DepthwiseConv2D, conv_s16.DepthwiseConv2DS16),
    "DEPTH_TO_SPACE": (Copy,),
    "ELU": (lookup.Lookup,),
    "EXPAND_DIMS": (),
    "FULLY_CONNECTED": (dense.FullyConnected, conv.Conv2D, conv_s16.Conv2DS16),
    "GATHER": (gather.Gather,),
    "HARD_SWISH": (lookup.Lookup,),
    "LEAKY_RELU": (lookup.Lookup, elementwise_s16.LeakyReluS16),
    "LOGISTIC": (lookup.Lookup, elementwise_s16.LogisticS16),
    "MAXIMUM": (binary.Maximum,),
    "MAX_POOL_2D": (pool.MaxPool, pool_s16.MaxPoolS16),
    "MEAN": (reduce.Mean, reduce.ReduceSum),
    "MINIMUM": (binary.Maximum,),
    "MIRROR_PAD": (Copy,),
    "MUL": (binary.Mul,),
    "PACK": (Copy,),
    "PAD": (Fill, Copy),
    "PADV2": (Fill, Copy),
    "PRELU": (prelu.Prelu, lookup.Lookup),
    "QUANTIZE": (lookup.Lookup, requantize.Requantize),
    "READ_VARIABLE": (Copy,),
    "REDUCE_MAX": (reduce.ReduceMaximum,),
    "REDUCE_MIN": (reduce.ReduceMaximum,),
    "RELU": (lookup.Lookup, elementwise_s16.LeakyReluS16),
    "RELU6": (lookup.Lookup, elementwise_s16.LeakyReluS16),
    "RESHAPE": (),
    "RESIZE_BILINEAR": (resize.ResizeBilinear,),
    "RESIZE_NEAREST_NEIGHBOR": (resize.ResizeNearest,),
    "SLICE": (Copy,),
    "SOFTMAX": (softmax.Softmax, softmax_s16.SoftmaxS16),
    "SPACE_TO_DEPTH": (Copy,),
    "SPLIT": (Copy,),
    "SPLIT_V": (Copy,),
    "SQUEEZE": (),
    "STRIDED_SLICE": (Copy,),
    "SUB": (binary.Sum,),
    "SUM": (reduce.Mean, reduce.ReduceSum),
    "SVDF": (svdf.Svdf, svdf.SvdfS8),
    "TANH": (lookup.Lookup, elementwise_s16.TanhS16),
    "TRANSPOSE": (Copy,),
    "TRANSPOSE_CONV": (transpose_conv.TransposeConv, conv_s16.TransposeConvS16),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (lstm.Lstm,),
    "UNPACK": (Copy,),
}

# What the reader sets aside: it takes no layer.
_SET_ASIDE = {
    "CALL_ONCE": ("none: `NAME_reset()` does it", "before all else; a subgraph that assigns constants to variables"),
    "DEQUANTIZE": ("none: a function of `NAME.h`", "of a constant, or of the output to float32"),
    "VAR_HANDLE": ("none: a place in the arena", ""),
}

_HEAD = """# Reference: operators

Generated from the tables of the reader, the interpreter and the compiler by `sensorsmith.compiler.reference`. For each
operator of a model, the outputs of interpreter and C equal TFLite Micro's bit for bit; tests compare every one of them.
A model with any other operator is refused, with the layer's name and what comes nearest.

Tensors have at most 8 dimensions and 16,777,216 elements; those in which a model begins and ends have a batch of 1.
Float32 models are read, written and interpreted, as training needs them; C computes in integers.

Int16 activations go with int8 weights; QUANTIZE leads from one width to the other in the middle of a model. What has no
int16 below is refused there. Of these operators, TFLite Micro computes UNIDIRECTIONAL_SEQUENCE_LSTM in int16, and has
itself no int16 form of ARG_MAX, ARG_MIN, DEPTH_TO_SPACE, ELU, GATHER, HARD_SWISH, MIRROR_PAD, REDUCE_MAX, REDUCE_MIN,
RESIZE_BILINEAR and SPACE_TO_DEPTH: a test sees it refuse each of them.

The bias beside int16 activations is int64 or, of CONV_2D and FULLY_CONNECTED, int32, as newer converters write it. With
int32, sums have 32 bits and are rounded otherwise; where there is no bias, the option quantized_bias_type says which of
both holds. An int32 bias of DEPTHWISE_CONV_2D or TRANSPOSE_CONV is refused: TFLite Micro reads it as if it were int64.

Models that hear a stream, a window at a time, keep what they have heard in variables (VAR_HANDLE, READ_VARIABLE,
ASSIGN_VARIABLE, and CALL_ONCE for their first content) or in the layers that remember (SVDF,
UNIDIRECTIONAL_SEQUENCE_LSTM); `NAME_reset()` of the C brings back the first content of both. TFLite Micro's own reset
brings back zero points only, and does not run CALL_ONCE again: where a variable begins otherwise, the C is what a new
interpreter is.

| operator | types | kernels (variants) | limits |
|---|---|---|---|
"""


def operators_text() -> str:
    """The text of docs/reference/operators.md."""
    rows = {name: _row(name, family) for family in FAMILIES for name in family.codes.values()}
    rows |= {name: f"| {name} |  | {kernels} | {limits} |\n" for name, (kernels, limits) in _SET_ASIDE.items()}
    return _HEAD + "".join(rows[name] for name in sorted(rows))


def _row(name: str, family: Family[Any]) -> str:
    kernels = ", ".join(f"{call.kernel} ({', '.join(_variants(call))})" for call in KERNELS[name])
    types = ", ".join(["int8", *["int16"] * (family.int16 is not None), "float32"])
    return f"| {name} | {types} | {kernels or 'none: the same bytes'} | {family.limits} |\n"


def _variants(call: type[Call]) -> list[str]:
    return ["ref", *sorted(variant for variant, makers in BY_NAME.items() if call in makers)]
