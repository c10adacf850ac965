"""READ_VARIABLE and ASSIGN_VARIABLE, between a variable and the tensors of one run: bytes are copied.

In a file both take a handle in the variable's place; see graph/variables.py. Sources:
tensorflow/lite/micro/kernels/{read_variable,assign_variable}.cc, micro/micro_resource_variable.cc.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sensorsmith.graph.flatbuffer import Table, Value
from sensorsmith.graph.ops.elementwise import check_same_shape, keeps_batch
from sensorsmith.graph.ops.family import Family, Layer, Operand, same_quantization
from sensorsmith.graph.ops.move import Move, moving
from sensorsmith.graph.types import AssignVariable, ReadVariable, Tensor

READ, ASSIGN = 143, 144


def copied(_op: ReadVariable | AssignVariable, _layer: Layer) -> Iterator[Move]:
    yield Move(take=lambda x: x.reshape(-1), put=lambda y: y.reshape(-1))


def _decode_read(_code: int, _options: Table, _y: Tensor) -> ReadVariable:
    return ReadVariable()


def _encode_read(_op: ReadVariable) -> tuple[int, Mapping[str, Value]]:
    return READ, {}


def _decode_assign(_code: int, _options: Table, _y: Tensor) -> AssignVariable:
    return AssignVariable()


def _encode_assign(_op: AssignVariable) -> tuple[int, Mapping[str, Value]]:
    return ASSIGN, {}


def _check(_op: ReadVariable | AssignVariable, layer: Layer) -> None:
    check_same_shape(layer)
    same_quantization(layer)


READ_FAMILY = Family(
    operator=ReadVariable,
    codes={READ: "READ_VARIABLE"},
    options_type=112,
    options={},
    version=1,
    operands=(Operand("source", "variable"),),
    decode=_decode_read,
    encode=_encode_read,
    check=_check,
    int8=moving(copied),
    int16=moving(copied),
    float32=moving(copied),
    keeps_batch=keeps_batch,
    limits="one shape and scale wherever the variable is read or assigned",
)
ASSIGN_FAMILY = Family(
    operator=AssignVariable,
    codes={ASSIGN: "ASSIGN_VARIABLE"},
    options_type=113,
    options={},
    version=1,
    operands=(Operand("value", "activation"),),
    decode=_decode_assign,
    encode=_encode_assign,
    check=_check,
    int8=moving(copied),
    int16=moving(copied),
    float32=moving(copied),
    keeps_batch=keeps_batch,
    result="variable",
    limits="one shape and scale wherever the variable is read or assigned",
)
