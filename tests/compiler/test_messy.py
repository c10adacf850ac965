"""Models as exporters leave them, as C."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.compiler.library import Library
from tests.graph import messy
from tests.graph.models import Model, inputs_of

from sensorsmith.compiler import compile_graph
from sensorsmith.graph import FullyConnected, interpret_batch, read_tflite


def test_the_c_of_messy_files_equals_the_interpreter(tmp_path: Path) -> None:
    graphs = [read_tflite(data) for data in (messy.flattened(), messy.conv1d(), messy.dense_at_each_step())]
    library = Library(graphs, tmp_path)
    for number, graph in enumerate(graphs):
        x = inputs_of(graph, 50)
        np.testing.assert_array_equal(library.predict(number, x), interpret_batch(graph, x))


def test_a_dense_layer_at_each_step_is_a_convolution(tmp_path: Path) -> None:
    model = Model()
    x = model.activation((1, 5, 9), 0.05, 11)
    weights = model.weights((4, 9), (0.01, 0.02, 0.003, 0.01))
    y = model.activation((1, 5, 4), 0.1, -7)
    graph = model.graph(x, model.node(FullyConnected("relu"), (x, weights, model.bias(x, weights, 4)), y))
    (layer,) = compile_graph(graph, "m").report.layers
    assert (layer.op, layer.macs, layer.weights_bytes) == ("conv2d", 5 * 9 * 4, 36 + 4 * (4 + 4 + 1))
    given = inputs_of(graph, 50)
    np.testing.assert_array_equal(Library([graph], tmp_path).predict(0, given), interpret_batch(graph, given))


def test_reshapes_of_messy_files_take_no_step() -> None:
    report = compile_graph(read_tflite(messy.conv1d()), "m").report
    assert [layer.op for layer in report.layers] == ["conv2d", "max_pool", "fully_connected"]
