from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.compiler.library import Library
from tests.compiler.passes.models import extremes, sparse_networks
from tests.graph.checks import run_after_run
from tests.graph.models import Model
from tests.graph.operators import networks

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.compiler.passes import simplify
from sensorsmith.compiler.passes.channels import fold_channels
from sensorsmith.compiler.passes.unread import drop_unread
from sensorsmith.graph import (
    Add,
    AssignVariable,
    FullyConnected,
    Graph,
    HardSwish,
    Node,
    ReadVariable,
    Softmax,
    check_graph,
    interpret_batch,
)


def _folds(graph: Graph) -> bool:
    """Whether channels go, and the rest can be compiled."""
    folded = fold_channels(graph, 1)
    try:
        compile_graph(folded, "m")
    except ModelError:
        return False
    return folded is not graph


@settings(max_examples=2, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.tuples(*(sparse_networks().filter(_folds) for _ in range(8))))
def test_the_c_of_a_network_with_fewer_channels_equals_the_interpreter(graphs: tuple[Graph, ...]) -> None:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Library([fold_channels(graph, 1) for graph in graphs], Path(folder))
        for index, graph in enumerate(graphs):
            x = extremes(graph, 3)
            np.testing.assert_array_equal(library.predict(index, x), interpret_batch(graph, x))


@settings(max_examples=60, deadline=None)
@given(networks())
def test_networks_of_any_operators_give_the_same(graph: Graph) -> None:
    simple = simplify(graph)
    check_graph(simple)
    x = extremes(graph, 3)
    np.testing.assert_array_equal(run_after_run(graph, x), run_after_run(simple, x))


def test_layers_that_nobody_reads_hold_no_channels() -> None:
    model = Model()
    x = model.activation((1, 5), 0.05, 0)
    weights = model.weights((8, 5))
    data = model.tensors[weights].data
    assert data is not None
    data[3:7] = 0
    y = model.node(FullyConnected(), (x, weights), model.activation((1, 8), 0.1, 3))
    model.node(Softmax(), (y,), model.activation((1, 8), 1 / 256, -128))
    last = model.weights((2, 8))
    graph = model.graph(x, model.node(FullyConnected(), (y, last), model.activation((1, 2), 0.1, 0)))
    simple = simplify(graph)
    assert [simple.tensors[node.outputs[0]].shape for node in simple.nodes] == [(1, 4), (1, 2)]


def test_a_layer_is_read_in_a_later_run() -> None:
    """Not so one whose variable nobody reads, and those before it."""
    model = Model()
    x, variable, unread = model.activation((1, 5)), *(model.variable((1, 5), "int8", 0.05) for _ in range(2))
    past = model.node(ReadVariable(), (variable,), model.activation((1, 5)))
    y = model.node(Add(), (x, past), model.activation((1, 5), 0.1))
    for each in (variable, unread):
        value = model.node(HardSwish(), (x,), model.activation((1, 5)))
        model.nodes.append(Node(AssignVariable(), (value,), (each,)))
    nodes = drop_unread(model.graph(x, y)).nodes
    assert [type(node.op) for node in nodes] == [ReadVariable, Add, HardSwish, AssignVariable]
    assert nodes[-1].outputs == (variable,)


def test_both_counts_of_multiplications_are_told() -> None:
    model = Model()
    x = model.activation((1, 5), 0.05, 0)
    weights = model.weights((8, 5))
    data = model.tensors[weights].data
    assert data is not None
    data[3:7] = 0
    y = model.node(FullyConnected(), (x, weights), model.activation((1, 8), 0.1, 3))
    last = model.weights((2, 8))
    emitted = compile_graph(
        model.graph(x, model.node(FullyConnected(), (y, last), model.activation((1, 2), 0.1, 0))), "m"
    )
    assert (emitted.report.macs, emitted.report.executed_macs) == (8 * 5 + 2 * 8, 4 * 5 + 2 * 4)
    assert "a neural network, 56 multiply-accumulates, 28 of them left to compute." in emitted.files["m.h"]
