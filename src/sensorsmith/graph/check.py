"""What holds for every graph that Sensorsmith reads, writes or compiles."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.ops import family_of, name_of
from sensorsmith.graph.ops.family import ACTIVATIONS, DTYPES, STATES, Family, Kind, Layer
from sensorsmith.graph.types import AssignVariable, Face, Graph, Node, Operator, ReadVariable, Tensor

# No microcontroller holds a tensor of so many elements, nor a layer of so many channels.
MAX_ELEMENTS = 1 << 24
MAX_RANK = 8
_NAME_LENGTH = 200


def check_graph(graph: Graph) -> None:
    """Check structure, shapes, types and quantization of a graph.

    Raises:
        ModelError: names the layer or tensor, what is wrong with it and what to do.
    """
    for index, tensor in enumerate(graph.tensors):
        check_tensor(tensor, f"tensor {index} ({tensor.name!r})")
    check_ends(graph.inputs, graph.outputs)
    for kind, (end,) in (("input", graph.inputs), ("output", graph.outputs)):
        _require_index(graph, end, f"the model's {kind}")
    _check_flow(graph)
    for face, end in ((graph.border.input, graph.inputs[0]), (graph.border.output, graph.outputs[0])):
        _check_face(face, graph.tensors[end])
    for index, node in enumerate(graph.nodes):
        _check_layer(family_of(node.op), node.op, layer_of(graph, index))
    for kind, end in (("input", graph.inputs[0]), ("output", graph.outputs[0])):
        _require_batch(graph.tensors[end], f"the model's {kind}")


def _check_layer(family: Family[Any], op: Operator, layer: Layer) -> None:
    slots = family.slots(len(layer.x))
    ends = [(o.name, o.kind, t) for o, t in zip(slots, layer.x, strict=True) if t is not None]
    ends += [("output", family.result, output) for output in layer.outputs]
    for name, kind, tensor in ends:
        _check_type(layer, name, kind, tensor)
        if kind in ACTIVATIONS:
            _check_activation(layer, tensor)
            if family.keeps_batch is None:
                _require_batch(tensor, layer.place)
        elif kind in STATES:
            _check_state(layer, name, tensor)
        elif tensor is not layer.y:
            _check_constant(layer, name, kind, tensor)
    _check_arithmetic(family, layer)
    family.check(op, layer)


def layer_of(graph: Graph, index: int, number: int = 0) -> Layer:
    """A node of a graph whose structure is sound, with its tensors at hand; absent optional inputs become None.

    Args:
        number: the output that is asked for, where there are several.
    """
    node = graph.nodes[index]
    family = family_of(node.op)
    inputs = tuple(None if i < 0 else graph.tensors[i] for i in node.inputs)
    inputs += (None,) * (len(family.operands) - len(inputs))
    outputs = tuple(graph.tensors[i] for i in node.outputs)
    first = inputs[0] if family.result == "indices" else outputs[0]
    assert first is not None, node
    return Layer(_place(graph, index), first.dtype, inputs, outputs, number)


def _place(graph: Graph, index: int) -> str:
    node = graph.nodes[index]
    output = graph.tensors[node.outputs[0]].name if node.outputs and _is_index(graph, node.outputs[0]) else "?"
    return f"layer {index} ({name_of(node.op)} -> {shorten(output)!r})"


def shorten(name: str) -> str:
    """A name as messages give it: a hostile file may give each of its layers a name of a megabyte."""
    return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 3]}..."


def check_shape(shape: tuple[int, ...], place: str) -> None:
    """Check that a shape is fixed and of a size that a microcontroller can hold."""
    if len(shape) > MAX_RANK:
        raise ModelError(f"has {len(shape)} dimensions", where=place, todo=f"use at most {MAX_RANK}")
    if min(shape, default=1) < 1:
        raise ModelError(f"has shape {shape}", where=place, todo="convert the model with fixed shapes and batch 1")
    if math.prod(shape) > MAX_ELEMENTS:
        raise ModelError(f"has shape {shape}", where=place, todo=f"use tensors of at most {MAX_ELEMENTS} elements")


def check_tensor(tensor: Tensor, place: str) -> None:
    """Check that a tensor's shape, content and quantization agree."""
    check_shape(tensor.shape, place)
    if tensor.data is not None and (tensor.data.shape != tensor.shape or tensor.data.dtype != tensor.dtype):
        raise ModelError(
            f"its content is {tensor.data.dtype} {tensor.data.shape}, declared are {tensor.dtype} {tensor.shape}",
            where=place,
            todo="convert the model again",
        )
    if tensor.initial is not None and not (
        tensor.variable and tensor.initial.shape == tensor.shape and tensor.initial.dtype == tensor.dtype
    ):
        raise ModelError(
            f"begins as {tensor.initial.dtype} {tensor.initial.shape} but is no such variable",
            where=place,
            todo="convert the model again",
        )
    if tensor.quantization is not None:
        _check_quantization(tensor, place)


