from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.graph.checks import assert_same_as_oracle
from tests.graph.models import Model, inputs_of, small_convnet
from tests.graph.operators import networks
from tests.graph.oracle import Oracle
from tests.graph.shared import FLOAT32, INT8, shared_model

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import Graph, Mean, Softmax, interpret, interpret_batch, read_tflite, write_tflite

# Output hashes of TFLite Micro's own builds (reference kernels, CMSIS-NN on Cortex-M4 and M55 agree) for the input of
# `congruential`, in the order in which the models were measured.
HASHES = {"kws": 0xF0B57151, "vww": 0x6962079D, "ic": 0xE5B25901, "ad": 0x1FD3ED06, "sww": 0xBB19F336}


def congruential(count: int) -> np.ndarray:
    """The upper bytes of a linear congruential generator."""
    state, values = 12345, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    return np.array(values, np.uint8).view(np.int8)


def fnv1a(data: bytes) -> int:
    result = 0x811C9DC5
    for byte in data:
        result = (result ^ byte) * 0x01000193 % 2**32
    return result


@pytest.mark.parametrize("name", HASHES)
def test_outputs_of_the_mlperf_models_have_the_hashes_of_tflite_micro(name: str) -> None:
    graph = read_tflite(shared_model(INT8[name]))
    tensor = graph.tensors[graph.inputs[0]]
    output = interpret(graph, congruential(tensor.size).reshape(tensor.shape))[graph.outputs[0]]
    assert output is not None
    assert fnv1a(output.tobytes()) == HASHES[name]


@pytest.mark.parametrize("name", INT8)
def test_every_tensor_of_real_models_equals_tflite_micro(name: str, oracle: Oracle) -> None:
    data = shared_model(INT8[name])
    graph = read_tflite(data)
    for model in (data, write_tflite(graph)):
        assert_same_as_oracle(graph, oracle, inputs=3, model=model)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=networks())
def test_every_tensor_of_drawn_networks_equals_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    assert_same_as_oracle(graph, oracle)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=networks(dtype="float32"))
def test_float_networks_agree_with_tflite_micro(graph: Graph, oracle: Oracle) -> None:
    inputs = inputs_of(graph, 1)
    expected = oracle.run(graph, [inputs])[0]
    for index, value in enumerate(interpret(graph, inputs)):
        if index in expected:
            np.testing.assert_allclose(value, expected[index], rtol=1e-4, atol=1e-4)


def test_a_real_float_model_agrees_with_tflite_micro(oracle: Oracle) -> None:
    graph = read_tflite(shared_model(FLOAT32["ic"]))
    x = inputs_of(graph, 1) * 50
    expected = oracle.run(graph, [x])[0]
    for index, value in enumerate(interpret(graph, x)):
        if index in expected:
            np.testing.assert_allclose(value, expected[index], rtol=1e-3, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(graph=networks())
def test_a_batch_gives_what_each_input_gives(graph: Graph) -> None:
    inputs = inputs_of(graph, 5)
    together = interpret_batch(graph, inputs)
    for x, y in zip(inputs, together, strict=True):
        alone = interpret(graph, x[None])[graph.outputs[0]]
        assert alone is not None
        np.testing.assert_array_equal(alone[0], y)


def test_a_softmax_without_a_batch_takes_one_input_at_a_time() -> None:
    model = Model()
    x = model.activation((1, 2))
    y = model.node(Mean(), (x, model.indices((1,))), model.activation((1,)))
    y = model.node(Softmax(), (y,), model.activation((1,), 1 / 256, -128))
    np.testing.assert_array_equal(interpret_batch(model.graph(x, y), np.int8([[1, 2], [5, 9]])), [127, 127])


def test_a_batch_larger_than_what_is_computed_at_once_comes_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = small_convnet()
    inputs = inputs_of(graph, 7)
    expected = interpret_batch(graph, inputs)
    monkeypatch.setattr("sensorsmith.graph.interpreter._ELEMENTS_AT_ONCE", 3 * 120)
    np.testing.assert_array_equal(interpret_batch(graph, inputs), expected)


def test_an_empty_batch_gives_an_empty_output() -> None:
    graph = small_convnet()
    assert interpret_batch(graph, inputs_of(graph, 0)).shape == (0, 4)


def test_interpret_gives_every_tensor_in_its_own_shape_and_type() -> None:
    for dtype in ("int8", "float32"):
        graph = small_convnet(dtype)
        for tensor, value in zip(graph.tensors, interpret(graph, inputs_of(graph, 1)), strict=True):
            assert value is not None
            assert (value.shape, value.dtype) == (tensor.shape, tensor.dtype)


def test_an_input_of_another_shape_is_refused() -> None:
    graph = small_convnet()
    with pytest.raises(ModelError) as error:
        interpret(graph, np.zeros((1, 59), np.int8))
    assert str(error.value) == (
        "tensor 0 ('t0'): the input is int8 (1, 59), the model takes int8 (1, 60); "
        "give windows of the model's shape and type"
    )


def test_an_input_of_another_type_is_refused() -> None:
    graph = small_convnet()
    with pytest.raises(ModelError) as error:
        interpret_batch(graph, np.zeros((3, 60), np.float32))
    assert str(error.value) == (
        "tensor 0 ('t0'): the input is float32 (3, 60), the model takes int8 (3, 60); "
        "give windows of the model's shape and type"
    )
