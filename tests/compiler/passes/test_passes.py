from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.compiler.library import Library
from tests.compiler.passes.models import extremes, sparse_networks
from tests.graph.models import Model

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import FullyConnected, Graph, interpret_batch


def _compiles(graph: Graph) -> bool:
    try:
        compile_graph(graph, "m")
    except ModelError:
        return False
    return True


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.tuples(*(sparse_networks().filter(_compiles) for _ in range(8))))
def test_the_c_of_a_sparse_network_equals_the_interpreter(graphs: tuple[Graph, ...]) -> None:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Library(graphs, Path(folder))
        for index, graph in enumerate(graphs):
            x = extremes(graph, 3)
            np.testing.assert_array_equal(library.predict(index, x), interpret_batch(graph, x))
        assert any(e.report.executed_macs < e.report.macs for e in library.emitted)


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
