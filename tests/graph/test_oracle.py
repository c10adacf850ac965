from __future__ import annotations

import pytest
from tests.graph.checks import assert_same_as_oracle
from tests.graph.models import inputs_of, small_convnet
from tests.graph.oracle import Oracle


def test_a_model_that_kills_the_oracle_is_reported_and_the_next_one_runs(oracle: Oracle) -> None:
    graph = small_convnet()
    with pytest.raises(AssertionError, match=r"^TFLite Micro (died with exit code|refused the model)"):
        oracle.run(graph, [inputs_of(graph, 1)], model=bytes(64))
    assert_same_as_oracle(graph, oracle)


def test_a_model_that_the_oracle_refuses_is_reported_and_the_next_one_runs(oracle: Oracle) -> None:
    graph = small_convnet()
    with pytest.raises(AssertionError, match=r"^TFLite Micro (died with exit code|refused the model)"):
        oracle.run(graph, [inputs_of(graph, 1)[:, :7]])
    assert_same_as_oracle(graph, oracle)
