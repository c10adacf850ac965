"""Emitted C on emulated Cortex-M: the same bytes, and the same number of instructions for every input.

It is linked with nothing, so that a helper of a compiler's library, such as a 64-bit multiplication, would fail it.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.compiler import target
from tests.compiler.models import every_move, motion_net
from tests.graph.models import inputs_of, small_convnet
from tests.graph.shared import INT8, shared_model

from sensorsmith.compiler import compile_graph
from sensorsmith.graph import Graph, interpret_batch, read_tflite

pytestmark = [
    pytest.mark.skipif(shutil.which("arm-none-eabi-gcc") is None, reason="arm-none-eabi-gcc is not installed"),
    pytest.mark.skipif(importlib.util.find_spec("unicorn") is None, reason="unicorn is not installed"),
]
GRAPHS = {"motion": motion_net(), "operators": small_convnet(), "moves": every_move()}


def _inputs(graph: Graph) -> np.ndarray:
    """Extremes and noise: what data-dependent code would treat differently."""
    x = inputs_of(graph, 3)
    x[0], x[1] = -128, 127
    return x


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("cpu", ["m0", "m4"])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_bytes_are_the_interpreters_and_instructions_constant(
    compiler: str, cpu: str, name: str, tmp_path: Path
) -> None:
    graph = GRAPHS[name]
    x = _inputs(graph)
    runs = target.execute(target.build(compile_graph(graph, "m"), tmp_path, cpu, compiler), x, cpu)
    outputs = np.stack([each.output for each in runs])
    np.testing.assert_array_equal(outputs, interpret_batch(graph, x).reshape(outputs.shape))
    assert len({tuple(each.instructions.items()) for each in runs}) == 1
    assert len({each.output.tobytes() for each in runs}) > 1


def test_the_motion_network_takes_at_most_eight_instructions_per_mac(tmp_path: Path) -> None:
    emitted = compile_graph(motion_net(), "m")
    (run,) = target.execute(target.build(emitted, tmp_path), inputs_of(motion_net(), 1))
    assert run.total <= 8 * emitted.report.macs


def test_sww_is_quicker_and_smaller_than_with_tflite_micros_reference_kernels(tmp_path: Path) -> None:
    graph = read_tflite(shared_model(INT8["sww"]))
    built = target.build(compile_graph(graph, "m"), tmp_path)
    (run,) = target.execute(built, inputs_of(graph, 1))
    # research/peers_performance.md, section 1: 8,284,982 instructions and 41,312 bytes of code.
    assert run.total < 5_000_000
    assert built.code_bytes < 4_000
