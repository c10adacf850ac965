"""Writes a graph as a .tflite file that TFLite Micro and LiteRT run."""

from __future__ import annotations

from typing import NamedTuple

from sensorsmith.graph.check import check_graph, layer_of
from sensorsmith.graph.flatbuffer import Record, Value, build
from sensorsmith.graph.handles import Handles, handle_record
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.records import Code, content_of, operator_record, tensor_record
from sensorsmith.graph.requantize import scale_of, zero_point_of
from sensorsmith.graph.schema import (
    BUFFER,
    FLOAT32,
    IDENTIFIER,
    MODEL,
    OPERATOR_CODE,
    OPERATOR_NAMES,
    PLACEHOLDER_CODE,
    QUANTIZATION,
    SUBGRAPH,
    TENSOR,
    UINT8,
    VERSION,
)
from sensorsmith.graph.types import AssignVariable, Face, Graph, Node, Tensor

_QUANTIZE: Code = (OPERATOR_NAMES.index("QUANTIZE"), 1)
_DEQUANTIZE: Code = (OPERATOR_NAMES.index("DEQUANTIZE"), 2)


def write_tflite(graph: Graph) -> bytes:
    """The graph as a .tflite file: the same graph always gives the same bytes, and reading them gives the same graph.

    Raises:
        ModelError: the graph is not sound (see `check_graph`).
    """
    check_graph(graph)
    before, after = _conversions(graph)
    conversions, handles = before + after, Handles(graph)
    used = [_code(graph, index) for index in range(len(graph.nodes))]
    codes = sorted({*used, *(c.code for c in conversions), *handles.codes})
    # Buffer 0 is empty by convention and stands for all tensors that are computed.
    constants = [index for index, tensor in enumerate(graph.tensors) if tensor.data is not None]
    buffers = {index: number for number, index in enumerate(constants, start=1)}
    subgraph: dict[str, Value] = {
        "tensors": [
            *(
                handle_record(tensor) if index in handles.variables else tensor_record(tensor, buffers.get(index, 0))
                for index, tensor in enumerate(graph.tensors)
            ),
            *(c.tensor for c in conversions),
        ],
        "inputs": before[0].inputs if before else graph.inputs,
        "outputs": after[0].outputs if after else graph.outputs,
        "operators": [
            *handles.operators(codes),
            *(operator_record(codes.index(c.code), c.inputs, c.outputs) for c in before),
            *(_operator(node, codes.index(code)) for node, code in zip(graph.nodes, used, strict=True)),
            *(operator_record(codes.index(c.code), c.inputs, c.outputs) for c in after),
        ],
        "name": graph.name,
    }
    contents = [tensor.data for tensor in graph.tensors] + [variable.initial for variable in handles.begun]
    return build(
        Record(
            MODEL,
            {
                "version": VERSION,
                "operator_codes": [_operator_code(code, version) for code, version in codes],
                "subgraphs": [Record(SUBGRAPH, subgraph), *handles.subgraphs(codes, len(constants) + 1)],
                "buffers": [
                    Record(BUFFER, {}),
                    *(Record(BUFFER, {"data": content_of(data)}) for data in contents if data is not None),
                ],
            },
        ),
        IDENTIFIER,
    )


class _Conversion(NamedTuple):
    """An operator at the border, and the file's tensor outside of it.

    Attributes:
        code: builtin code and version.
    """

    code: Code
    tensor: Record
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def _conversions(graph: Graph) -> tuple[list[_Conversion], list[_Conversion]]:
    """What stands before the first layer and behind the last; its tensors come after those of the graph."""
    outside = len(graph.tensors)
    before, after = [], []
    if graph.border.input is not None:
        tensor = _face(graph.border.input, graph.tensors[graph.inputs[0]])
        before.append(_Conversion(_QUANTIZE, tensor, (outside,), graph.inputs))
        outside += 1
    if graph.border.output is not None:
        tensor = _face(graph.border.output, graph.tensors[graph.outputs[0]])
        code = _QUANTIZE if graph.border.output.dtype == "uint8" else _DEQUANTIZE
        after.append(_Conversion(code, tensor, graph.outputs, (outside,)))
    return before, after


def _face(face: Face, inner: Tensor) -> Record:
    values: dict[str, Value] = {"shape": inner.shape, "type": FLOAT32, "name": face.name}
    if face.dtype == "uint8":
        quantization = {"scale": (scale_of(inner),), "zero_point": (zero_point_of(inner) + 128,)}
        values |= {"type": UINT8, "quantization": Record(QUANTIZATION, quantization)}
    return Record(TENSOR, values)


def _code(graph: Graph, index: int) -> Code:
    """Builtin code and version of a node's operator."""
    op = graph.nodes[index].op
    family = family_of(op)
    code, _ = family.encode(op)
    return code, 1 if layer_of(graph, index).dtype == "float32" else family.version


def _operator_code(code: int, version: int) -> Record:
    old = min(code, PLACEHOLDER_CODE)
    return Record(OPERATOR_CODE, {"deprecated_builtin_code": old, "version": version, "builtin_code": code})


def _operator(node: Node, opcode_index: int) -> Record:
    family = family_of(node.op)
    _, options = family.encode(node.op)
    inputs, outputs = node.inputs, node.outputs
    if isinstance(node.op, AssignVariable):
        inputs, outputs = (*outputs, *inputs), ()
    given = Record(family.options, options) if family.options_type else None
    return operator_record(opcode_index, inputs, outputs, family.options_type, given)
