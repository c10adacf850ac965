"""Operators on the integers of a shape, evaluated: what exporters put in a model to compute where a RESHAPE goes.

Values are arrays of Python's own integers, which do not overflow. Every function takes the operator and its operands,
and raises a ValueError, IndexError or TypeError where they do not fit each other. Sources: tensorflow/lite/kernels,
one file per operator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.check import check_shape
from sensorsmith.graph.flatbuffer import Field, Layout, Table
from sensorsmith.graph.raw import RawOperator, RawTensor, require_content
from sensorsmith.graph.schema import INT32, INT64

Value = npt.NDArray[Any]
Evaluate = Callable[[RawOperator, list[Value]], Any]  # an array, or the element of one

_ACTIVATION: Layout = {"fused_activation_function": Field(0, "b")}
_CONCATENATION: Layout = {"axis": Field(0, "i"), "fused_activation_function": Field(1, "b")}
_GATHER: Layout = {"axis": Field(0, "i"), "batch_dims": Field(1, "i")}
_PACK: Layout = {"values_count": Field(0, "i"), "axis": Field(1, "i")}
_REDUCE: Layout = {"keep_dims": Field(0, "?")}
_STRIDED_SLICE: Layout = {
    name: Field(slot, "i")
    for slot, name in enumerate(
        ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask", "offset")
    )
}


# A shape has at most 8 dimensions; what is computed with them is not much longer.
MAX_INTEGERS = 64


def integers_of(tensor: RawTensor) -> Value | None:
    """The integers of a constant; None for any other tensor, and for longer ones.

    Raises:
        ModelError: its content does not fit its shape.
    """
    if tensor.type not in (INT32, INT64) or not tensor.content or tensor.size > MAX_INTEGERS:
        return None
    check_shape(tensor.shape, tensor.place)
    dtype = np.dtype("<i4" if tensor.type == INT32 else "<i8")
    require_content(tensor, dtype)
    return np.frombuffer(tensor.content, dtype).reshape(tensor.shape).astype(object)


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError


def _plain(options: Table) -> None:
    """Shapes go through no activation."""
    _require(options.integer("fused_activation_function") == 0)


def _binary(combine: Callable[[Any, Any], Any]) -> Evaluate:
    def evaluate(op: RawOperator, x: list[Value]) -> Any:
        _plain(op.options(_ACTIVATION))
        a, b = x
        return combine(a, b)

    return evaluate


def _concatenation(op: RawOperator, x: list[Value]) -> Any:
    options = op.options(_CONCATENATION)
    _plain(options)
    return np.concatenate(x, axis=options.integer("axis"))


def _gather(op: RawOperator, x: list[Value]) -> Any:
    options = op.options(_GATHER)
    _require(options.integer("batch_dims") == 0)
    values, indices = x
    _require(bool(np.all(indices >= 0)))
    return np.take(values, indices.astype(np.intp), axis=options.integer("axis"))


def _pack(op: RawOperator, x: list[Value]) -> Any:
    return np.stack(x, axis=op.options(_PACK).integer("axis"))


def _product(op: RawOperator, x: list[Value]) -> Any:
    values, axes = x
    axis = tuple(int(a) for a in axes.ravel())
    keep = bool(op.options(_REDUCE).integer("keep_dims"))
    return np.prod(values, axis=axis, keepdims=keep)


def _slice(_op: RawOperator, x: list[Value]) -> Any:
    values, begin, size = x
    _require(values.ndim == begin.size == size.size == 1)
    first, count = int(begin.item()), int(size.item())
    end = len(values) if count == -1 else first + count
    _require(0 <= first <= end <= len(values))
    return values[first:end]


def _strided_slice(op: RawOperator, x: list[Value]) -> Any:
    options = op.options(_STRIDED_SLICE)
    _require(not any(options.integer(name) for name in ("ellipsis_mask", "new_axis_mask")))
    values, begin, end, stride = x
    _require(values.ndim == begin.size == end.size == stride.size == 1)
    first, step = int(begin.item()), int(stride.item())
    if options.integer("shrink_axis_mask") & 1:
        _require(-len(values) <= first < len(values))
        return values[first]
    _require(step != 0)
    start = None if options.integer("begin_mask") & 1 else first
    stop = None if options.integer("end_mask") & 1 else int(end.item())
    return values[start:stop:step]


def _same(_op: RawOperator, x: list[Value]) -> Any:
    (values,) = x
    return values


EVALUATE: dict[str, Evaluate] = {
    "ADD": _binary(np.add),
    "CAST": _same,
    "CONCATENATION": _concatenation,
    "GATHER": _gather,
    "MUL": _binary(np.multiply),
    "PACK": _pack,
    "REDUCE_PROD": _product,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "SUB": _binary(np.subtract),
}
