"""Activations in int16 with weights in int8."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_same_as_oracle
from tests.graph.operators import INT16, single_layers_of
from tests.graph.oracle import Oracle


@pytest.mark.parametrize("name", INT16)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_equals_tflite_micro(name: str, data: st.DataObject, oracle: Oracle) -> None:
    assert_same_as_oracle(data.draw(single_layers_of(name, "int16")), oracle)
