from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.compiler.models import motion_net, tiny
from tests.compiler.strips import NETWORKS, smaller
from tests.graph.models import inputs_of
from tests.measure.example_profile import example_profile
from tests.measure.tools import require

from sensorsmith.base.errors import BoardError, ModelError, ToolFailed
from sensorsmith.boards import load_board
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import interpret_batch, write_tflite
from sensorsmith.measure import ModelRun, Timing, profile_model, run_model
from sensorsmith.measure.model_profile import METHODS, check_run, join_profile

needs_gcc = pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed")


@pytest.fixture(scope="module")
def run() -> ModelRun:
    return run_model(compile_graph(motion_net(), "net", "cortex-m4"), "cortex-m4", inputs_of(motion_net(), 2))


@needs_gcc
def test_the_parts_add_up(run: ModelRun) -> None:
    found = join_profile(run, load_board("nucleo-l4r5zi"), Timing())
    assert found.total.instructions == run.instructions[0]
    assert found.rest.instructions == found.total.instructions - sum(layer.cost.instructions for layer in found.layers)
    assert 0 < found.rest.instructions < found.total.instructions / 20
    for part in ("min", "typ", "max"):
        costs = [found.rest, *(layer.cost for layer in found.layers)]
        assert sum(getattr(cost.modelled_cycles, part) for cost in costs) == getattr(found.total.modelled_cycles, part)
    for cost in [found.total, found.rest, *(layer.cost for layer in found.layers)]:
        assert cost.modelled_cycles is not None
        assert cost.instructions <= cost.modelled_cycles.min < cost.modelled_cycles.typ < cost.modelled_cycles.max


@needs_gcc
def test_what_the_c_compiler_makes_one_function_is_counted_once() -> None:
    """Strips at the start repeat calls of the loop, whose functions gcc finds to be alike."""
    graph = NETWORKS["residual"]()
    emitted = smaller(graph, "cortex-m4")[-1]
    run = run_model(emitted, "cortex-m4", inputs_of(graph, 2))
    addresses = [run.bench.program.symbol(layer.symbol).address for layer in emitted.report.layers]
    assert len(set(addresses)) < len(addresses)
    found = join_profile(run, None, Timing())
    assert 0 < found.rest.instructions < found.total.instructions / 20


@needs_gcc
def test_time_is_cycles_by_the_clock_and_energy_by_the_boards_figure(run: ModelRun) -> None:
    total = join_profile(run, load_board("nucleo-l4r5zi"), Timing()).total
    assert total.modelled_cycles is not None and total.modelled_time_s is not None
    assert total.modelled_energy_j is not None
    cycles = total.modelled_cycles
    assert total.modelled_time_s.typ == cycles.typ / 120e6
    assert total.modelled_energy_j.min == cycles.min * 0.32e-9
    assert total.modelled_energy_j.typ == pytest.approx(cycles.typ * 0.345e-9)
    assert total.modelled_energy_j.max == cycles.max * 0.37e-9
    unpublished = join_profile(run, load_board("nano33ble-sense"), Timing()).total
    assert unpublished.modelled_energy_j is None
    assert unpublished.modelled_time_s is not None
    assert join_profile(run, None, Timing()).total.modelled_time_s is None


@needs_gcc
def test_wait_states_cost_cycles(run: ModelRun) -> None:
    quick, slow = (join_profile(run, None, Timing(wait_states=w)).total.modelled_cycles for w in (0, 4))
    assert quick is not None and slow is not None
    assert slow.typ > 1.5 * quick.typ


@needs_gcc
def test_a_profile_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(write_tflite(motion_net()))
    found = profile_model(path, board="nucleo-l4r5zi").as_json()
    report = compile_graph(motion_net(), "net", "cortex-m4").report
    assert (found["model"], found["model_sha256"]) == ("net", report.model_sha256)
    assert (found["target"], found["board"]) == ("cortex-m4", "nucleo-l4r5zi")
    assert found["macs"] == report.macs
    assert found["executed_macs"] == report.executed_macs == sum(layer["macs"] for layer in found["layers"])
    assert [layer["name"] for layer in found["layers"]] == [layer.name for layer in report.layers]
    assert [layer["op"] for layer in found["layers"]] == [layer.op for layer in report.layers]
    assert found["ram_bytes"]["total"] == found["ram_bytes"]["arena"] + found["ram_bytes"]["stack"]
    assert found["ram_bytes"]["stack"] <= found["ram_bytes"]["stack_bound"] <= found["ram_bytes"]["stack"] + 4
    assert found["ram_bytes"]["arena"] >= found["arena"]["bytes"] == report.arena_bytes
    assert found["flash_bytes"]["weights"] >= report.weights_bytes
    assert json.loads(json.dumps(found)) == found
    assert profile_model(path).as_json() | {"board": None} == profile_model(path, target="cortex-m4").as_json()


