"""Random layers of several blocks of channels and pixels, by the C of every target on this machine.

The Helium kernels are no portable C: see test_mve.py. All targets, emulated, and in far larger numbers:
benchmarks/random_models.py.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.compiler.library import Library
from tests.compiler.variants.cases import inputs
from tests.graph.models import LARGE
from tests.graph.operators import single_layers_of

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import Graph, interpret_batch

LAYERS = {"CONV_2D": 6, "DEPTHWISE_CONV_2D": 6, "FULLY_CONNECTED": 4, "ADD": 2, "AVERAGE_POOL_2D": 1, "MAX_POOL_2D": 1}
# Calls of other kernels than the reference, at least.
QUICK = {"cortex-m4": 10, "cortex-m0plus": 10, "riscv32": 10, "wasm": 5, "avr": 5}


def _compiles(graph: Graph) -> bool:
    try:
        compile_graph(graph, "m")
    except ModelError as error:
        assert "too much for 32 bits at its scale" in str(error), error
        return False
    return True


@pytest.fixture(scope="module")
def graphs() -> tuple[Graph, ...]:
    drawn: list[tuple[Graph, ...]] = []

    @settings(
        max_examples=2,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.tuples(
            *(
                single_layers_of(name, shapes=LARGE).filter(_compiles)
                for name, count in LAYERS.items()
                for _ in range(count)
            )
        )
    )
    def draw(graphs: tuple[Graph, ...]) -> None:
        drawn.append(graphs)

    draw()
    return drawn[-1]  # the first is the simplest


@pytest.mark.parametrize("target", QUICK)
def test_c_equals_the_interpreter(target: str, graphs: tuple[Graph, ...], tmp_path: Path) -> None:
    library = Library(graphs, tmp_path, target)
    for index, graph in enumerate(graphs):
        x = inputs(graph, 4)
        computed = library.predict(index, x)
        np.testing.assert_array_equal(computed, interpret_batch(graph, x), err_msg=str(graph.nodes[-1].op))
    layers = [layer for emitted in library.emitted for layer in emitted.report.layers]
    assert sum(layer.variant != "ref" for layer in layers) >= QUICK[target]
