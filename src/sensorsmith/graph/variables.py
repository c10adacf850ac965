"""Variables of a file: what a streaming model remembers from one input to the next.

VAR_HANDLE names a variable, READ_VARIABLE and ASSIGN_VARIABLE take its handle, and CALL_ONCE runs another subgraph
before the first input, which assigns first contents. In a graph a variable is a tensor in the place of its handle, with
the shape, type and scale of what is read or assigned, and with its first content. handles.py leads back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.fold import fold
from sensorsmith.graph.raw import RawModel, RawOperator, RawTensor
from sensorsmith.graph.schema import CALL_ONCE, RESOURCE, VAR_HANDLE, type_name

# Operators that have to do with variables, and how many inputs and outputs each has.
_ENDS = {"CALL_ONCE": (0, 0), "VAR_HANDLE": (0, 1), "READ_VARIABLE": (1, 1), "ASSIGN_VARIABLE": (2, 0)}

Key = tuple[str, str]
"""Container and name, by which subgraphs know a variable."""


def set_variables_aside(subgraphs: Sequence[RawModel]) -> RawModel:
    """The first subgraph, in which variables are tensors.

    Raises:
        ModelError: other subgraphs do more than to give variables constants; or a variable is used otherwise than as
            one tensor.
    """
    if not subgraphs:
        raise ModelError("the model has 0 subgraphs", todo="convert it again")
    main, *others = subgraphs
    calls = [op.options(CALL_ONCE).integer("init_subgraph_index") for op in main.operators if op.name == "CALL_ONCE"]
    if {*range(1, len(subgraphs))} != {*calls}:
        raise ModelError(f"the model has {len(subgraphs)} subgraphs", todo="convert it without control flow")
    handles = _Handles(main)
    operators = tuple(handles.resolved())
    first: dict[Key, RawTensor] = {}
    for call in calls:
        first.update(_first_contents(others[call - 1]))
    tensors = list(main.tensors)
    for key, index in handles.variables.items():
        tensors[index] = _variable(key, handles.values.get(index, []), first.get(key), tensors[index])
    return replace(main, tensors=tuple(tensors), operators=operators)


@dataclass(frozen=True)
class _Value:
    """What is read from a variable or assigned to it, and the operator that does so."""

    tensor: RawTensor
    op: RawOperator


class _Handles:
    """The handles of a subgraph.

    Attributes:
        variables: the tensor of the first handle of each variable.
        values: by that tensor, what is read and assigned, in order.
    """

    def __init__(self, model: RawModel) -> None:
        self._model = model
        self._first: dict[int, int] = {}
        self.variables: dict[Key, int] = {}
        self.values: dict[int, list[_Value]] = {}
        for op in model.operators:
            if op.name == "VAR_HANDLE":
                self._add(op)

    def _add(self, op: RawOperator) -> None:
        _require_ends(op, self._model)
        options, handle = op.options(VAR_HANDLE), op.outputs[0]
        if self._model.tensors[handle].type != RESOURCE or handle in self._first:
            raise op.refuse("makes no handle of a variable", "convert the model again")
        key = (options.text("container"), options.text("shared_name"))
        self._first[handle] = self.variables.setdefault(key, handle)

    def resolved(self) -> Iterator[RawOperator]:
        """The operators of the subgraph with variables in the place of handles."""
        for op in self._model.operators:
            if op.name == "READ_VARIABLE":
                yield replace(op, inputs=(self._variable(op, op.outputs),))
            elif op.name == "ASSIGN_VARIABLE":
                yield replace(op, inputs=op.inputs[1:], outputs=(self._variable(op, op.inputs[1:]),))
            elif op.name == "CALL_ONCE":
                _require_ends(op, self._model)
                if self.values:
                    raise op.refuse("gives variables a first content after their first use", "convert the model again")
            elif op.name != "VAR_HANDLE":
                if {*op.inputs, *op.outputs} & self._first.keys():
                    raise op.refuse(f"{op.name} takes the handle of a variable", "convert the model again")
                yield op

    def _variable(self, op: RawOperator, value: tuple[int, ...]) -> int:
        """The tensor that stands for the variable of an operator, whose value becomes known."""
        _require_ends(op, self._model)
        if op.inputs[0] not in self._first:
            raise op.refuse("takes a variable that no VAR_HANDLE names", "convert the model again")
        variable = self._first[op.inputs[0]]
        self.values.setdefault(variable, []).append(_Value(self._model.tensors[value[0]], op))
        return variable


def _require_ends(op: RawOperator, model: RawModel) -> None:
    inputs, outputs = _ENDS[op.name]
    if (len(op.inputs), len(op.outputs)) != (inputs, outputs) or not all(
        0 <= i < len(model.tensors) for i in (*op.inputs, *op.outputs)
    ):
        raise op.refuse(f"has {len(op.inputs)} inputs and {len(op.outputs)} outputs", "convert the model again")


def _variable(key: Key, values: list[_Value], first: RawTensor | None, handle: RawTensor) -> RawTensor:
    """The tensor that stands for a variable; the handle itself where nothing reads or assigns it."""
    if not values:
        return handle
    name = "/".join(part for part in key if part)
    value = values[0].tensor
    for other in values[1:]:
        if (other.tensor.type, other.tensor.shape) != (value.type, value.shape):
            raise other.op.refuse(
                f"the variable {name!r} is {_form(other.tensor)} here and {_form(value)} elsewhere",
                "convert the model again, so that it keeps its shape and type",
            )
    if first is None and all(each.op.name == "READ_VARIABLE" for each in values):
        raise values[0].op.refuse(f"nothing assigns the variable {name!r}", "convert the model again")
    if first is not None and (first.type, first.shape) != (value.type, value.shape):
        raise values[0].op.refuse(
            f"the variable {name!r} is {_form(value)} here and begins as {_form(first)}",
            "convert the model again, so that it keeps its shape and type",
        )
    return replace(
        value,
        place=handle.place,
        name=name,
        signature=value.shape,
        content=b"",
        variable=True,
        initial=b"" if first is None else first.content,
    )


def _form(tensor: RawTensor) -> str:
    return f"{type_name(tensor.type)} {tensor.shape}"


def _first_contents(model: RawModel) -> Mapping[Key, RawTensor]:
    """The constants that a subgraph assigns to variables."""
    model = fold(model)
    handles = _Handles(model)
    for op in model.operators:
        if op.name not in ("VAR_HANDLE", "ASSIGN_VARIABLE"):
            raise op.refuse(
                f"{op.name} runs before the first input, where variables are given constants",
                "convert the model with constants as the first contents of its variables",
            )
    for op in handles.resolved():
        if not model.tensors[op.inputs[0]].content:
            raise op.refuse(
                "gives a variable a first content that is no constant",
                "convert the model with constants as the first contents of its variables",
            )
    keys = {index: key for key, index in handles.variables.items()}
    return {keys[index]: values[-1].tensor for index, values in handles.values.items()}
