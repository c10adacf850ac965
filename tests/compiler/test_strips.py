from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.compiler.library import Library
from tests.compiler.models import motion_net, streaming_net
from tests.compiler.strips import NETWORKS, networks, smaller
from tests.compiler.variants.cases import inputs
from tests.compiler.variants.joined import assert_equal
from tests.graph.models import Model
from tests.graph.shared import INT8, shared_model
from tests.measure.tools import assert_no_warnings, require

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.schedule import schedule
from sensorsmith.compiler.strips import stages
from sensorsmith.emulate.bench import Emulator
from sensorsmith.firmware import Compiler
from sensorsmith.graph import Add, AssignVariable, Conv2D, Graph, Node, ReadVariable, interpret_batch, read_tflite

# Those whose kernels are C on this machine too; Helium's are assembly only.
PORTABLE = ["host", "cortex-m4", "cortex-m0plus", "riscv32", "avr", "wasm"]


def _assert_c_equals_the_interpreter(graphs: list[Graph], target: str, folder: Path) -> int:
    """In every arena that strips give; returns how many there are."""
    cases = [(graph, emitted.report.arena_bytes) for graph in graphs for emitted in smaller(graph, target)]
    if not cases:
        return 0
    library = Library([graph for graph, _ in cases], folder, target, [size for _, size in cases])
    for index, (graph, size) in enumerate(cases):
        assert library.emitted[index].report.arena_bytes == size
        x = inputs(graph, 3)
        np.testing.assert_array_equal(library.predict(index, x), interpret_batch(graph, x), err_msg=str(size))
    return len(cases)


@pytest.mark.parametrize("target", PORTABLE)
def test_c_equals_the_interpreter(target: str, tmp_path: Path) -> None:
    graphs = [make() for make in NETWORKS.values()]
    assert _assert_c_equals_the_interpreter(graphs, target, tmp_path) > 2 * len(graphs)


