"""What a streaming model remembers: as files have it, in the interpreter, and beside TFLite Micro, run after run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.messy import INNER, File, streaming
from tests.graph.models import Model, inputs_of
from tests.graph.oracle import Oracle

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import (
    AssignVariable,
    Graph,
    Node,
    ReadVariable,
    Relu,
    Softmax,
    initial_state,
    interpret,
    leave,
    read_tflite,
    same,
    write_tflite,
)

AGAIN = "convert the model again"
KEEPS = "convert the model again, so that it keeps its shape and type"


@pytest.mark.parametrize("first", [(3, -128), (0, 100)], ids=["zero points", "others"])
def test_an_export_gives_what_tflite_micro_makes_of_it(first: tuple[int, int], oracle: Oracle) -> None:
    data = streaming(first)
    graph = read_tflite(data)
    assert [(t.name, t.shape) for t in graph.tensors if t.variable] == [
        ("stream/states", (1, 4, 1, 3)),
        ("stream_1/states", (1, 2, 1, 4)),
    ]
    assert same(read_tflite(write_tflite(graph)), graph)
    assert_same_as_oracle(graph, oracle, inputs=8)

    inputs, state = [x[None] for x in inputs_of(graph, 8)], initial_state(graph)
    made = [interpret(graph, x, state)[graph.outputs[0]] for x in inputs]
    assert graph.border.output is not None
    y = graph.tensors[graph.outputs[0]]
    outputs = [leave(graph.border.output, y, each) for each in made if each is not None]
    (end,) = (i for i, name in _names(data) if name == graph.border.output.name)
    expected = [each[end] for each in oracle.run_file(data, inputs, [end])]
    np.testing.assert_array_equal(outputs, expected)
    assert len({each.tobytes() for each in outputs}) > 1


def _names(data: bytes) -> list[tuple[int, str]]:
    from sensorsmith.graph.flatbuffer import Source
    from sensorsmith.graph.schema import MODEL, SUBGRAPH, TENSOR

    main = Source(data).root(MODEL, b"TFL3", "model").tables("subgraphs", SUBGRAPH)[0]
    return [(i, tensor.text("name")) for i, tensor in enumerate(main.tables("tensors", TENSOR))]


def test_a_new_state_begins_anew() -> None:
    graph = read_tflite(streaming((3, 100)))
    x = inputs_of(graph, 3)[:, None]

    def run() -> list[bytes]:
        state = initial_state(graph)
        return [interpret(graph, each, state)[graph.outputs[0]].tobytes() for each in x]  # type: ignore[union-attr]

    assert run() == run()


def remembering(*, initial: bool = False, dtype: str = "int8") -> Model:
    """x (tensor 0) and a variable (tensor 1)."""
    model = Model(dtype)  # type: ignore[arg-type]
    model.activation((1, 5), 0.05, 3)
    variable = model.variable((1, 5), model.dtype, 0.05, 0 if dtype == "int16" else 3)
    if initial:
        first = np.arange(5).astype(dtype).reshape(1, 5)
        model.tensors[variable] = replace(model.tensors[variable], initial=first)
    return model


def like_x(model: Model) -> int:
    return model.activation((1, 5), 0.05, 3)


def assign(model: Model, x: int) -> None:
    model.nodes.append(Node(AssignVariable(), (x,), (1,)))


def read(model: Model) -> int:
    return model.node(ReadVariable(), (1,), like_x(model))


def _read_then_assigned(model: Model) -> int:
    y = read(model)
    assign(model, 0)
    return y


def _assigned_then_read(model: Model) -> int:
    assign(model, 0)
    return read(model)


def _read_before_and_after(model: Model) -> int:
    past = read(model)
    assign(model, 0)
    now = read(model)
    assign(model, past)
    return now


def _assigned_itself(model: Model) -> int:
    assign(model, read(model))
    return read(model)


ORDERS: list[Callable[[Model], int]] = [_read_then_assigned, _assigned_then_read, _read_before_and_after]
ORDERS += [_assigned_itself]


@pytest.mark.parametrize("dtype", ["int8", "int16", "float32"])
@pytest.mark.parametrize("initial", [False, True], ids=["usual", "begun"])
@pytest.mark.parametrize("order", ORDERS)
def test_the_order_of_reading_and_assigning_counts(
    order: Callable[[Model], int], initial: bool, dtype: str, oracle: Oracle
) -> None:
    model = remembering(initial=initial, dtype=dtype)
    graph = model.graph(0, model.node(Relu(), (order(model),), like_x(model)))
    assert same(read_tflite(write_tflite(graph)), graph)
    assert_same_as_oracle(graph, oracle, inputs=4)


def export(*steps: str, shape: tuple[int, ...] = (1, 6), initial: tuple[str, ...] = ()) -> bytes:
    """A model of x, whose operators have to do with one variable; it ends in a RELU of x."""
    file = File()
    x, y = (file.tensor(name, (1, 6), "int8", INNER) for name in "xy")
    other = file.tensor("other", shape, "int8", INNER)
    for step in steps:
        if step == "call":
            file.call_once()
        elif step == "handle":
            handle = file.handle("v")
        elif step == "read":
            file.op("READ_VARIABLE", (handle,), file.tensor("past", shape, "int8", INNER))
        elif step == "assign":
            file.op("ASSIGN_VARIABLE", (handle, x))
        elif step == "assign float":
            file.op("ASSIGN_VARIABLE", (handle, file.tensor("real", (1, 6), "float32")))
        elif step == "assign nothing":
            file.op("ASSIGN_VARIABLE", (handle,))
        elif step == "reshape":
            file.op("RESHAPE", (handle,), other)
        elif step == "read x":
            file.op("READ_VARIABLE", (x,), other)
        else:
            file.op("VAR_HANDLE", (), x)
    file.op("RELU", (x,), y)
    if initial:
        _begin(file, initial)
    return file.build((x,), (y,))


def _begin(main: File, steps: tuple[str, ...]) -> None:
    file = File(main=main)
    handle = file.handle("v")
    for step in steps:
        if step == "constant":
            file.op("ASSIGN_VARIABLE", (handle, file.constant("c", np.zeros((1, 6), np.int8), INNER)))
        elif step == "short":
            file.op("ASSIGN_VARIABLE", (handle, file.constant("c", np.zeros((1, 5), np.int8), INNER)))
        elif step == "computed":
            file.op("ASSIGN_VARIABLE", (handle, file.tensor("c", (1, 6), "int8", INNER)))
        elif step == "call":
            file.call_once()
        else:
            file.op("RELU", (file.tensor("c", (1, 6)),), file.tensor("d", (1, 6)))


BROKEN = {
    "unassigned": (
        export("handle", "read"),
        f"layer 1 (-> 'past'): nothing assigns the variable 'v'; {AGAIN}",
    ),
    "another shape": (
        export("handle", "read", "assign", shape=(1, 2, 3)),
        f"layer 2 (ASSIGN_VARIABLE): the variable 'v' is int8 (1, 6) here and int8 (1, 2, 3) elsewhere; {KEEPS}",
    ),
    "another type": (
        export("handle", "read", "assign float"),
        f"layer 2 (ASSIGN_VARIABLE): the variable 'v' is float32 (1, 6) here and int8 (1, 6) elsewhere; {KEEPS}",
    ),
    "another first shape": (
        export("call", "handle", "read", initial=("short",)),
        f"layer 2 (-> 'past'): the variable 'v' is int8 (1, 6) here and begins as int8 (1, 5); {KEEPS}",
    ),
    "a handle elsewhere": (
        export("handle", "assign", "reshape"),
        f"layer 2 (-> 'other'): RESHAPE takes the handle of a variable; {AGAIN}",
    ),
    "no handle": (
        export("read x"),
        f"layer 0 (-> 'other'): takes a variable that no VAR_HANDLE names; {AGAIN}",
    ),
    "a handle of another type": (
        export("a handle that is none"),
        f"layer 0 (-> 'x'): makes no handle of a variable; {AGAIN}",
    ),
    "no value": (
        export("handle", "assign nothing"),
        f"layer 1 (ASSIGN_VARIABLE): has 1 inputs and 0 outputs; {AGAIN}",
    ),
    "begun late": (
        export("handle", "assign", "call", initial=("constant",)),
        f"layer 2 (CALL_ONCE): gives variables a first content after their first use; {AGAIN}",
    ),
    "begun by itself": (
        export("call", "handle", "assign"),
        "the model has 1 subgraphs; convert it without control flow",
    ),
    "begun by what is computed": (
        export("call", "handle", "assign", initial=("computed",)),
        "layer 1 (ASSIGN_VARIABLE): gives a variable a first content that is no constant; "
        "convert the model with constants as the first contents of its variables",
    ),
    "begun by a layer": (
        export("call", "handle", "assign", initial=("constant", "relu")),
        "layer 2 (-> 'd'): RELU runs before the first input, where variables are given constants; "
        "convert the model with constants as the first contents of its variables",
    ),
    "begun twice over": (
        export("call", "handle", "assign", initial=("call",)),
        "layer 1 (CALL_ONCE): CALL_ONCE runs before the first input, where variables are given constants; "
        "convert the model with constants as the first contents of its variables",
    ),
    "a subgraph that is not called": (
        export("handle", "assign", initial=("constant",)),
        "the model has 2 subgraphs; convert it without control flow",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_variable_is_refused(name: str) -> None:
    data, message = BROKEN[name]
    with pytest.raises(ModelError) as error:
        read_tflite(data)
    assert str(error.value) == message


def test_a_sound_one_of_the_same_kind_is_read() -> None:
    graph = read_tflite(export("call", "handle", "read", "assign", initial=("constant",)))
    (variable,) = (tensor for tensor in graph.tensors if tensor.variable)
    assert variable.name == "v"
    np.testing.assert_array_equal(variable.initial, np.zeros((1, 6), np.int8))


def test_handles_of_one_name_are_one_variable() -> None:
    graph = read_tflite(export("handle", "read", "handle", "assign"))
    assert [tensor.name for tensor in graph.tensors if tensor.variable] == ["v"]
    assert graph.nodes[0].inputs == graph.nodes[1].outputs


def _twice() -> Graph:
    model = remembering()
    other = model.variable((1, 5), "int8", 0.05, 3)
    model.tensors[other] = replace(model.tensors[other], name=model.tensors[1].name)
    assign(model, 0)
    model.nodes.append(Node(AssignVariable(), (0,), (other,)))
    return model.graph(0, read(model))


def _taken_by_a_layer() -> Graph:
    model = remembering()
    assign(model, 0)
    return model.graph(0, model.node(Softmax(), (1,), model.activation((1, 5), 1 / 256, -128)))


def _no_named_variable() -> Graph:
    model = remembering()
    return model.graph(0, model.node(Relu(), (1,), like_x(model)))


def _begun_otherwise() -> Graph:
    model = remembering()
    model.tensors[1] = replace(model.tensors[1], initial=np.zeros((1, 4), np.int8))
    return model.graph(0, read(model))


def _constant_begun() -> Graph:
    model = remembering()
    model.tensors[0] = replace(model.tensors[0], initial=np.zeros((1, 5), np.int8))
    return model.graph(0, read(model))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (_twice(), "2 variables are named 't1'; give each a name of its own"),
        (
            _taken_by_a_layer(),
            "layer 1 (SOFTMAX -> 't2'): takes a variable as its own that READ_VARIABLE or ASSIGN_VARIABLE takes too; "
            + AGAIN,
        ),
        (
            _no_named_variable(),
            "layer 0 (RELU -> 't2'): takes the variable 't1' as it is; read it by READ_VARIABLE",
        ),
        (_begun_otherwise(), f"tensor 1 ('t1'): begins as int8 (1, 4) but is no such variable; {AGAIN}"),
        (_constant_begun(), f"tensor 0 ('t0'): begins as int8 (1, 5) but is no such variable; {AGAIN}"),
    ],
)
def test_graphs_that_make_no_sense_of_variables_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, message)