def _check_quantization(tensor: Tensor, place: str) -> None:
    q = tensor.quantization
    assert q is not None
    if q.axis is not None and not 0 <= q.axis < len(tensor.shape):
        raise ModelError(f"is quantized along dimension {q.axis}", where=place, todo="convert the model again")
    expected = 1 if q.axis is None else tensor.shape[q.axis]
    if not len(q.scale) == len(q.zero_point) == expected:
        raise ModelError(
            f"has {len(q.scale)} scales and {len(q.zero_point)} zero points where {expected} belong",
            where=place,
            todo="convert the model again",
        )
    if not all(0 < s < math.inf for s in q.scale):
        raise ModelError("has a scale that is not positive and finite", where=place, todo="quantize the model again")
    if tensor.dtype == "int8" and not all(-128 <= z <= 127 for z in q.zero_point):
        raise ModelError("has a zero point outside of int8", where=place, todo="quantize the model again")


def check_ends(inputs: tuple[int, ...], outputs: tuple[int, ...]) -> None:
    """Check that there is one input and one output, as emitted C has."""
    for kind, ends in (("input", inputs), ("output", outputs)):
        if len(ends) != 1:
            raise ModelError(f"the model has {len(ends)} {kind}s", todo=f"convert it with exactly one {kind}")


def _check_face(face: Face | None, tensor: Tensor) -> None:
    if face is not None and tensor.dtype != "int8":
        raise ModelError(
            f"is {face.dtype} in the file but {tensor.dtype} inside",
            where=f"tensor {tensor.name!r}",
            todo="convert the model to int8",
        )


def _check_flow(graph: Graph) -> None:
    """Each computed tensor comes from the input or from one earlier layer."""
    variables = {i for i, tensor in enumerate(graph.tensors) if tensor.variable}
    if variables & {*graph.inputs, *graph.outputs}:
        raise ModelError("the model's input or output is a variable", todo="convert the model again")
    _check_variables(graph)
    ready = {*graph.inputs, *variables}
    if graph.tensors[graph.inputs[0]].data is not None:
        raise ModelError("the model's input is a constant", todo="convert the model again")
    for index, node in enumerate(graph.nodes):
        place = _place(graph, index)
        _check_arity(node, place)
        for i, operand in zip(node.inputs, family_of(node.op).slots(len(node.inputs)), strict=False):
            if i == -1 and operand.optional:
                continue
            _require_index(graph, i, place)
            if graph.tensors[i].data is None and i not in ready:
                raise ModelError(
                    f"uses tensor {graph.tensors[i].name!r} before any layer computes it",
                    where=place,
                    todo="convert the model again",
                )
        for output in node.outputs:
            _require_index(graph, output, place)
            if isinstance(node.op, AssignVariable) and output in variables:
                continue
            if output in ready or graph.tensors[output].data is not None:
                raise ModelError("its output is already given elsewhere", where=place, todo="convert the model again")
            ready.add(output)
    if graph.outputs[0] not in ready:
        raise ModelError("no layer computes the model's output", todo="convert the model again")