@pytest.mark.parametrize("target", PORTABLE)
def test_c_of_drawn_networks_equals_the_interpreter(target: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    arenas = 0

    @settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(networks())
    def draw(graph: Graph) -> None:
        nonlocal arenas
        arenas += _assert_c_equals_the_interpreter([graph], target, tmp_path_factory.mktemp("drawn"))

    draw()
    assert arenas >= 6


class Machine(NamedTuple):
    emulator: Emulator
    compiler: Compiler


MACHINES = {
    "cortex-m4": Machine("qemu", "gcc"),
    "cortex-m0plus": Machine("unicorn", "gcc"),
    "cortex-m55": Machine("qemu", "gcc"),
    "riscv32": Machine("qemu", "gcc"),
    "avr": Machine("simavr", "gcc"),
    "wasm": Machine("wasmtime", "clang"),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("target", MACHINES)
def test_emulated_equals_the_interpreter(target: str, name: str) -> None:
    emulator, compiler = MACHINES[target]
    require(compiler, target)
    require(emulator, target)
    graph = NETWORKS[name]()
    emitted = smaller(graph, target)
    assert_no_warnings(emitted[-1], target, compiler)
    budgets = [emitted[0].report.arena_bytes, emitted[-1].report.arena_bytes]
    assert_equal([graph, graph], target, compiler, emulator=emulator, budgets=budgets)


# The arena without strips, and budgets that the compiler keeps.
REAL = {"vww": (36_872, [36_000, 33_000]), "ic": (33_312, [30_000, 24_000, 18_000])}


@pytest.mark.parametrize("name", REAL)
def test_c_of_real_models_equals_the_interpreter(name: str, tmp_path: Path) -> None:
    graph = read_tflite(shared_model(INT8[name]))
    arena, budgets = REAL[name]
    assert compile_graph(graph, "m").report.arena_bytes == arena
    library = Library([graph] * len(budgets), tmp_path, budgets=budgets)
    x = inputs(graph, 3)
    expected = interpret_batch(graph, x)
    for index, budget in enumerate(budgets):
        assert library.emitted[index].report.arena_bytes <= budget
        np.testing.assert_array_equal(library.predict(index, x), expected)


@pytest.mark.parametrize(("name", "budget"), [("vww", 33_000), ("ic", 19_000)])
def test_real_models_on_a_cortex_m4(name: str, budget: int) -> None:
    require("gcc", "cortex-m4")
    require("qemu", "cortex-m4")
    graph = read_tflite(shared_model(INT8[name]))
    assert_equal([graph], "cortex-m4", "gcc", emulator="qemu", budgets=[budget])


@pytest.mark.parametrize("name", NETWORKS)
def test_every_row_is_made_once(name: str) -> None:
    graph = NETWORKS[name]()
    height = {tensor.name: tensor.shape[1] for tensor in graph.tensors if len(tensor.shape) == 4}
    for emitted in smaller(graph, "host"):
        report = emitted.report
        assert report.strips is not None
        steps = [(layer, turns) for layer, turns in zip(report.layers, report.strips.turns, strict=True)]
        rows = Counter[str]()
        for layer, turns in steps:
            if layer.op != "slide":
                rows[layer.name] += layer.output_shape[1] * turns
        assert all(count <= height[layer] for layer, count in rows.items())
        assert rows[report.strips.last] == height[report.strips.last]
        moved = sum(int(np.prod(layer.output_shape)) * turns for layer, turns in steps if layer.op == "slide")
        assert report.strips.moved_bytes == moved * np.dtype(emitted.input_dtype).itemsize
        assert report.strips.extra_macs == report.executed_macs - report.macs <= 0


def test_a_smaller_arena_moves_more() -> None:
    strips = [emitted.report.strips for emitted in smaller(NETWORKS["residual"](), "cortex-m4")]
    moved = [each.moved_bytes for each in strips if each is not None]
    assert len(moved) == 3
    assert moved == sorted(moved)


def test_many_strips_are_one_loop() -> None:
    last = smaller(NETWORKS["mobile"](), "host")[-1]
    strips = last.report.strips
    assert strips is not None
    assert max(strips.turns) > 3
    assert last.files["m.c"].count("for (int turn = 0; turn < ") == len(set(strips.turns) - {1})


@pytest.mark.parametrize("target", ["host", "cortex-m4"])
@pytest.mark.parametrize("name", [*NETWORKS, "motion", "memory"])
def test_a_budget_that_is_kept_anyway_changes_nothing(name: str, target: str) -> None:
    graph = {**NETWORKS, "motion": motion_net, "memory": streaming_net}[name]()
    without = compile_graph(graph, "m", target)
    report = without.report
    assert compile_graph(graph, "m", target, ram_budget=report.arena_bytes).files == without.files
    assert "strips" not in report.as_json()


@pytest.mark.parametrize("target", ["host", "cortex-m4"])
def test_the_error_names_the_smallest_arena(target: str) -> None:
    graph = NETWORKS["mobile"]()
    least = smaller(graph, target)[-1].report.arena_bytes
    assert least < compile_graph(graph, "m", target).report.arena_bytes
    with pytest.raises(ModelError) as error:
        compile_graph(graph, "m", target, ram_budget=100)
    assert str(error.value) == (
        f"main: the arena needs at least {least} bytes, and the RAM budget is 100; "
        "allow more, or make the input or the first layers of the model smaller"
    )
    assert error.value.exit_code == 2


def test_a_model_without_rows_has_one_arena_only() -> None:
    arena = compile_graph(motion_net(), "m").report.arena_bytes
    with pytest.raises(ModelError, match=f"needs at least {arena} bytes, and the RAM budget is {arena - 1};"):
        compile_graph(motion_net(), "m", ram_budget=arena - 1)


def test_no_strips_of_what_an_earlier_run_made() -> None:
    """A convolution whose result the same layers read in the next run."""
    model = Model()
    x, variable = model.activation((1, 40, 40, 2), 0.05), model.variable((1, 40, 40, 2), "int8", 0.05)
    past = model.node(ReadVariable(), (variable,), model.activation((1, 40, 40, 2), 0.05))
    y = model.node(Add(), (x, past), model.activation((1, 40, 40, 2), 0.1))
    y = model.node(Conv2D((1, 1)), (y, model.weights((2, 3, 3, 2))), model.activation((1, 40, 40, 2), 0.05))
    model.nodes.append(Node(AssignVariable(), (y,), (variable,)))
    graph = model.graph(
        x, model.node(Conv2D((4, 4)), (y, model.weights((1, 3, 3, 2))), model.activation((1, 10, 10, 1)))
    )
    assert not list(stages(schedule(legalise(graph))))


ROOT = Path(__file__).parents[2]


def test_the_page_has_what_the_benchmark_found() -> None:
    page = (ROOT / "docs" / "why" / "strips.md").read_text(encoding="utf-8")
    result = json.loads((ROOT / "benchmarks" / "results" / "strips.json").read_text(encoding="utf-8"))
    for name, (whole, *others) in result["models"].items():
        cells = [f"{whole['arena_bytes']:,}", f"{whole['instructions']:,}", f"{whole['flash']['code']:,}"]
        assert f"| {name} | {' | '.join(cells)} | | | |\n" in page
        for found in others:
            strips, more = found["strips"], found["instructions"] / whole["instructions"] - 1
            cells = [
                f"{found['arena_bytes']:,}",
                f"{found['instructions']:,} (+{100 * more:.1f} %)",
                *(f"{each:,}" for each in (found["flash"]["code"], strips["layers"], strips["count"])),
                f"{strips['moved_bytes']:,}",
            ]
            assert f"| {name}, {found['budget']:,} | {' | '.join(cells)} |\n" in page
            assert found["hash"] == whole["hash"]
            assert strips["extra_macs"] == 0
