"""What holds for every operator of the table, by the registry in operators.py."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.operators import DRAWN, single_layers_of
from tests.graph.oracle import Oracle
from tests.graph.refused import CASES

from sensorsmith.graph import Graph, read_tflite, same, write_tflite
from sensorsmith.graph.ops import FAMILIES

NAMES = sorted(name for family in FAMILIES for name in family.codes.values())


def test_every_operator_is_drawn() -> None:
    assert sorted(DRAWN) == NAMES


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_equals_tflite_micro(name: str, data: st.DataObject, oracle: Oracle) -> None:
    graph = data.draw(single_layers_of(name))
    assert same(read_tflite(write_tflite(graph)), graph)
    assert_same_as_oracle(graph, oracle)


def test_every_operator_is_refused_where_it_does_not_fit() -> None:
    assert sorted({name for name, _, _ in CASES}) == NAMES


@pytest.mark.parametrize(("name", "graph", "message"), CASES, ids=[name for name, _, _ in CASES])
def test_layers_that_do_not_fit_are_refused(name: str, graph: Graph, message: str) -> None:
    output = graph.tensors[graph.nodes[0].outputs[0]].name
    assert_refused(graph, f"layer 0 ({name} -> {output!r}): {message}")
