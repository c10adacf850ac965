"""Reads a .tflite file into a graph. The file may come from anywhere: nothing in it is taken on trust."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.border import strip_border
from sensorsmith.graph.check import check_ends, check_graph
from sensorsmith.graph.dequantize import dequantize
from sensorsmith.graph.dilate import dilate
from sensorsmith.graph.flatbuffer import Source
from sensorsmith.graph.fold import drop_unused, fold
from sensorsmith.graph.ops import BY_CODE, SUPPORTED, family_of
from sensorsmith.graph.raw import RawModel, RawOperator, read_raw, to_tensor
from sensorsmith.graph.schema import CUSTOM, IDENTIFIER, INT8, INT16, MODEL, SUBGRAPH, UINT8, VERSION, type_name
from sensorsmith.graph.substitutes import substitute_for
from sensorsmith.graph.types import Graph, Node, Tensor
from sensorsmith.graph.variables import set_variables_aside

SIZE_LIMIT = 64 << 20


def read_tflite(data: bytes) -> Graph:
    """The graph of a .tflite file (schema version 3): one subgraph of supported operators, in int8 or float32.

    Other subgraphs may give variables their first content (see variables.py).

    A dynamic batch (-1 in a shape's signature) is taken as 1, and what exporters compute with it is folded away (see
    fold.py). uint8 or float32 at the border of an int8 model is set aside (see border.py). Weights that are quantized
    in a model that computes in float32 become float32. Other constants are read-only views of `data`.

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
    subgraphs = [read_raw(each, model) for each in model.tables("subgraphs", SUBGRAPH)]
    file = set_variables_aside(subgraphs)
    check_ends(file.inputs, file.outputs)
    inner, border = strip_border(dilate(fold(file)))
    inner = drop_unused(inner, subgraphs[0])
    # Operators first: a model with a foreign one often has tensors of foreign types too, and the operator says more.
    for op in inner.operators:
        _require_supported(op, inner)
    tensors = _tensors(inner)
    nodes = tuple(_node(op, tensors) for op in inner.operators)
    graph = Graph(inner.name, _adapted(tensors, nodes), nodes, inner.inputs, inner.outputs, border)
    check_graph(graph)
    return graph


def _require_supported(op: RawOperator, model: RawModel) -> None:
    types = [model.tensors[i].type for i in (*op.inputs, *op.outputs) if 0 <= i < len(model.tensors)]
    if op.name in ("QUANTIZE", "DEQUANTIZE") and types[0] != types[-1] and not {*types} <= {INT8, INT16}:
        raise op.refuse(
            f"{op.name} changes from {type_name(types[0])} to {type_name(types[-1])} inside of the model",
            "quantize every layer of the model to int8",
        )
    if UINT8 in types and op.number != CUSTOM:
        raise op.refuse(
            f"{op.name} computes in uint8, which came before int8",
            "convert the model again with full-integer quantization to int8",
        )
    if op.number not in BY_CODE:
        reason, todo = substitute_for(op.name.removesuffix(" (custom)"), op.number == CUSTOM, SUPPORTED)
        raise op.refuse(f"the operator {op.name} is not supported{': ' * bool(reason)}{reason}", todo)


def _tensors(model: RawModel) -> tuple[Tensor, ...]:
    uses = Counter(i for op in model.operators for i in op.inputs)
    size = 0
    tensors = []
    for index, raw in enumerate(model.tensors):
        # Layers may share a constant, and constants a content: each costs the work of checking it, and is written to C.
        size += len(raw.initial) + len(raw.content) * max(1, uses[index])
        if size > SIZE_LIMIT:
            raise ModelError(
                f"constants, counted for each layer that uses them, take more than {SIZE_LIMIT >> 20} MB",
                where=raw.place,
                todo="use a model for microcontrollers",
            )
        tensors.append(to_tensor(raw))
    return tuple(tensors)


def _node(op: RawOperator, tensors: tuple[Tensor, ...]) -> Node:
    family = BY_CODE[op.number]
    kind = op.table.integer("builtin_options_type")
    if kind not in (0, family.options_type):
        raise ModelError(f"has options of type {kind}", where=op.place, todo="copy or convert the model again")
    return Node(family.decode(op.number, op.options(family.options), tensors[op.outputs[0]]), op.inputs, op.outputs)


def _adapted(tensors: tuple[Tensor, ...], nodes: tuple[Node, ...]) -> tuple[Tensor, ...]:
    """Constants in the type that their layers take.

    int8 weights of layers that compute in float32 ("dynamic range quantization") become what they stand for; axes and
    shapes, which are int64 in some exports, become int32.
    """
    result = list(tensors)
    for node in nodes:
        for i, operand in zip(node.inputs, family_of(node.op).slots(len(node.inputs)), strict=False):
            if not 0 <= i < len(tensors):
                continue
            if operand.kind == "weights" and tensors[node.outputs[0]].dtype == "float32":
                result[i] = dequantize(tensors[i])
            elif operand.kind == "indices" and tensors[i].dtype == "int64":
                result[i] = _as_int32(tensors[i])
    return tuple(result)


def _as_int32(tensor: Tensor) -> Tensor:
    if tensor.data is None or not np.array_equal(tensor.data, tensor.data.astype(np.int32)):
        return tensor
    return replace(tensor, dtype="int32", data=tensor.data.astype(np.int32))
