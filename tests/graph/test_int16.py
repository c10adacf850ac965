"""Activations in int16 with weights in int8."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_same_as_oracle
from tests.graph.models import (
    Draw,
    draw_conv,
    draw_dense,
    draw_depthwise,
    draw_pool,
    draw_reshape,
    draw_transpose_conv,
    single_layers,
)
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph

LAYERS = (draw_conv, draw_depthwise, draw_transpose_conv, draw_dense, draw_pool, draw_reshape)


@st.composite
def layers(draw: Draw, layer: Any) -> Graph:
    return draw(single_layers(layer, "int16"))


@pytest.mark.parametrize("layer", LAYERS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_equals_tflite_micro(layer: Any, data: st.DataObject, oracle: Oracle) -> None:
    assert_same_as_oracle(data.draw(single_layers(layer, "int16")), oracle)
