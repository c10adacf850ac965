from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.compiler.library import Library
from tests.compiler.models import corner_cases, int16_net, motion_net, other_corner_cases, streaming_net, tiny, up_to
from tests.graph.models import inputs_of, small_convnet
from tests.graph.oracle import AVAILABLE, Oracle
from tests.graph.shared import INT8, shared_model

from sensorsmith.base.errors import BoardError, ModelError
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import Graph, Reshape, interpret, interpret_batch, read_tflite

CORNERS = corner_cases() | other_corner_cases()


@pytest.fixture(scope="module")
def corners(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(list(CORNERS.values()), tmp_path_factory.mktemp("corners"))


@pytest.mark.parametrize("case", CORNERS)
def test_corner_cases_equal_the_interpreter(case: str, corners: Library) -> None:
    graph = CORNERS[case]
    x = inputs_of(graph, 50)
    x[0], x[1] = np.iinfo(x.dtype).min, np.iinfo(x.dtype).max
    expected = interpret_batch(graph, x)
    np.testing.assert_array_equal(corners.predict(list(CORNERS).index(case), x), expected)
    assert len(np.unique(expected)) > 2


@pytest.mark.parametrize(
    "graph", [motion_net(), small_convnet(), tiny(), int16_net()], ids=["motion", "many operators", "tiny", "int16"]
)
def test_every_tensor_equals_the_interpreter_and_tflite_micro(graph: Graph, tmp_path: Path) -> None:
    cut = [up_to(graph, node) for node in range(len(graph.nodes))]
    library = Library(cut, tmp_path)
    inputs = inputs_of(graph, 4)
    oracle = []
    if AVAILABLE:
        with Oracle() as running:
            oracle = running.run(graph, [x[None] for x in inputs])
    for number, x in enumerate(inputs):
        values = interpret(graph, x[None])
        for index, part in enumerate(cut):
            computed = library.predict(index, x[None])
            np.testing.assert_array_equal(computed, values[part.outputs[0]])
            if oracle:
                np.testing.assert_array_equal(computed, oracle[number][part.outputs[0]].reshape(computed.shape))


# Multiply-accumulates and FNV-1a hash of the output for the input below, on TFLite Micro's reference and CMSIS-NN
# kernels (research/peers_performance.md, sections 1 and 2); the arena that TFLite Micro needs, and ours.
MLPERF = {
    "kws": (2_656_768, 0xF0B57151, 22_772, 9_792),
    "vww": (7_489_664, 0x6962079D, 100_660, 36_872),
    "ic": (12_501_632, 0xE5B25901, 54_340, 33_312),
    "ad": (264_192, 0x1FD3ED06, 2_260, 768),
    "sww": (826_368, 0xBB19F336, 15_252, 3_840),
}


def _lcg(count: int) -> np.ndarray:
    state, values = 12345, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values.append(state >> 24)
    return np.array(values, np.uint8).view(np.int8)


def _fnv(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


@pytest.mark.parametrize("name", MLPERF)
def test_mlperf_models_equal_tflite_micro_on_a_cortex_m4(name: str, tmp_path: Path) -> None:
    graph = read_tflite(shared_model(INT8[name]))
    library = Library([graph], tmp_path)
    emitted = library.emitted[0]
    macs, expected, peer_arena, arena = MLPERF[name]
    x = _lcg(int(np.prod(emitted.input_shape))).reshape(emitted.input_shape)
    assert _fnv(library.predict(0, x).tobytes()) == expected
    random = inputs_of(graph, 2, seed=1)
    np.testing.assert_array_equal(library.predict(0, random), interpret_batch(graph, random))
    assert emitted.report.macs == macs
    assert emitted.report.executed_macs == (3_766_476 if name == "vww" else macs)
    assert emitted.report.arena_bytes == arena < peer_arena


@pytest.mark.parametrize("name", MLPERF)
@pytest.mark.parametrize("target", ["cortex-m0plus", "cortex-m4", "cortex-m55"])
def test_no_target_needs_the_arena_of_tflite_micro(target: str, name: str) -> None:
    report = compile_graph(read_tflite(shared_model(INT8[name])), "m", target).report
    assert report.arena_bytes < MLPERF[name][2]


@pytest.mark.parametrize("case", ["strided, padded", "depthwise, dilated", "maximum, padded", "mean of rows"])
def test_input_and_output_of_a_layer_overlap(case: str) -> None:
    """As far as `Call.lead` allows; the C of these cases is run above."""
    report = compile_graph(corner_cases()[case], "m").report
    assert report.arena_bytes < sum(b.size for b in report.buffers)


def test_states_share_their_bytes_with_nothing() -> None:
    graph = streaming_net()
    report = compile_graph(graph, "m").report
    names = {tensor.name for tensor in graph.tensors if tensor.variable}
    states = [buffer for buffer in report.buffers if buffer.name in names]
    assert len(states) == len(names) == 4
    assert all((state.first, state.last) == (-1, len(report.layers)) for state in states)
    for state in states:
        for other in report.buffers:
            apart = state.offset + state.size <= other.offset or other.offset + other.size <= state.offset
            assert other is state or apart


def test_the_report_adds_up() -> None:
    report = compile_graph(motion_net(), "motion").report
    convolutions = [100 * 16 * 5 * 6, 50 * 24 * 5 * 16, 25 * 32 * 5 * 24]
    assert [layer.macs for layer in report.layers] == [
        convolutions[0], 0, convolutions[1], 0, convolutions[2], 0, 0, 5 * 32, 0,
    ]  # fmt: skip
    assert report.macs == report.executed_macs == sum(layer.macs for layer in report.layers)
    assert report.layers[0].weights_bytes == 16 * 5 * 6 + 16 * (4 + 4 + 1)
    assert report.weights_bytes == sum(layer.weights_bytes for layer in report.layers)
    assert report.layers[0].output_shape == (1, 100, 1, 16)
    assert report.layers[0].symbol == "motion_layer_00_conv2d"
    assert {layer.variant for layer in report.layers} == {"ref"}
    first, last = report.buffers[0], report.buffers[-1]
    assert (first.size, first.first, first.last) == (600, -1, 0)
    assert (last.size, last.last) == (5, len(report.layers))
    assert json.loads(json.dumps(report.as_json()))["arena_bytes"] == report.arena_bytes


def test_a_layer_that_nobody_reads_is_dropped() -> None:
    graph = motion_net()
    shorter = replace(graph, outputs=graph.nodes[2].outputs)
    assert len(compile_graph(shorter, "motion").report.layers) == 3


def test_reshapes_alone_make_no_layer(tmp_path: Path) -> None:
    graph = tiny()
    assert isinstance(graph.nodes[0].op, Reshape)
    library = Library([up_to(graph, 0)], tmp_path)
    assert library.emitted[0].report.layers == ()
    x = inputs_of(graph, 3)
    np.testing.assert_array_equal(library.predict(0, x), x.reshape(3, 4, 1, 2))


@pytest.mark.parametrize("name", ["", "Motion", "9lives", "sitting-still", "ss_motion", "a" * 64, "é"])
def test_a_name_that_c_would_not_take(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        compile_graph(tiny(), name)
    assert str(caught.value) == (
        f"{name!r} cannot begin names in C; use lower-case letters, digits and underscores, a letter first, "
        "and not ss_, the runtime's own"
    )


def test_an_unknown_target() -> None:
    with pytest.raises(BoardError) as caught:
        compile_graph(tiny(), "tiny", "z80")
    assert str(caught.value) == (
        "there is no target 'z80'; use one of host, cortex-m0plus, cortex-m4, cortex-m7, cortex-m33, cortex-m55, "
        "riscv32, avr, wasm"
    )


def test_a_malformed_graph_is_refused() -> None:
    graph = tiny()
    with pytest.raises(ModelError):
        compile_graph(replace(graph, nodes=graph.nodes[1:]), "tiny")
