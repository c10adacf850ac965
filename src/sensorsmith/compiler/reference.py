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
    pool,
    pool_s16,
    prelu,
    reduce,
    resize,
    softmax,
    softmax_s16,
    transpose_conv,
)
from sensorsmith.compiler.lower.move import Copy, Fill
from sensorsmith.compiler.steps import Call
from sensorsmith.compiler.variants import BY_NAME
from sensorsmith.graph.ops import FAMILIES
from sensorsmith.graph.ops.family import Family

# What each operator is lowered to; nothing, where only names change. A test compares it with what is lowered.
KERNELS: dict[str, tuple[type[Call], ...]] = {
    "ABS": (lookup.Lookup,),
    "ADD": (add.Add, binary.Sum),
    "ARG_MAX": (arg.ArgMaximum,),
    "ARG_MIN": (arg.ArgMaximum,),
    "AVERAGE_POOL_2D": (pool.AveragePool,),
    "BATCH_MATMUL": (batch_matmul.BatchMatMul,),
    "CONCATENATION": (Copy,),
    "CONV_2D": (conv.Conv2D,),
    "DEPTHWISE_CONV_2D": (conv.DepthwiseConv2D,),
    "DEPTH_TO_SPACE": (Copy,),
    "ELU": (lookup.Lookup,),
    "EXPAND_DIMS": (),
    "FULLY_CONNECTED": (dense.FullyConnected, conv.Conv2D),
    "GATHER": (gather.Gather,),
    "HARD_SWISH": (lookup.Lookup,),
    "LEAKY_RELU": (lookup.Lookup,),
    "LOGISTIC": (lookup.Lookup,),
    "MAXIMUM": (binary.Maximum,),
    "MAX_POOL_2D": (pool.MaxPool,),
    "MEAN": (reduce.Mean, reduce.ReduceSum),
    "MINIMUM": (binary.Maximum,),
    "MIRROR_PAD": (Copy,),
    "MUL": (binary.Mul,),
    "PACK": (Copy,),
    "PAD": (Fill, Copy),
    "PADV2": (Fill, Copy),
    "PRELU": (prelu.Prelu, lookup.Lookup),
    "QUANTIZE": (lookup.Lookup,),
    "REDUCE_MAX": (reduce.ReduceMaximum,),
    "REDUCE_MIN": (reduce.ReduceMaximum,),
    "RELU": (lookup.Lookup,),
    "RELU6": (lookup.Lookup,),
    "RESHAPE": (),
    "RESIZE_BILINEAR": (resize.ResizeBilinear,),
    "RESIZE_NEAREST_NEIGHBOR": (resize.ResizeNearest,),
    "SLICE": (Copy,),
    "SOFTMAX": (softmax.Softmax,),
    "SPACE_TO_DEPTH": (Copy,),
    "SPLIT": (Copy,),
    "SPLIT_V": (Copy,),
    "SQUEEZE": (),
    "STRIDED_SLICE": (Copy,),
    "SUB": (binary.Sum,),
    "SUM": (reduce.Mean, reduce.ReduceSum),
    "TANH": (lookup.Lookup,),
    "TRANSPOSE": (Copy,),
    "TRANSPOSE_CONV": (transpose_conv.TransposeConv,),
    "UNPACK": (Copy,),
}
# The same for activations in int16.
KERNELS_16: dict[str, tuple[type[Call], ...]] = {
    "ADD": (elementwise_s16.SumS16,),
    "AVERAGE_POOL_2D": (pool_s16.AveragePoolS16,),
    "CONCATENATION": (Copy,),
    "CONV_2D": (conv_s16.Conv2DS16,),
    "DEPTHWISE_CONV_2D": (conv_s16.DepthwiseConv2DS16,),
    "EXPAND_DIMS": (),
    "FULLY_CONNECTED": (conv_s16.Conv2DS16,),
    "LEAKY_RELU": (elementwise_s16.LeakyReluS16,),
    "LOGISTIC": (elementwise_s16.LogisticS16,),
    "MAX_POOL_2D": (pool_s16.MaxPoolS16,),
    "MUL": (elementwise_s16.MulS16,),
    "PACK": (Copy,),
    "PAD": (Fill, Copy),
    "RELU": (elementwise_s16.LeakyReluS16,),
    "RELU6": (elementwise_s16.LeakyReluS16,),
    "RESHAPE": (),
    "SLICE": (Copy,),
    "SOFTMAX": (softmax_s16.SoftmaxS16,),
    "SPLIT": (Copy,),
    "SPLIT_V": (Copy,),
    "SQUEEZE": (),
    "STRIDED_SLICE": (Copy,),
    "SUB": (elementwise_s16.SumS16,),
    "TANH": (elementwise_s16.TanhS16,),
    "TRANSPOSE": (Copy,),
    "TRANSPOSE_CONV": (conv_s16.TransposeConvS16,),
    "UNPACK": (Copy,),
}

_HEAD = """# Reference: operators

Generated from the tables of the reader, the interpreter and the compiler by `sensorsmith.compiler.reference`. For each
operator of a model, the outputs of interpreter and C equal TFLite Micro's bit for bit; tests compare every one of them.
A model with any other operator is refused, with the layer's name and what comes nearest.

Tensors have at most 8 dimensions and 16,777,216 elements; those in which a model begins and ends have a batch of 1.
Float32 models are read, written and interpreted, as training needs them; C computes in integers.

| operator | types | kernels (variants) | limits |
|---|---|---|---|
"""


def operators_text() -> str:
    """The text of docs/reference/operators.md."""
    rows = {name: _row(name, family) for family in FAMILIES for name in family.codes.values()}
    return _HEAD + "".join(rows[name] for name in sorted(rows))


def _row(name: str, family: Family[Any]) -> str:
    calls = dict.fromkeys((*KERNELS[name], *KERNELS_16.get(name, ())))
    kernels = ", ".join(f"{call.kernel} ({', '.join(_variants(call))})" for call in calls)
    types = "int8, float32" if family.int16 is None else "int8, int16, float32"
    return f"| {name} | {types} | {kernels or 'none: the same bytes'} | {family.limits} |\n"


def _variants(call: type[Call]) -> list[str]:
    return ["ref", *sorted(variant for variant, makers in BY_NAME.items() if call in makers)]
