"""Random networks of all operators in numbers that no test run can afford; not a test itself.

    python -m tests.compiler.random_networks FIRST_SEED SEEDS

For each seed, 60 networks: the interpreter equals TFLite Micro on every tensor, the C equals the interpreter, and what
is written reads back the same. Stops at the first that does not, and says its seed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.compiler.library import Library
from tests.graph.checks import assert_same_as_oracle
from tests.graph.models import inputs_of
from tests.graph.operators import networks
from tests.graph.oracle import Oracle

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import Graph, interpret_batch, read_tflite, same, write_tflite

PER_SEED = 60


def drawn(number: int) -> list[Graph]:
    """The networks of a seed."""
    graphs: list[Graph] = []

    @seed(number)
    @settings(
        max_examples=PER_SEED,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(networks())
    def collect(graph: Graph) -> None:
        graphs.append(graph)

    collect()
    return graphs


def compiles(graph: Graph) -> bool:
    """Whether no sum of a layer could leave 32 bits; any other refusal is a failure."""
    try:
        compile_graph(graph, "m")
    except ModelError as error:
        assert "too much" in str(error), error
        return False
    return True


def check(number: int, oracle: Oracle) -> int:
    """Check the networks of a seed; returns how many there were."""
    graphs = drawn(number)
    for graph in graphs:
        assert same(read_tflite(write_tflite(graph)), graph)
        assert_same_as_oracle(graph, oracle)
    compiled = [graph for graph in graphs if compiles(graph)]
    with TemporaryDirectory() as folder:
        library = Library(compiled, Path(folder))
        for index, graph in enumerate(compiled):
            x = inputs_of(graph, 4)
            x[0], x[1] = -128, 127
            np.testing.assert_array_equal(library.predict(index, x), interpret_batch(graph, x))
    return len(graphs)


def main() -> None:
    first, count = (int(argument) for argument in sys.argv[1:3])
    total = 0
    with Oracle() as oracle:
        for number in range(first, first + count):
            try:
                total += check(number, oracle)
            except BaseException:
                print(f"seed {number} fails, after {total} networks", flush=True)
                raise
            print(f"seed {number}: {total} networks so far", flush=True)


if __name__ == "__main__":
    main()
