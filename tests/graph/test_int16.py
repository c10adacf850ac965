"""Activations in int16 with weights in int8."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_as_oracle, assert_same_for_every_input
from tests.graph.models import Model, inputs_of
from tests.graph.operators import DRAWN, INT16, single_layers_of
from tests.graph.oracle import Oracle

from sensorsmith.graph import Abs, Quantize, read_tflite, same, write_tflite, writer
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.ops import name_of

# TFLite Micro computes it in int16; Sensorsmith does not.
NOT_HERE = {"UNIDIRECTIONAL_SEQUENCE_LSTM"}
# There is no form of int16 to draw.
NOT_DRAWN = {"SVDF"}
RATIOS = [0.37, 1.0, 2.5, 300.0, 1 / 256, 1e-12]


@pytest.mark.parametrize("name", INT16)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_equals_tflite_micro(name: str, data: st.DataObject, oracle: Oracle) -> None:
    graph = data.draw(single_layers_of(name, "int16"))
    assert same(read_tflite(write_tflite(graph)), graph)
    assert_same_as_oracle(graph, oracle)


@pytest.mark.parametrize("name", sorted({*DRAWN} - {*INT16} - NOT_HERE - NOT_DRAWN))
@settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_tflite_micro_refuses_in_int16_is_refused(name: str, data: st.DataObject, oracle: Oracle) -> None:
    graph = data.draw(single_layers_of(name, "int16"))
    index = next(i for i, node in enumerate(graph.nodes) if name_of(node.op) == name)
    assert_refused(
        graph,
        f"{layer_of(graph, index).place}: computes in int16, for which it has no arithmetic here; "
        "quantize the model to int8",
    )
    with patch.object(writer, "check_graph"), pytest.raises(AssertionError, match="TFLite Micro refused the model"):
        oracle.run(graph, [inputs_of(graph, 1)])


@pytest.mark.parametrize(
    ("first", "second"),
    [("int8", "int16"), ("int16", "int8"), ("int16", "int16")],
    ids=["wider", "narrower", "rescaled"],
)
@pytest.mark.parametrize("ratio", RATIOS)
def test_every_input_of_a_change_of_width(first: str, second: str, ratio: float, oracle: Oracle) -> None:
    model = Model(first)  # type: ignore[arg-type]
    shape = (1, np.iinfo(first).max - np.iinfo(first).min + 1)
    x = model.activation(shape, float(np.float32(ratio * 0.01)), -7)
    y = model.activation(shape, 0.01, 19, second)  # type: ignore[arg-type]
    assert_same_for_every_input(model.graph(x, model.node(Quantize(), (x,), y)), oracle)


@pytest.mark.parametrize("ratio", RATIOS)
def test_every_magnitude(ratio: float, oracle: Oracle) -> None:
    model = Model("int16")
    x = model.activation((1, 65536), float(np.float32(ratio * 0.01)))
    y = model.node(Abs(), (x,), model.activation((1, 65536), 0.01))
    assert_same_for_every_input(model.graph(x, y), oracle)
