"""What a .tflite file says, before it is a graph: tensors of any type, operators by number."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.check import check_shape, shorten
from sensorsmith.graph.flatbuffer import Layout, Table
from sensorsmith.graph.schema import (
    BUFFER,
    CUSTOM,
    DTYPES,
    INT4,
    OPERATOR,
    OPERATOR_CODE,
    QUANTIZATION,
    TENSOR,
    operator_name,
)
from sensorsmith.graph.types import Quantization, Tensor

# Converters join the names of what they fuse, up to some thousand characters. Messages of each layer are made of them.
_NAME_LIMIT = 1 << 14

WITHOUT_OUTPUT = ("ASSIGN_VARIABLE", "CALL_ONCE")


@dataclass(frozen=True, eq=False)
class RawTensor:
    """A tensor of the file; only that it lies within the file is checked.

    Attributes:
        place: how messages call it.
        shape: where the file leaves a dimension open, what the converter put there, which is 1.
        signature: the shape with a -1 for each dimension that the file leaves open.
        type: number in the schema's enumeration TensorType.
        content: of a constant; empty for what is computed.
        variable: whether it keeps its content from one inference to the next.
        initial: of a variable: what it holds before the first inference; empty for the usual.
        unusual: what we do not support about it, and what to do; both empty as a rule.
    """

    place: str
    name: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    type: int
    quantization: Quantization | None
    content: bytes | memoryview
    variable: bool = False
    initial: bytes | memoryview = b""
    unusual: tuple[str, str] = ("", "")

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def dynamic(self) -> bool:
        """Whether the file leaves a dimension open."""
        return -1 in self.signature


@dataclass(frozen=True, eq=False)
class RawOperator:
    """An operator of the file.

    Attributes:
        place: where it stands in the file.
        layer: how messages call it.
        number: in the schema's enumeration BuiltinOperator.
        name: of that number, or of the custom operator.
    """

    place: str
    layer: str
    number: int
    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    table: Table

    def options(self, layout: Layout) -> Table:
        return self.table.table("builtin_options", layout)

    def refuse(self, what: str, todo: str) -> ModelError:
        return ModelError(what, where=self.layer, todo=todo)


@dataclass(frozen=True, eq=False)
class RawModel:
    """A subgraph of the file."""

    name: str
    tensors: tuple[RawTensor, ...]
    operators: tuple[RawOperator, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def read_raw(subgraph: Table, model: Table) -> RawModel:
    """One subgraph of a model.

    Raises:
        ModelError: the file is damaged.
    """
    buffers = model.tables("buffers", BUFFER)
    codes = model.tables("operator_codes", OPERATOR_CODE)
    tensors = tuple(_tensor(table, buffers) for table in subgraph.tables("tensors", TENSOR))
    operators = tuple(
        _operator(index, table, codes, tensors) for index, table in enumerate(subgraph.tables("operators", OPERATOR))
    )
    return RawModel(
        subgraph.text("name"), tensors, operators, subgraph.integers("inputs"), subgraph.integers("outputs")
    )


def _tensor(table: Table, buffers: list[Table]) -> RawTensor:
    name, shape = table.text("name"), table.integers("shape")
    if len(name) > _NAME_LIMIT:
        raise ModelError(
            f"has a name of more than {_NAME_LIMIT} characters", where=table.place, todo="convert the model again"
        )
    place = f"{table.place} ({name!r})"
    signature = table.integers("shape_signature")
    parameters = table.table("quantization", QUANTIZATION)
    unusual = ("", "")
    if table.has("sparsity"):
        unusual = ("is sparse", "convert a dense model")
    elif parameters.integer("details_type"):
        unusual = ("has a custom or blockwise quantization", "quantize per tensor or per channel")
    return RawTensor(
        place,
        name,
        shape,
        signature if len(signature) == len(shape) else shape,
        table.integer("type"),
        _quantization(parameters),
        _content(table, buffers, place),
        bool(table.integer("is_variable")),
        unusual=unusual,
    )


def _content(table: Table, buffers: list[Table], place: str) -> memoryview:
    index = table.integer("buffer")
    if index >= len(buffers):
        raise ModelError(f"has buffer {index} of {len(buffers)}", where=place, todo="copy or convert the model again")
    if buffers[index].integer("offset"):
        raise ModelError("its content lies outside of the model", where=place, todo="convert the model to one file")
    return buffers[index].blob("data")


def _quantization(parameters: Table) -> Quantization | None:
    scale, zero_point = parameters.reals("scale"), parameters.integers("zero_point")
    if not scale or not zero_point:
        return None
    # One zero point may stand for all channels.
    zero_points = zero_point if len(zero_point) == len(scale) else zero_point[:1] * len(scale)
    return Quantization(scale, zero_points, parameters.integer("quantized_dimension"))


def _operator(index: int, table: Table, codes: list[Table], tensors: tuple[RawTensor, ...]) -> RawOperator:
    """An operator whose code is in the table of operators, and whose first output is a tensor, if it makes any."""
    inputs, outputs = table.integers("inputs"), table.integers("outputs")
    damaged = ModelError("has no operator code or no output", where=table.place, todo="copy or convert the model again")
    if table.integer("opcode_index") >= len(codes):
        raise damaged
    code = codes[table.integer("opcode_index")]
    # Codes up to 126 stood in one byte once; whichever field is larger holds the code.
    number = max(code.integer("deprecated_builtin_code"), code.integer("builtin_code"))
    name = f"{code.text('custom_code')} (custom)" if number == CUSTOM else operator_name(number)
    if name in WITHOUT_OUTPUT and not outputs:
        layer = f"layer {index} ({name})"
    elif outputs and 0 <= outputs[0] < len(tensors):
        layer = f"layer {index} (-> {shorten(tensors[outputs[0]].name)!r})"
    else:
        raise damaged
    return RawOperator(table.place, layer, number, name, inputs, outputs, table)


def to_tensor(raw: RawTensor) -> Tensor:
    """The tensor of a graph. Constants are read-only, most of them views of the file.

    Raises:
        ModelError: shape, type, content or quantization are outside of what a graph holds.
    """
    check_shape(raw.shape, raw.place)
    if raw.type not in (*DTYPES, INT4):
        raise ModelError(
            f"has a type other than {', '.join(DTYPES.values())}", where=raw.place, todo="convert the model to int8"
        )
    if any(raw.unusual):
        raise ModelError(raw.unusual[0], where=raw.place, todo=raw.unusual[1])
    if raw.type == INT4:
        return Tensor(raw.name, raw.shape, "int8", raw.quantization, _unpacked(raw))
    content, initial = (_values(raw, given) if given else None for given in (raw.content, raw.initial))
    return Tensor(raw.name, raw.shape, DTYPES[raw.type], raw.quantization, content, raw.variable, initial)


def _values(raw: RawTensor, content: bytes | memoryview) -> npt.NDArray[np.generic]:
    dtype = np.dtype(DTYPES[raw.type])
    require_content(replace(raw, content=content), dtype)
    stored = np.frombuffer(content, dtype.newbyteorder("<"))
    return stored.astype(dtype, copy=False).reshape(raw.shape)


def _unpacked(raw: RawTensor) -> npt.NDArray[np.int8]:
    """Int4 values, two to a byte and the first in the lower half, as int8."""
    if len(raw.content) != (raw.size + 1) // 2:
        raise ModelError(
            f"has {len(raw.content)} bytes of content for int4 {raw.shape}",
            where=raw.place,
            todo="convert the model again, with constants only in int4",
        )
    packed = np.frombuffer(raw.content, np.int8)
    # The left shift drops the upper half, the right shifts repeat the sign.
    values = np.stack([np.left_shift(packed, 4) >> 4, packed >> 4], axis=-1)
    flat = values.reshape(-1)[: raw.size].reshape(raw.shape)
    flat.flags.writeable = False
    return flat


def require_content(raw: RawTensor, dtype: np.dtype[np.generic]) -> None:
    """Check that the content is as long as shape and type say."""
    if raw.size * dtype.itemsize != len(raw.content):
        raise ModelError(
            f"has {len(raw.content)} bytes of content for {dtype} {raw.shape}",
            where=raw.place,
            todo="convert the model again",
        )
