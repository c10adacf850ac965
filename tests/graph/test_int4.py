from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_same_as_oracle
from tests.graph.int4 import with_small_weights, write_int4
from tests.graph.models import Draw, draw_conv, draw_dense, draw_depthwise, single_layers
from tests.graph.oracle import Oracle

from sensorsmith.graph import FullyConnected, Graph, read_tflite, same


@st.composite
def layers(draw: Draw) -> Graph:
    layer: Any = draw(st.sampled_from([draw_conv, draw_depthwise, draw_dense]))
    graph = draw(single_layers(layer))
    return with_small_weights(graph, [graph.nodes[0].inputs[1]])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=layers())
def test_int4_weights_compute_as_in_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    weights = graph.nodes[0].inputs[1]
    model = write_int4(graph, [weights])
    assert same(read_tflite(model), graph)
    scales = graph.tensors[weights].quantization
    assert scales is not None
    # TFLite Micro refuses these though it computes them for int8.
    if not (isinstance(graph.nodes[0].op, FullyConnected) and len(scales.scale) > 1):
        assert_same_as_oracle(graph, oracle, model=model)
