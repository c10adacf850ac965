"""Reads a .tflite file into a graph. The file may come from anywhere: nothing in it is taken on trust."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.check import check_graph, check_shape, check_tensor
from sensorsmith.graph.flatbuffer import Source, Table
from sensorsmith.graph.ops import BY_CODE, SUPPORTED, family_of
from sensorsmith.graph.schema import (
    BUFFER,
    CUSTOM,
    DTYPES,
    IDENTIFIER,
    INT4,
    MODEL,
    OPERATOR,
    OPERATOR_CODE,
    QUANTIZATION,
    SUBGRAPH,
    TENSOR,
    VERSION,
    operator_name,
)
from sensorsmith.graph.substitutes import substitute_for
from sensorsmith.graph.types import Graph, Node, Quantization, Tensor

SIZE_LIMIT = 64 << 20


def read_tflite(data: bytes) -> Graph:
    """The graph of a .tflite file (schema version 3): one subgraph of supported operators, in int8 or float32.

    Weights that are quantized in a model that computes in float32 become float32. Constants are read-only views of
    `data`. A dynamic batch (-1 in a shape's signature) is taken as 1.

    Raises:
        ModelError: the file is damaged or too large (64 MB), or the model is outside of what Sensorsmith supports.
    """
    if len(data) > SIZE_LIMIT:
        raise ModelError(
            f"the file has {len(data)} bytes, more than {SIZE_LIMIT >> 20} MB", todo="use a model for microcontrollers"
        )
    model = Source(data).root(MODEL, IDENTIFIER, "model")
    if model.integer("version") != VERSION:
        raise ModelError(
            f"has schema version {model.integer('version')}, not {VERSION}", where="model", todo="convert it again"
        )
    subgraphs = model.tables("subgraphs", SUBGRAPH)
    if len(subgraphs) != 1:
        raise ModelError(f"the model has {len(subgraphs)} subgraphs", todo="convert it without control flow")
    subgraph = subgraphs[0]
    buffers = model.tables("buffers", BUFFER)
    described = subgraph.tables("tensors", TENSOR)
    operators = subgraph.tables("operators", OPERATOR)
    codes = model.tables("operator_codes", OPERATOR_CODE)
    # Operators first: a model with a foreign one often has tensors of foreign types too, and the operator says more.
    numbers = [_code(index, table, codes, described) for index, table in enumerate(operators)]
    used = {i for table in (*operators, subgraph) for end in ("inputs", "outputs") for i in table.integers(end)}
    tensors = tuple(
        _tensor(table, buffers) if index in used or all(table.integers("shape")) else _placeholder(table)
        for index, table in enumerate(described)
    )
    nodes = tuple(_node(number, table, tensors) for number, table in zip(numbers, operators, strict=True))
    graph = Graph(
        subgraph.text("name"),
        _with_float_weights(tensors, nodes),
        nodes,
        subgraph.integers("inputs"),
        subgraph.integers("outputs"),
    )
    check_graph(graph)
    return graph


def _tensor(table: Table, buffers: list[Table]) -> Tensor:
    name, shape, type_ = table.text("name"), table.integers("shape"), table.integer("type")
    place = f"{table.place} ({name!r})"
    check_shape(shape, place)
    if type_ not in (*DTYPES, INT4):
        raise ModelError(
            f"has a type other than {', '.join(DTYPES.values())}", where=place, todo="convert the model to int8"
        )
    if table.has("sparsity"):
        raise ModelError("is sparse", where=place, todo="convert a dense model")
    data = _content(table, buffers, place)
    if type_ == INT4:
        return Tensor(name, shape, "int8", _quantization(table, place), _unpacked(data, shape, place))
    constant = None
    if len(data):
        dtype = np.dtype(DTYPES[type_])
        if math.prod(shape) * dtype.itemsize != len(data):
            raise ModelError(
                f"has {len(data)} bytes of content for {dtype} {shape}", where=place, todo="convert the model again"
            )
        constant = np.frombuffer(data, dtype.newbyteorder("<")).astype(dtype, copy=False).reshape(shape)
    variable = bool(table.integer("is_variable"))
    return Tensor(name, shape, DTYPES[type_], _quantization(table, place), constant, variable)


def _unpacked(data: memoryview, shape: tuple[int, ...], place: str) -> npt.NDArray[np.int8]:
    """Int4 values, two to a byte and the first in the lower half, as int8."""
    count = math.prod(shape)
    if len(data) != (count + 1) // 2:
        raise ModelError(
            f"has {len(data)} bytes of content for int4 {shape}",
            where=place,
            todo="convert the model again, with constants only in int4",
        )
    packed = np.frombuffer(data, np.int8)
    # The left shift drops the upper half, the right shifts repeat the sign.
    values = np.stack([np.left_shift(packed, 4) >> 4, packed >> 4], axis=-1).reshape(-1)[:count].reshape(shape)
    values.flags.writeable = False
    return values


def _placeholder(table: Table) -> Tensor:
    """Stands for a tensor without elements that no layer uses, as they come with an LSTM, so that indices stay."""
    return Tensor(table.text("name"), (1,), "int8")


def _content(table: Table, buffers: list[Table], place: str) -> memoryview:
    index = table.integer("buffer")
    if index >= len(buffers):
        raise ModelError(f"has buffer {index} of {len(buffers)}", where=place, todo="copy or convert the model again")
    if buffers[index].integer("offset"):
        raise ModelError("its content lies outside of the model", where=place, todo="convert the model to one file")
    return buffers[index].blob("data")


def _quantization(table: Table, place: str) -> Quantization | None:
    parameters = table.table("quantization", QUANTIZATION)
    if parameters.integer("details_type"):
        raise ModelError(
            "has a custom or blockwise quantization", where=place, todo="quantize per tensor or per channel"
        )
    scale, zero_point = parameters.reals("scale"), parameters.integers("zero_point")
    if not scale or not zero_point:
        return None
    # One zero point may stand for all channels.
    zero_points = zero_point if len(zero_point) == len(scale) else zero_point[:1] * len(scale)
    return Quantization(scale, zero_points, parameters.integer("quantized_dimension"))


def _code(index: int, table: Table, codes: list[Table], tensors: list[Table]) -> int:
    """The builtin code of an operator, which must be in the table of operators; its first output must be a tensor."""
    outputs = table.integers("outputs")
    if not outputs or not 0 <= outputs[0] < len(tensors) or table.integer("opcode_index") >= len(codes):
        raise ModelError("has no operator code or no output", where=table.place, todo="copy or convert the model again")
    code = codes[table.integer("opcode_index")]
    # Codes up to 126 stood in one byte once; whichever field is larger holds the code.
    number = max(code.integer("deprecated_builtin_code"), code.integer("builtin_code"))
    if number not in BY_CODE:
        _refuse_operator(number, code.text("custom_code"), f"layer {index} (-> {tensors[outputs[0]].text('name')!r})")
    return number


def _refuse_operator(number: int, custom: str, where: str) -> NoReturn:
    name = custom if number == CUSTOM else operator_name(number)
    reason, todo = substitute_for(name, number == CUSTOM, SUPPORTED)
    raise ModelError(
        f"the operator {name}{' (custom)' * (number == CUSTOM)} is not supported{': ' * bool(reason)}{reason}",
        where=where,
        todo=todo,
    )


def _node(number: int, table: Table, tensors: tuple[Tensor, ...]) -> Node:
    family = BY_CODE[number]
    inputs, outputs = table.integers("inputs"), table.integers("outputs")
    kind = table.integer("builtin_options_type")
    if kind not in (0, family.options_type):
        raise ModelError(f"has options of type {kind}", where=table.place, todo="copy or convert the model again")
    options = table.table("builtin_options", family.options)
    return Node(family.decode(number, options, tensors[outputs[0]]), inputs, outputs)


def _with_float_weights(tensors: tuple[Tensor, ...], nodes: tuple[Node, ...]) -> tuple[Tensor, ...]:
    """Replace int8 weights of layers that compute in float32 ("dynamic range quantization") by what they stand for."""
    result = list(tensors)
    for node in nodes:
        for i, operand in zip(node.inputs, family_of(node.op).slots(len(node.inputs)), strict=False):
            if operand.kind == "weights" and 0 <= i < len(tensors) and tensors[node.outputs[0]].dtype == "float32":
                result[i] = _dequantize(tensors[i])
    return tuple(result)


def _dequantize(tensor: Tensor) -> Tensor:
    q = tensor.quantization
    if q is None or tensor.data is None or tensor.dtype != "int8":
        return tensor
    check_tensor(tensor, f"tensor {tensor.name!r}")
    along = [1] * len(tensor.shape)
    if q.axis is not None:
        along[q.axis] = len(q.scale)
    scale = np.asarray(q.scale, np.float32).reshape(along)
    zero_point = np.asarray(q.zero_point, np.float32).reshape(along)
    real = (tensor.data.astype(np.float32) - zero_point) * scale
    return replace(tensor, dtype="float32", quantization=None, data=real)