@needs_gcc
def test_a_target_without_a_cycle_model_has_no_cycles(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(write_tflite(tiny()))
    found = profile_model(path, target="cortex-m7").as_json()
    assert found["instructions"] > 0
    for name in ("modelled_cycles", "modelled_cycles_range", "modelled_time_s", "modelled_energy_j"):
        assert found[name] is None
        assert all(layer[name] is None for layer in found["layers"])


def test_every_figure_says_how_it_was_found() -> None:
    found = example_profile().as_json()
    named = {name.split(".")[0] for name in METHODS}
    told = {"model", "model_sha256", "target", "board", "layers", "rest", "timing", "toolchain", "emulator", "methods"}
    assert {name.removesuffix("_range").removesuffix("_known_error") for name in found.keys() - told} <= named
    assert set(METHODS.values()) == {"computed", "emulated", "modelled"}


@needs_gcc
def test_a_wrong_output_is_refused(run: ModelRun) -> None:
    expected = interpret_batch(motion_net(), inputs_of(motion_net(), 2))
    check_run(run, expected)
    with pytest.raises(ToolFailed) as caught:
        check_run(run, expected ^ np.int8(1))
    assert str(caught.value) == "net: the emulated output differs from the integer interpreter's"


@needs_gcc
def test_work_that_depends_on_the_data_is_told(run: ModelRun) -> None:
    found = join_profile(run, None, Timing())
    assert (found.constant, found.seen) == (True, (run.instructions[0],) * 2)
    other = replace(run.counts[1], instructions=run.instructions[0] + 7)
    found = join_profile(replace(run, counts=(run.counts[0], other)), None, Timing())
    assert (found.constant, found.seen) == (False, (run.instructions[0], run.instructions[0] + 7))


def test_webassembly_has_a_total_only(tmp_path: Path) -> None:
    require("clang", "wasm")
    require("wasmtime", "wasm")
    path = tmp_path / "net.tflite"
    path.write_bytes(write_tflite(tiny()))
    found = profile_model(path, target="wasm").as_json()
    assert found["instructions"] == found["instructions_seen"][0] > 0
    assert found["rest"]["instructions"] is None
    assert {layer["instructions"] for layer in found["layers"]} == {None}


def test_an_avr_has_emulated_cycles(tmp_path: Path) -> None:
    require("gcc", "avr")
    require("simavr", "avr")
    path = tmp_path / "net.tflite"
    path.write_bytes(write_tflite(tiny()))
    found = profile_model(path, target="avr").as_json()
    assert found["emulated_cycles"] > found["instructions"] > 0
    assert found["modelled_cycles"] is None


def test_every_field_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "compile.md").read_text(encoding="utf-8")
    found = example_profile().as_json()
    report = compile_graph(tiny(), "net").report.as_json()
    names = {*found, *found["flash_bytes"], *found["ram_bytes"], *found["layers"][0], *found["arena"], *found["timing"]}
    names |= {*report, *report["layers"][0], *report["buffers"][0]}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_a_board_with_another_instruction_set() -> None:
    with pytest.raises(BoardError) as caught:
        profile_model("net.tflite", target="cortex-m7", board="nucleo-l4r5zi")
    assert str(caught.value) == "NUCLEO-L4R5ZI is a cortex-m4, not a cortex-m7; give the board or the target"


def test_mistakes_come_before_work() -> None:
    with pytest.raises(BoardError, match="there is no board 'nucleo'"):
        profile_model("net.tflite", board="nucleo")
    with pytest.raises(ModelError, match=r"net\.tflite: cannot read the model"):
        profile_model("net.tflite", target="cortex-m4")
