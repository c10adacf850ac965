from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.oracle import AVAILABLE, Oracle
from tests.train.test_export import NETWORKS, build

from sensorsmith.graph import Graph, Quantization, interpret, interpret_batch, read_tflite, write_tflite
from sensorsmith.train.calibrate import calibrate
from sensorsmith.train.export import export
from sensorsmith.train.quantize import Range, activation_quantization, quantize, weight_quantization

INPUT = Quantization((1 / 32,), (0,))


def quantized(keras: Any, name: str) -> tuple[Graph, Graph, np.ndarray]:
    """Float graph, int8 graph, and int8 inputs like those it was calibrated on."""
    shape, layers = NETWORKS[name]
    graph = export(build(keras, shape, layers(keras)), name)
    inner = graph.tensors[graph.inputs[0]].shape[1:]
    x = np.random.default_rng(5).normal(0, 40, (200, *inner)).round().clip(-128, 127).astype(np.int8)
    ranges = calibrate(graph, x[:100].astype(np.float32) / 32)
    return graph, quantize(graph, lambda i: ranges[i], INPUT), x[100:]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.skipif(not AVAILABLE, reason="the tflite-micro wheel is not installed (it exists for Linux only)")
def test_tflite_micro_runs_our_file_with_equal_bytes_in_every_tensor(keras: Any, name: str) -> None:
    _, graph, inputs = quantized(keras, name)
    again = read_tflite(write_tflite(graph))
    with Oracle() as oracle:
        results = oracle.run(again, [x[np.newaxis] for x in inputs[:30]])
    for x, tensors in zip(inputs, results, strict=False):
        ours = interpret(again, x[np.newaxis])
        for index, expected in tensors.items():
            assert np.array_equal(ours[index], expected), again.tensors[index].name


@pytest.mark.parametrize("name", NETWORKS)
def test_the_int8_graph_stays_close_to_the_float_graph(keras: Any, name: str) -> None:
    floating, graph, x = quantized(keras, name)
    real = interpret_batch(floating, x.astype(np.float32) / 32)
    result = graph.tensors[graph.outputs[0]].quantization
    assert result is not None
    found = (interpret_batch(graph, x).astype(np.float32) - result.zero_point[0]) * np.float32(result.scale[0])
    # A few steps of the output's own scale: int8 rounding has passed through at most seven layers.
    assert np.abs(found - real).mean() < 3 * result.scale[0]


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))
def test_an_activation_range_holds_zero_exactly_and_its_own_ends(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    found = activation_quantization(Range(low, high))
    scale, zero = found.scale[0], found.zero_point[0]
    assert -128 <= zero <= 127
    for end in (min(low, 0.0), max(high, 0.0)):
        step = np.clip(np.rint(end / scale) + zero, -128, 127)
        assert abs((step - zero) * scale - end) <= scale * 1.001


def test_weights_are_symmetric_per_output_channel() -> None:
    weights = np.array([[[[1.0, -2.54]]], [[[0.0, 0.0]]], [[[0.5, 0.25]]]], np.float32)
    found = weight_quantization(weights, 0)
    assert found.axis == 0
    assert found.zero_point == (0, 0, 0)
    assert found.scale == pytest.approx((2.54 / 127, 1.0, 0.5 / 127), rel=1e-6)
    assert weight_quantization(weights, None).scale == pytest.approx((2.54 / 127,), rel=1e-6)
