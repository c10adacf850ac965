"""Models that are int8 inside and uint8 or float32 at the border: QUANTIZE and DEQUANTIZE there are set aside.

What they do to values is here as well, so that a caller may give and take what the file gives and takes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sensorsmith.graph.raw import RawModel, RawOperator, RawTensor
from sensorsmith.graph.requantize import scale_of, zero_point_of
from sensorsmith.graph.schema import FLOAT32, INT8, UINT8
from sensorsmith.graph.types import Border, Face, Tensor

Array = npt.NDArray[Any]

# What lies further out is clamped to int8 whatever the zero point.
_FAR = np.float32(1024)


def strip_border(model: RawModel) -> tuple[RawModel, Border]:
    """The model from its first to its last int8 tensor, and how the file shows both.

    Raises:
        ModelError: the border changes the scale of a uint8 tensor.
    """
    model, output = _strip_output(model)
    model, input_ = _strip_input(model)
    return model, Border(input_, output)


def _strip_input(model: RawModel) -> tuple[RawModel, Face | None]:
    if len(model.inputs) != 1 or model.inputs[0] in model.outputs:
        return model, None
    takers = [op for op in model.operators if model.inputs[0] in op.inputs]
    if len(takers) != 1 or takers[0].name != "QUANTIZE" or not _is_unary(takers[0], model):
        return model, None
    op = takers[0]
    outer, inner = model.tensors[op.inputs[0]], model.tensors[op.outputs[0]]
    if inner.type != INT8 or outer.type not in (UINT8, FLOAT32):
        return model, None
    return replace(model, inputs=op.outputs, operators=_without(op, model)), _face(op, outer, inner)


def _strip_output(model: RawModel) -> tuple[RawModel, Face | None]:
    makers = [op for op in model.operators if model.outputs == op.outputs]
    taken = any(set(model.outputs) & set(op.inputs) for op in model.operators)
    if len(makers) != 1 or taken or not _is_unary(makers[0], model):
        return model, None
    op = makers[0]
    outer, inner = model.tensors[op.outputs[0]], model.tensors[op.inputs[0]]
    if inner.type != INT8 or (op.name, outer.type) not in (("QUANTIZE", UINT8), ("DEQUANTIZE", FLOAT32)):
        return model, None
    return replace(model, outputs=op.inputs, operators=_without(op, model)), _face(op, outer, inner)


def _is_unary(op: RawOperator, model: RawModel) -> bool:
    ends = (*op.inputs, *op.outputs)
    return len(op.inputs) == len(op.outputs) == 1 and all(0 <= i < len(model.tensors) for i in ends)


def _without(op: RawOperator, model: RawModel) -> tuple[RawOperator, ...]:
    return tuple(other for other in model.operators if other is not op)


def _face(op: RawOperator, outer: RawTensor, inner: RawTensor) -> Face:
    if outer.shape != inner.shape:
        raise op.refuse(
            f"the border's shapes {outer.shape} outside and {inner.shape} inside differ", "convert the model again"
        )
    if outer.type == FLOAT32:
        return Face(outer.name, "float32")
    a, b = outer.quantization, inner.quantization
    shifted = a is not None and b is not None and a.scale == b.scale and len(a.scale) == 1
    if not shifted or a is None or b is None or a.zero_point[0] - 128 != b.zero_point[0]:
        raise op.refuse(
            "the uint8 at the model's border is not the int8 inside plus 128", "convert the model with int8 at its ends"
        )
    return Face(outer.name, "uint8")


def enter(face: Face, tensor: Tensor, x: Array) -> npt.NDArray[np.int8]:
    """From the file's input to the graph's.

    TFLite Micro leaves undefined what becomes of NaN (here: the lowest value) and of what exceeds its 32-bit integers
    (here: the nearest value).

    Args:
        tensor: the graph's input.
        x: of the face's type.

    Source: AffineQuantize in tensorflow/lite/kernels/internal/reference/quantize.h; requantize.h for uint8.
    """
    if face.dtype == "uint8":
        shifted: npt.NDArray[np.uint8] = x ^ np.uint8(128)
        return shifted.view(np.int8)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        steps = x.astype(np.float32) / np.float32(scale_of(tensor))
    steps = np.minimum(np.where(steps > -_FAR, steps, -_FAR), _FAR)
    # To nearest, ties away from zero; the difference is exact where the sum with a half would not be.
    whole = np.trunc(steps)
    rounded = whole + np.copysign(np.abs(steps - whole) >= 0.5, steps)
    values: npt.NDArray[np.int8] = np.clip(rounded + zero_point_of(tensor), -128, 127).astype(np.int8)
    return values


def leave(face: Face, tensor: Tensor, y: npt.NDArray[np.int8]) -> Array:
    """From the graph's output to the file's.

    Args:
        tensor: the graph's output.

    Source: Dequantize in tensorflow/lite/kernels/internal/reference/dequantize.h; requantize.h for uint8.
    """
    if face.dtype == "uint8":
        return y.view(np.uint8) ^ np.uint8(128)
    real: Array = (y.astype(np.float64) - zero_point_of(tensor)) * scale_of(tensor)
    with np.errstate(over="ignore", under="ignore"):
        return real.astype(np.float32)
