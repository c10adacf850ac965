from __future__ import annotations

import numpy as np
from tests.graph.models import Model

from sensorsmith.compiler.passes.constants import fold_constants
from sensorsmith.graph import (
    Add,
    AssignVariable,
    Graph,
    Node,
    ReadVariable,
    Relu,
    Split,
    check_graph,
    interpret,
    same,
)


def _graph(last: bool) -> tuple[Graph, int]:
    """x plus the rectified half of a constant; or, if `last`, only what is made of the constant."""
    model = Model()
    x = model.activation((1, 3), 0.05, 4)
    given = model.constant((1, 6), 0.1, -3)
    halves = [model.activation((1, 3), 0.1, -3) for _ in range(2)]
    model.nodes.append(Node(Split(2), (model.scalar(1), given), tuple(halves)))
    rectified = model.node(Relu(), (halves[1],), model.activation((1, 3), 0.1, -3))
    if last:
        return model.graph(x, rectified), rectified
    return model.graph(x, model.node(Add(), (x, rectified), model.activation((1, 3), 0.1, 0))), rectified


def test_what_depends_on_constants_only_is_computed_once() -> None:
    graph, rectified = _graph(last=False)
    folded = fold_constants(graph)
    check_graph(folded)
    assert [type(node.op) for node in folded.nodes] == [Add]
    x = np.array([[-128, 5, 127]], np.int8)
    before, after = interpret(graph, x), interpret(folded, x)
    np.testing.assert_array_equal(folded.tensors[rectified].data, before[rectified])
    np.testing.assert_array_equal(before[graph.outputs[0]], after[graph.outputs[0]])


def test_the_output_is_still_computed_by_a_layer() -> None:
    graph, _ = _graph(last=True)
    folded = fold_constants(graph)
    check_graph(folded)
    assert [type(node.op) for node in folded.nodes] == [Relu]


def test_a_constant_that_a_variable_is_assigned_is_assigned() -> None:
    model = Model()
    x, variable = model.activation((1, 3)), model.variable((1, 3), "int8", 0.05)
    past = model.node(ReadVariable(), (variable,), model.activation((1, 3)))
    model.nodes.append(Node(AssignVariable(), (model.constant((1, 3)),), (variable,)))
    graph = model.graph(x, model.node(Add(), (x, past), model.activation((1, 3), 0.1)))
    assert same(fold_constants(graph), graph)


def test_nothing_is_done_where_all_depends_on_the_input() -> None:
    model = Model()
    x = model.activation((1, 3))
    graph = model.graph(x, model.node(Relu(), (x,), model.activation((1, 3))))
    assert same(fold_constants(graph), graph)
