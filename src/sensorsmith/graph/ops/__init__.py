"""The table of operators. Each file here holds one family whole: its .tflite form, its checks, its arithmetic.

To add an operator: its class in types.py, its file here, its line below.
"""

from __future__ import annotations

from typing import Any

from sensorsmith.graph.ops import (
    add,
    arg,
    batch_matmul,
    conv,
    dense,
    elu,
    extremum,
    gather,
    hard_swish,
    join,
    leaky_relu,
    lstm,
    mul,
    pad,
    pool,
    rectify,
    reduce,
    reshape,
    resize,
    sigmoid,
    slices,
    softmax,
    split,
    svdf,
    transpose,
    transpose_conv,
    variable,
)
from sensorsmith.graph.ops.family import Family
from sensorsmith.graph.types import Operator

FAMILIES: tuple[Family[Any], ...] = (
    add.ADD_FAMILY,
    add.SUB_FAMILY,
    arg.ARG_MAX_FAMILY,
    arg.ARG_MIN_FAMILY,
    batch_matmul.FAMILY,
    conv.CONV,
    conv.DEPTHWISE,
    dense.FAMILY,
    elu.FAMILY,
    extremum.FAMILY,
    gather.FAMILY,
    hard_swish.FAMILY,
    join.CONCATENATION_FAMILY,
    join.PACK_FAMILY,
    leaky_relu.LEAKY_RELU_FAMILY,
    leaky_relu.PRELU_FAMILY,
    lstm.FAMILY,
    mul.FAMILY,
    pad.MIRROR_PAD_FAMILY,
    pad.PADV2_FAMILY,
    pad.PAD_FAMILY,
    pool.FAMILY,
    rectify.ABS_FAMILY,
    rectify.QUANTIZE_FAMILY,
    rectify.RELU6_FAMILY,
    rectify.RELU_FAMILY,
    reduce.EXTREMUM_FAMILY,
    reduce.MEAN_FAMILY,
    reduce.SUM_FAMILY,
    reshape.EXPAND_DIMS_FAMILY,
    reshape.RESHAPE_FAMILY,
    reshape.SQUEEZE_FAMILY,
    resize.BILINEAR,
    resize.NEAREST,
    sigmoid.LOGISTIC_FAMILY,
    sigmoid.TANH_FAMILY,
    slices.SLICE_FAMILY,
    slices.STRIDED_SLICE_FAMILY,
    softmax.FAMILY,
    split.SPLIT_FAMILY,
    split.SPLIT_V_FAMILY,
    split.UNPACK_FAMILY,
    svdf.FAMILY,
    transpose.DEPTH_TO_SPACE_FAMILY,
    transpose.SPACE_TO_DEPTH_FAMILY,
    transpose.TRANSPOSE_FAMILY,
    transpose_conv.FAMILY,
    variable.ASSIGN_FAMILY,
    variable.READ_FAMILY,
)

BY_CODE = {code: family for family in FAMILIES for code in family.codes}
_BY_OPERATOR: dict[type[Any], Family[Any]] = {family.operator: family for family in FAMILIES}

SUPPORTED = ", ".join(sorted(name for family in FAMILIES for name in family.codes.values()))


def family_of(op: Operator) -> Family[Any]:
    """The entry of the table that holds an operator."""
    return _BY_OPERATOR[type(op)]


def name_of(op: Operator) -> str:
    """The schema's name of an operator, e.g. CONV_2D."""
    family = family_of(op)
    code, _ = family.encode(op)
    return family.codes[code]
