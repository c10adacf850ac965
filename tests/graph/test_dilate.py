from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph import messy
from tests.graph.models import inputs_of, zero_points
from tests.graph.oracle import Oracle
from tests.graph.test_fold import names_of

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import Conv2D, DepthwiseConv2D, Graph, Reshape, interpret, read_tflite, same, write_tflite


def assert_same_as_in_batches(graph: Graph, fixed: bytes, oracle: Oracle) -> None:
    """The result equals that of the file's own operators, which TFLite Micro runs where the shapes are not open."""
    end = names_of(fixed).index("y")
    inputs = [x[None] for x in inputs_of(graph, 3)]
    for x, expected in zip(inputs, oracle.run_file(fixed, inputs, [end]), strict=True):
        np.testing.assert_array_equal(interpret(graph, x)[graph.outputs[0]], expected[end])


sizes = st.integers(9, 20)
steps = st.integers(1, 4)
drawn = st.tuples(sizes, steps).map(lambda t: ((t[0],), (t[1],))) | st.tuples(sizes, sizes, steps, steps).map(
    lambda t: (t[:2], t[2:])
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=drawn, padding=st.sampled_from(["same", "valid"]), depthwise=st.booleans(), zero_point=zero_points)
def test_results_are_those_of_the_operators_in_the_file(
    where: Any, padding: Any, depthwise: bool, zero_point: int, oracle: Oracle
) -> None:
    options: Any = {"depthwise": depthwise, "zero_point": zero_point}
    open_, fixed = (messy.dilated(*where, padding, fixed=fixed, **options) for fixed in (False, True))
    graph = read_tflite(open_)
    assert same(read_tflite(write_tflite(graph)), graph)
    assert_same_as_in_batches(graph, fixed, oracle)


@pytest.mark.parametrize("squeeze", ["RESHAPE", "SQUEEZE"])
def test_one_dimension(squeeze: str) -> None:
    graph = read_tflite(messy.dilated((13,), (3,), squeeze=squeeze))
    conv = Conv2D(padding="same", dilation=(1, 3))
    assert [node.op for node in graph.nodes] == [Reshape((1, 1, 13, 2)), conv, Reshape((1, 13, 4))]
    assert [t.name for t in graph.tensors] == ["x", "weights", "x_image", "y_image", "y"]


def test_two_dimensions() -> None:
    graph = read_tflite(messy.dilated((13, 9), (3, 2), "valid", depthwise=True))
    assert [node.op for node in graph.nodes] == [DepthwiseConv2D(padding="valid", dilation=(3, 2))]
    assert [t.name for t in graph.tensors] == ["x", "weights", "y"]


def test_anything_else_is_refused_by_operator() -> None:
    with pytest.raises(ModelError, match=r"^layer 0 \(-> 'SpaceToBatchND'\): the operator SPACE_TO_BATCH_ND is not"):
        read_tflite(messy.dilated((13,), (3,), crop=1))
