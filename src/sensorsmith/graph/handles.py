"""Variables of a graph in the file that is written: their handles, and the subgraph of their first contents.

variables.py reads what this writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sensorsmith.graph.check import named_variables
from sensorsmith.graph.flatbuffer import Record, Value
from sensorsmith.graph.ops.variable import ASSIGN
from sensorsmith.graph.records import Code, operator_record, tensor_record
from sensorsmith.graph.schema import (
    CALL_ONCE,
    CALL_ONCE_OPTIONS,
    OPERATOR_NAMES,
    RESOURCE,
    SUBGRAPH,
    TENSOR,
    VAR_HANDLE,
    VAR_HANDLE_OPTIONS,
)
from sensorsmith.graph.types import Graph, Tensor

_VAR_HANDLE: Code = (OPERATOR_NAMES.index("VAR_HANDLE"), 1)
_CALL_ONCE: Code = (OPERATOR_NAMES.index("CALL_ONCE"), 1)
_ASSIGN: Code = (ASSIGN, 1)


class Handles:
    """The variables of a graph that a file names.

    Attributes:
        variables: by their tensors.
        begun: those of them that have a first content of their own.
        codes: what operators they take, besides those that read and assign.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.variables = named_variables(graph)
        self.begun = [graph.tensors[i] for i in self.variables if graph.tensors[i].initial is not None]
        self.codes: set[Code] = {_VAR_HANDLE} if self.variables else set()
        self.codes |= {_CALL_ONCE, _ASSIGN} if self.begun else set()

    def operators(self, codes: Sequence[Code]) -> Iterator[Record]:
        """What stands before all layers."""
        if self.begun:
            yield operator_record(
                codes.index(_CALL_ONCE), (), (), CALL_ONCE_OPTIONS, Record(CALL_ONCE, {"init_subgraph_index": 1})
            )
        yield from (_handle(self._graph.tensors[i], i, codes) for i in self.variables)

    def subgraphs(self, codes: Sequence[Code], buffer: int) -> Iterator[Record]:
        """The subgraph that assigns the first contents, which lie in buffers from `buffer` on."""
        if not self.begun:
            return
        tensors: list[Record] = []
        operators: list[Record] = []
        for number, variable in enumerate(self.begun):
            at = len(tensors)
            plain = replace(variable, variable=False)
            tensors += [handle_record(variable), tensor_record(plain, buffer + number)]
            operators += [_handle(variable, at, codes), operator_record(codes.index(_ASSIGN), (at, at + 1), ())]
        ends: dict[str, Value] = {"inputs": (), "outputs": ()}
        yield Record(SUBGRAPH, {"tensors": tensors, "operators": operators, "name": "first", **ends})


def handle_record(variable: Tensor) -> Record:
    """The tensor that stands for a variable in a file."""
    return Record(TENSOR, {"shape": (), "type": RESOURCE, "name": variable.name})


def _handle(variable: Tensor, tensor: int, codes: Sequence[Code]) -> Record:
    options = Record(VAR_HANDLE, {"shared_name": variable.name})
    return operator_record(codes.index(_VAR_HANDLE), (), (tensor,), VAR_HANDLE_OPTIONS, options)
