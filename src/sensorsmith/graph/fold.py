"""Folds away what exporters leave in a model although nothing of it depends on the input.

Integer arithmetic on shapes (SHAPE, STRIDED_SLICE, PACK ... that lead to a RESHAPE) becomes constants, with a batch of
1. DEQUANTIZE of a constant and FILL become constants.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.check import check_shape
from sensorsmith.graph.dequantize import dequantize
from sensorsmith.graph.integers import EVALUATE, MAX_INTEGERS, Value, integers_of
from sensorsmith.graph.raw import RawModel, RawOperator, RawTensor, require_content, to_tensor
from sensorsmith.graph.schema import FLOAT16, FLOAT32, INT32, INT64

# These give the same elements another shape.
_RESHAPING = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE")
# Constants that take more memory than their file does.
_GROWTH_LIMIT = 64 << 20


def fold(model: RawModel) -> RawModel:
    """The same model, over the same tensors, without operators on shapes and on constants.

    Raises:
        ModelError: a shape depends on what the model is given, or constants grow without measure.
    """
    for index in model.inputs:
        if 0 <= index < len(model.tensors):
            _require_fixed(model.tensors[index])
    folding = _Folding(list(model.tensors))
    kept = [left for op in model.operators if (left := folding.fold(op)) is not None]
    return replace(model, tensors=tuple(folding.tensors), operators=tuple(kept))


def _require_fixed(tensor: RawTensor) -> None:
    """Only the batch may be open."""
    if -1 in tensor.signature[1:]:
        shape = ", ".join("?" if n == -1 else str(n) for n in tensor.signature)
        raise ModelError(
            f"the model's input has the open shape ({shape})",
            where=tensor.place,
            todo="convert the model with a fixed input shape",
        )


def drop_unused(model: RawModel, before: RawModel) -> RawModel:
    """Leave out tensors that were in use before and are no longer, and unused ones without elements, as of an LSTM."""
    used = _used(model)
    empty = {i for i, tensor in enumerate(model.tensors) if tensor.size == 0}
    gone = (_used(before) | empty) - used
    left = [i for i in range(len(model.tensors)) if i not in gone]
    new = {old: number for number, old in enumerate(left)}

    def renumber(indices: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(new.get(i, i) for i in indices)  # those outside of the model stay outside

    return replace(
        model,
        tensors=tuple(model.tensors[i] for i in left),
        operators=tuple(
            replace(op, inputs=renumber(op.inputs), outputs=renumber(op.outputs)) for op in model.operators
        ),
        inputs=renumber(model.inputs),
        outputs=renumber(model.outputs),
    )


def _used(model: RawModel) -> set[int]:
    used = {*model.inputs, *model.outputs}
    for op in model.operators:
        used.update(op.inputs, op.outputs)
    return used


class _Folding:
    """Goes through the operators in order; `tensors` holds what is known by then."""

    def __init__(self, tensors: list[RawTensor]) -> None:
        self.tensors = tensors
        self._growth = 0

    def fold(self, op: RawOperator) -> RawOperator | None:
        """The operator, or None where its output has become a constant."""
        operands = op.inputs[:2] if op.name == "FULLY_CONNECTED" else op.inputs  # its bias may be absent
        sound = operands and all(0 <= i < len(self.tensors) for i in operands) and len(op.outputs) == 1
        if not sound or self._output(op).content:
            return op
        x, y = self.tensors[op.inputs[0]], self._output(op)
        if op.name == "SHAPE":
            self._shape(op, x)
        elif y.type in (INT32, INT64) and op.name in {*EVALUATE, *_RESHAPING}:
            return self._integers(op, y)
        elif op.name == "DEQUANTIZE" and x.content:
            self._dequantize(op, x)
        elif op.name == "FILL" and len(op.inputs) == 2:
            self._fill(op, self.tensors[op.inputs[1]])
        elif op.name == "RESHAPE":
            self._reshape(op, x, y)
            return op
        elif op.name == "FULLY_CONNECTED":
            self._rows(op, x, y)
            return op
        else:
            return op
        return None

    def _output(self, op: RawOperator) -> RawTensor:
        return self.tensors[op.outputs[0]]

    def _become(self, op: RawOperator, **changes: object) -> None:
        """Make a constant of an operator's output."""
        y = replace(self._output(op), **changes)  # type: ignore[arg-type]
        self._growth += len(y.content)
        if self._growth > _GROWTH_LIMIT:
            raise op.refuse(
                f"the model's constants grow by more than {_GROWTH_LIMIT >> 20} MB", "use a model for microcontrollers"
            )
        self.tensors[op.outputs[0]] = replace(y, signature=y.shape)

    def _become_integers(self, op: RawOperator, value: Value) -> None:
        if value.size > MAX_INTEGERS or not all(-(2**31) <= n < 2**31 for n in value.flat):
            raise op.refuse("computes no shape that a tensor can have", "convert the model again")
        content = np.asarray(value, np.int64).astype("<i4").tobytes()
        self._become(op, type=INT32, shape=value.shape, content=content)

    def _shape(self, op: RawOperator, x: RawTensor) -> None:
        check_shape(x.shape, x.place)
        self._become_integers(op, np.array(x.shape, object))

    def _integers(self, op: RawOperator, y: RawTensor) -> RawOperator | None:
        """What is not known stays; if a shape comes of it, the RESHAPE is refused, otherwise the operator itself."""
        operands = [integers_of(self.tensors[i]) for i in op.inputs]
        operands = operands[:1] if op.name in _RESHAPING else operands
        values = [value for value in operands if value is not None]
        if len(values) < len(operands):
            return op
        try:
            result = EVALUATE[op.name](op, values) if op.name in EVALUATE else values[0].reshape(y.shape)
            value = np.asarray(result, object)  # of an array of one element numpy makes the element at times
        except (ValueError, IndexError, TypeError):
            raise op.refuse(f"its operands do not fit {op.name}", "convert the model again") from None
        self._become_integers(op, value)
        return None

    def _reshape(self, op: RawOperator, x: RawTensor, y: RawTensor) -> None:
        """Where the file leaves the output's shape open, the second operand says it."""
        if len(op.inputs) == 1:
            return
        target = integers_of(self.tensors[op.inputs[1]])
        if target is None:
            raise op.refuse(
                "the shape that it gives its input is known only when the model runs",
                "convert the model with fixed shapes",
            )
        if y.dynamic:
            shape = [int(n) for n in target.flat]
            if shape.count(-1) == 1:
                rest = -math.prod(shape)
                shape[shape.index(-1)] = x.size // rest if rest > 0 else 0
            self.tensors[op.outputs[0]] = replace(y, shape=tuple(shape))

    def _rows(self, op: RawOperator, x: RawTensor, y: RawTensor) -> None:
        """A dense layer at each of N steps: exporters flatten (1, N, I) to (N, I) before it, and leave (N, O) open."""
        if y.dynamic and len(x.shape) == len(y.shape) == 2:
            self.tensors[op.outputs[0]] = replace(y, shape=(x.shape[0], y.shape[1]))

    def _dequantize(self, op: RawOperator, x: RawTensor) -> None:
        if x.type == FLOAT16:
            check_shape(x.shape, x.place)
            require_content(x, np.dtype(np.float16))
            real = np.frombuffer(x.content, "<f2").astype("<f4")
        else:
            tensor = dequantize(to_tensor(x))
            if tensor.data is None or tensor.dtype != "float32":
                raise op.refuse("dequantizes a constant that is not quantized", "convert the model again")
            real = tensor.data.astype("<f4")
        self._become(op, type=FLOAT32, shape=x.shape, quantization=None, content=real.tobytes())

    def _fill(self, op: RawOperator, value: RawTensor) -> None:
        """Such as the first state of an unrolled recurrent layer."""
        dims = integers_of(self.tensors[op.inputs[0]])
        if dims is None:
            raise op.refuse("the shape that it fills is known only when the model runs", "convert it with fixed shapes")
        shape = tuple(int(n) for n in dims.flat)
        check_shape(shape, op.layer)
        if value.size != 1 or not value.content or len(value.content) > 8:
            raise op.refuse("does not fill its output with one constant", "convert the model again")
        self._become(op, type=value.type, shape=shape, content=bytes(value.content) * math.prod(shape))
