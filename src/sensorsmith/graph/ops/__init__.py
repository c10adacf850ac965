"""The table of operators. Each file here holds one family whole: its .tflite form, its checks, its arithmetic.

To add an operator: its class in types.py, its file here, its line below.
"""

from __future__ import annotations

from typing import Any

from sensorsmith.graph.ops import (
    add,
    batch_matmul,
    conv,
    dense,
    elu,
    hard_swish,
    leaky_relu,
    mean,
    pool,
    reshape,
    resize,
    sigmoid,
    softmax,
    transpose_conv,
)
from sensorsmith.graph.ops.family import Family
from sensorsmith.graph.types import Operator

FAMILIES: tuple[Family[Any], ...] = (
    add.FAMILY,
    batch_matmul.FAMILY,
    conv.CONV,
    conv.DEPTHWISE,
    dense.FAMILY,
    elu.FAMILY,
    hard_swish.FAMILY,
    leaky_relu.LEAKY_RELU_FAMILY,
    leaky_relu.PRELU_FAMILY,
    mean.FAMILY,
    pool.FAMILY,
    reshape.FAMILY,
    resize.BILINEAR,
    resize.NEAREST,
    sigmoid.LOGISTIC_FAMILY,
    sigmoid.TANH_FAMILY,
    softmax.FAMILY,
    transpose_conv.FAMILY,
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
