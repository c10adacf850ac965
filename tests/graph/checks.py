"""Assertions that several tests of graphs share."""

from __future__ import annotations

import numpy as np
import pytest
from tests.graph.models import Array, inputs_of
from tests.graph.oracle import Oracle

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import Graph, check_graph, initial_state, interpret


def assert_same_as_oracle(graph: Graph, oracle: Oracle, inputs: int = 2, model: bytes | None = None) -> None:
    """Every tensor that the interpreter computes equals TFLite Micro's, for a number of random inputs."""
    drawn = [x[None] for x in inputs_of(graph, inputs)]
    state = initial_state(graph)
    for x, expected in zip(drawn, oracle.run(graph, drawn, model), strict=True):
        values = interpret(graph, x, state)
        assert values[graph.outputs[0]] is not None
        for index in (i for i in expected if values[i] is not None):
            value = expected[index]
            np.testing.assert_array_equal(values[index], value, err_msg=graph.tensors[index].name)


def run_after_run(graph: Graph, x: Array) -> Array:
    """Outputs of one input after the other, (N, ...): a model with variables remembers those before."""
    state = initial_state(graph)
    outputs = [interpret(graph, each[None], state)[graph.outputs[0]] for each in x]
    return np.concatenate([output for output in outputs if output is not None])


def assert_same_for_every_input(graph: Graph, oracle: Oracle) -> None:
    """The output of a graph of shape (1, 256) or (1, 65536) equals TFLite Micro's for each int8 or int16."""
    dtype = graph.tensors[graph.inputs[0]].dtype
    x = np.arange(np.iinfo(dtype).min, np.iinfo(dtype).max + 1).astype(dtype)[None]
    y = graph.outputs[0]
    np.testing.assert_array_equal(interpret(graph, x)[y], oracle.run(graph, [x])[0][y])


def assert_refused(graph: Graph, message: str) -> None:
    with pytest.raises(ModelError) as error:
        check_graph(graph)
    assert str(error.value) == message
