"""Models as exporters leave them, as C."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tests.compiler.library import Library
from tests.graph import messy
from tests.graph.checks import run_after_run
from tests.graph.models import inputs_of

from sensorsmith.compiler import compile_graph
from sensorsmith.graph import interpret_batch, read_tflite


def test_the_c_of_messy_files_equals_the_interpreter(tmp_path: Path) -> None:
    graphs = [read_tflite(data) for data in (messy.flattened(), messy.conv1d(), messy.dense_at_each_step())]
    library = Library(graphs, tmp_path)
    for number, graph in enumerate(graphs):
        x = inputs_of(graph, 50)
        np.testing.assert_array_equal(library.predict(number, x), interpret_batch(graph, x))


def test_a_streaming_export_hears_one_row_after_another(tmp_path: Path) -> None:
    graphs = [read_tflite(messy.streaming(first)) for first in ((3, -128), (0, 100))]
    library = Library(graphs, tmp_path)
    for number, graph in enumerate(graphs):
        x = inputs_of(graph, 20)
        expected = run_after_run(graph, x)
        assert len(np.unique(expected, axis=0)) > 5
        np.testing.assert_array_equal(library.predict(number, x, anew=False), expected)


def test_variables_of_a_streaming_export_take_no_step() -> None:
    """But for those that join what was and what is new, and cut off what has become old."""
    report = compile_graph(read_tflite(messy.streaming()), "m").report
    assert [layer.op for layer in report.layers] == [*["copy"] * 3, "conv2d"] * 2


def test_reshapes_of_messy_files_take_no_step() -> None:
    report = compile_graph(read_tflite(messy.conv1d()), "m").report
    assert [layer.op for layer in report.layers] == ["conv2d", "max_pool", "fully_connected"]
