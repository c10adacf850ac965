"""What one operator, or a family of like operators, brings: its .tflite form, its checks and its arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.flatbuffer import Layout, Table, Value
from sensorsmith.graph.types import DType, Tensor

Array = npt.NDArray[Any]
STATES: tuple[Kind, ...] = ("state", "cell state", "memory", "variable")
ACTIVATIONS: tuple[Kind, ...] = ("activation", "activation of any width")
O = TypeVar("O")  # noqa: E741 - an operator class of types.py

Kind = Literal[
    "activation",
    "activation of any width",
    "value",
    "weights",
    "time weights",
    "bias",
    "long bias",
    "indices",
    "state",
    "cell state",
    "memory",
    "variable",
]

# The types of each kind of operand, the usual one first, by the type of the activations.
DTYPES: Mapping[Kind, Mapping[DType, tuple[DType, ...]]] = {
    "activation": {"int8": ("int8",), "int16": ("int16",), "float32": ("float32",)},
    "activation of any width": {"int8": ("int8", "int16"), "int16": ("int16", "int8"), "float32": ("float32",)},
    "value": {"int8": ("int8",), "int16": ("int16",), "float32": ("float32",)},
    "weights": {"int8": ("int8",), "int16": ("int8",), "float32": ("float32",)},
    "time weights": {"int8": ("int16", "int8"), "float32": ("float32",)},
    "bias": {"int8": ("int32",), "int16": ("int64", "int32"), "float32": ("float32",)},
    "long bias": {"int8": ("int32",), "int16": ("int64",), "float32": ("float32",)},
    "indices": {"int8": ("int32",), "int16": ("int32",), "float32": ("int32",)},
    "state": {"int8": ("int8",), "int16": ("int16",), "float32": ("float32",)},
    "cell state": {"int8": ("int16",), "int16": ("int16",), "float32": ("float32",)},
    "memory": {"int8": ("int16", "int8"), "float32": ("float32",)},
    "variable": {"int8": ("int8",), "int16": ("int16",), "float32": ("float32",)},
}


@dataclass(frozen=True)
class Operand:
    """An input of an operator: activations are computed or constants, states are variables, all others constants.

    Attributes:
        many: whether any number of inputs, at least one, may stand in its place; the last operand only.
    """

    name: str
    kind: Kind
    optional: bool = False
    many: bool = False


@dataclass(frozen=True)
class Layer:
    """A node with its tensors at hand.

    Attributes:
        place: how messages call it.
        dtype: of its activations.
        x: one per operand; None where an optional one is absent.
        outputs: one or, of the families with several, as many as the node has.
        number: which of the outputs is asked for.
    """

    place: str
    dtype: DType
    x: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    number: int = 0

    @property
    def y(self) -> Tensor:
        """The output that is asked for."""
        return self.outputs[self.number]

    def input(self, index: int) -> Tensor:
        """An operand that is there."""
        tensor = self.x[index]
        assert tensor is not None, self.place
        return tensor

    def require(self, condition: bool, what: str, todo: str) -> None:
        """Raise a ModelError that names this layer unless `condition` holds."""
        if not condition:
            raise ModelError(what, where=self.place, todo=todo)


@dataclass(frozen=True)
class Family(Generic[O]):
    """An entry of the table of operators.

    Attributes:
        operator: its class in types.py.
        codes: numbers and names in the schema's enumeration BuiltinOperator.
        options_type: number in the schema's union BuiltinOptions.
        options: fields of that table.
        version: of the int8 form, as the TensorFlow Lite converter writes it; the float32 form is version 1.
        operands: the inputs in order.
        decode: from the operator's code, its options and its (first) output tensor.
        encode: the operator's code and the values of its options.
        check: raises a ModelError where shapes or quantizations do not fit; kinds, types and batch are checked before.
        int8: from the operator, its layer and one array per operand to the output `layer.y`. Activations have shape
            (N, ...) where the tensor has (1, ...), with N = 1 where there are states, whose arrays are changed in
            place; the output may come in any shape with its elements in order.
        float32: the same in floating point.
        int16: the same for activations in int16; None where TFLite Micro, or this package, has none.
        keeps_batch: None where activations have to begin with a batch of 1. Otherwise they may have any shape, and
            this tells whether the operator, where all of them begin with a 1, leaves that dimension alone.
        several: whether a node may have several outputs. Check sees it once; arithmetic and lowering are done once for
            each output.
        result: what the outputs are: "indices" are int32, and a "variable" is there before.
        limits: what its checks leave out, in words, for the published table.
    """

    operator: type[O]
    codes: Mapping[int, str]
    options_type: int
    options: Layout
    version: int
    operands: tuple[Operand, ...]
    decode: Callable[[int, Table, Tensor], O]
    encode: Callable[[O], tuple[int, Mapping[str, Value]]]
    check: Callable[[O, Layer], None]
    int8: Callable[..., Array]
    float32: Callable[..., Array]
    int16: Callable[..., Array] | None = None
    keeps_batch: Callable[[O, Layer], bool] | None = None
    several: bool = False
    result: Kind = "activation"
    limits: str = ""

    def slots(self, inputs: int) -> tuple[Operand, ...]:
        """The operand of each of so many inputs, and after them those that are left out."""
        last = self.operands[-1]
        return self.operands + (last,) * (inputs - len(self.operands) if last.many else 0)


def choice(options: Table, name: str, values: Mapping[int, Any]) -> Any:
    """The meaning of an enumerated option.

    Raises:
        ModelError: it has none here.
    """
    number = options.integer(name)
    if number not in values:
        raise ModelError(
            f"{name} {number} is not supported",
            where=options.place,
            todo=f"convert the model with one of: {', '.join(map(str, values.values()))}",
        )
    return values[number]


def same_quantization(layer: Layer, *inputs: int) -> None:
    """Require what TFLite Micro requires of operators that pass int8 values on unscaled.

    Args:
        inputs: the operands whose values are passed on; the first if none is given.
    """
    quantizations = [layer.input(i).quantization for i in inputs or (0,)]
    for a, b in ((x, y.quantization) for x in quantizations for y in layer.outputs):
        if a is not None and b is not None:
            layer.require(
                abs(a.scale[0] - b.scale[0]) <= 1e-6 and a.zero_point == b.zero_point,
                "its input and output differ in scale or zero point",
                "quantize both alike",
            )


def require_scales(layer: Layer, scales: npt.ArrayLike, limit: float) -> None:
    """Require that the factors by which int32 values are scaled fit TFLite Micro's fixed point."""
    layer.require(
        bool(np.all(np.asarray(scales) < limit)),
        "the output's scale is too fine for the scales of its inputs",
        "quantize the model again with representative data",
    )