def _check_variables(graph: Graph) -> None:
    """A file knows variables by their names, and no layer has them for its own."""
    variables = named_variables(graph)
    for name, count in Counter(graph.tensors[i].name for i in variables).items():
        if count > 1:
            raise ModelError(f"{count} variables are named {shorten(name)!r}", todo="give each a name of its own")
    for index, node in enumerate(graph.nodes):
        if not isinstance(node.op, ReadVariable) and {*node.inputs} & {*variables}:
            raise ModelError(
                "takes a variable as its own that READ_VARIABLE or ASSIGN_VARIABLE takes too",
                where=_place(graph, index),
                todo="convert the model again",
            )


def named_variables(graph: Graph) -> list[int]:
    """The variables that READ_VARIABLE and ASSIGN_VARIABLE take, by tensor; those of layers that remember are not."""
    reads = [i for node in graph.nodes if isinstance(node.op, ReadVariable) for i in node.inputs]
    assigns = [i for node in graph.nodes if isinstance(node.op, AssignVariable) for i in node.outputs]
    return sorted({i for i in reads + assigns if _is_index(graph, i) and graph.tensors[i].variable})


def _is_index(graph: Graph, index: int) -> bool:
    return 0 <= index < len(graph.tensors)


def _require_index(graph: Graph, index: int, place: str) -> None:
    if not _is_index(graph, index):
        raise ModelError(
            f"refers to tensor {index} of {len(graph.tensors)}", where=place, todo="copy or convert the model again"
        )


def _check_arity(node: Node, place: str) -> None:
    family, inputs, outputs = family_of(node.op), len(node.inputs), len(node.outputs)
    least = sum(not operand.optional for operand in family.operands)
    if not least <= inputs <= len(family.slots(inputs)) or not 1 <= outputs <= (outputs if family.several else 1):
        raise ModelError(
            f"has {inputs} inputs and {outputs} outputs",
            where=place,
            todo="convert the model again",
        )


def _check_arithmetic(family: Family[Any], layer: Layer) -> None:
    layer.require(
        layer.dtype != "int16" or family.int16 is not None,
        "computes in int16, for which it has no arithmetic here",
        "quantize the model to int8",
    )


def _check_type(layer: Layer, name: str, kind: Kind, tensor: Tensor) -> None:
    kinds = DTYPES[kind]
    layer.require(
        layer.dtype in kinds,
        f"computes in {layer.dtype}",
        "convert the model to int8 (full-integer quantization) or leave it in float32",
    )
    layer.require(
        tensor.dtype in kinds[layer.dtype],
        f"its {name} is {tensor.dtype} where it computes in {layer.dtype}",
        f"convert the model so that it is {kinds[layer.dtype][0]}",
    )


def _check_activation(layer: Layer, tensor: Tensor) -> None:
    layer.require(not tensor.variable, f"takes the variable {tensor.name!r} as it is", "read it by READ_VARIABLE")
    layer.require(
        tensor.dtype == "float32" or (tensor.quantization is not None and tensor.quantization.axis is None),
        f"{tensor.name!r} has no scale and zero point of its own",
        "convert the model with full-integer quantization",
    )
    layer.require(
        tensor.dtype != "int16" or tensor.quantization is None or tensor.quantization.zero_point == (0,),
        f"{tensor.name!r} is int16 with a zero point other than 0",
        "quantize int16 activations symmetrically",
    )


def _check_state(layer: Layer, name: str, tensor: Tensor) -> None:
    layer.require(tensor.variable and tensor.data is None, f"its {name} is not a variable", "convert the model again")
    layer.require(
        tensor.dtype == "float32" or (tensor.quantization is not None and tensor.quantization.axis is None),
        f"{tensor.name!r} has no scale and zero point of its own",
        "convert the model with full-integer quantization",
    )


def _check_constant(layer: Layer, name: str, kind: Kind, tensor: Tensor) -> None:
    layer.require(tensor.data is not None, f"has no constant {name}", "convert a frozen, trained model")
    if layer.dtype in ("int8", "int16") and kind != "indices":
        layer.require(
            tensor.quantization is not None,
            f"has no scale for its {name}",
            "convert the model with full-integer quantization",
        )


def _require_batch(tensor: Tensor, place: str) -> None:
    if tensor.shape[:1] != (1,):
        raise ModelError(
            f"the shape {tensor.shape} of {tensor.name!r} does not begin with a batch of 1",
            where=place,
            todo="convert the model with batch 1",
        )
