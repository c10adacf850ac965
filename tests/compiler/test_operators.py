"""What holds for every operator of the table in C, by the registry in tests/graph/operators.py."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.compiler.library import Library
from tests.compiler.models import up_to
from tests.graph.checks import run_after_run
from tests.graph.models import inputs_of
from tests.graph.operators import DRAWN, INT16, networks, single_layers_of
from tests.graph.oracle import AVAILABLE, Oracle

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.lower import LOWERINGS
from sensorsmith.compiler.reference import KERNELS
from sensorsmith.graph import DType, Graph, initial_state, interpret
from sensorsmith.graph.ops import FAMILIES, name_of

REFUSED = ("too much for 32 bits at its scale", "too much at its scale")  # by design; see test_legalise.py


def _compiles(graph: Graph) -> bool:
    try:
        compile_graph(graph, "m")
    except ModelError as error:
        assert any(reason in str(error) for reason in REFUSED), error
        return False
    return True


def _extremes(graph: Graph, count: int) -> np.ndarray:
    x = inputs_of(graph, count)
    x[0], x[1] = np.iinfo(x.dtype).min, np.iinfo(x.dtype).max
    return x


def test_every_operator_has_a_lowering() -> None:
    assert set(LOWERINGS["int8"]) == {family.operator for family in FAMILIES}
    assert set(LOWERINGS["int16"]) == {family.operator for family in FAMILIES if family.int16 is not None}


GROUPS: list[tuple[DType, list[str]]] = [*[("int8", sorted(DRAWN)[i::4]) for i in range(4)], ("int16", INT16)]


@pytest.mark.parametrize(("dtype", "names"), GROUPS, ids=["0", "1", "2", "3", "int16"])
def test_every_operator_equals_the_interpreter(dtype: DType, names: list[str], tmp_path: Path) -> None:
    graphs: list[Graph] = []

    @settings(max_examples=3, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.tuples(*(single_layers_of(name, dtype).filter(_compiles) for name in names)))
    def draw(drawn: tuple[Graph, ...]) -> None:
        graphs.extend(drawn)

    draw()
    assert {name_of(node.op) for graph in graphs for node in graph.nodes} >= set(names)
    library = Library(graphs, tmp_path)
    for index, graph in enumerate(graphs):
        x = _extremes(graph, 5)
        np.testing.assert_array_equal(library.predict(index, x, anew=False), run_after_run(graph, x))


def _calls(graphs: Iterable[Graph]) -> dict[str, set[type]]:
    """Classes of calls by operator."""
    calls: dict[str, set[type]] = {}
    for graph in graphs:
        makers = {graph.tensors[i].name: name_of(node.op) for node in graph.nodes for i in node.outputs}
        for step in legalise(graph).steps:
            if step.name in makers:
                calls.setdefault(makers[step.name], set()).add(type(step.call))
    return calls


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_the_published_kernels_are_those_in_use(name: str) -> None:
    graphs: list[Graph] = []

    @settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(single_layers_of(name, "int8").filter(_compiles))
    def draw(graph: Graph) -> None:
        graphs.append(graph)

    @settings(max_examples=20, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(single_layers_of(name, "int16").filter(_compiles))
    def draw_int16(graph: Graph) -> None:
        graphs.append(graph)

    draw()
    if name in INT16:
        draw_int16()
    assert _calls(graphs).get(name, set()) == set(KERNELS[name])


@settings(max_examples=1, deadline=None, derandomize=True, phases=[Phase.generate])
@given(st.tuples(*(networks().filter(_compiles) for _ in range(12))))
def test_every_tensor_of_random_networks_equals_the_interpreter_and_tflite_micro(
    tmp_path_factory: pytest.TempPathFactory, graphs: tuple[Graph, ...]
) -> None:
    parts = [(graph, up_to(graph, node)) for graph in graphs for node in range(len(graph.nodes))]
    # Tensors of several at once and those without a batch are joined and reshaped by a later layer.
    parts = [(whole, part) for whole, part in parts if _is_whole(part)]
    library = Library([part for _, part in parts], tmp_path_factory.mktemp("networks"))
    for index, (whole, part) in enumerate(parts):
        x = _extremes(whole, 3)
        computed = library.predict(index, x)
        for value, expected in zip(computed, x, strict=True):
            np.testing.assert_array_equal(value[None], interpret(whole, expected[None])[part.outputs[0]])
    if AVAILABLE:
        with Oracle() as oracle:
            for graph in graphs:
                x = _extremes(graph, 3)
                state = initial_state(graph)
                for one, expected in zip(x, oracle.run(graph, [each[None] for each in x]), strict=True):
                    values = interpret(graph, one[None], state)
                    for index in (i for i in expected if values[i] is not None):
                        np.testing.assert_array_equal(values[index], expected[index])


def _is_whole(part: Graph) -> bool:
    """Whether a part ends in one tensor with a batch, which is no variable."""
    y = part.tensors[part.outputs[0]]
    return len(part.outputs) == 1 and y.shape[:1] == (1,) and not y.variable
