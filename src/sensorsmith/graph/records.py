"""Tensors and operators of a graph as tables of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.flatbuffer import Record, Value
from sensorsmith.graph.schema import DTYPES, OPERATOR, QUANTIZATION, TENSOR
from sensorsmith.graph.types import Tensor

_TYPE_CODES = {name: code for code, name in DTYPES.items()}

Code = tuple[int, int]
"""Number of an operator in the schema, and its version."""


def tensor_record(tensor: Tensor, buffer: int) -> Record:
    """A tensor with its content in a buffer of the file; buffer 0 is empty."""
    values: dict[str, Value] = {
        "shape": tensor.shape,
        "type": _TYPE_CODES[tensor.dtype],
        "buffer": buffer,
        "name": tensor.name,
    }
    if tensor.variable:
        values["is_variable"] = True
    q = tensor.quantization
    if q is not None:
        values["quantization"] = Record(
            QUANTIZATION, {"scale": q.scale, "zero_point": q.zero_point, "quantized_dimension": q.axis or 0}
        )
    return Record(TENSOR, values)


def operator_record(
    opcode_index: int,
    inputs: Sequence[int],
    outputs: Sequence[int],
    options_type: int = 0,
    options: Record | None = None,
) -> Record:
    """An operator; `options` of the type that the schema's union BuiltinOptions has for it."""
    values: dict[str, Value] = {"opcode_index": opcode_index, "inputs": inputs, "outputs": outputs}
    if options is not None:
        values |= {"builtin_options_type": options_type, "builtin_options": options}
    return Record(OPERATOR, values)


def content_of(data: npt.NDArray[Any]) -> bytes:
    """The content of a constant as a file holds it."""
    return data.astype(np.dtype(data.dtype).newbyteorder("<")).tobytes()
