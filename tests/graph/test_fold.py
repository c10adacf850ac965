from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.graph import messy
from tests.graph.checks import assert_same_as_oracle
from tests.graph.messy import INNER, OUTER, File
from tests.graph.models import inputs_of
from tests.graph.oracle import Oracle

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import (
    Conv2D,
    ExpandDims,
    FullyConnected,
    Graph,
    Pool2D,
    Reshape,
    Squeeze,
    interpret,
    read_tflite,
    same,
    write_tflite,
)
from sensorsmith.graph.flatbuffer import Field, Source
from sensorsmith.graph.schema import MODEL, SUBGRAPH, TENSOR


def names_of(data: bytes) -> list[str]:
    """The tensors of a file, by index."""
    subgraph = Source(data).root(MODEL, b"TFL3", "model").tables("subgraphs", SUBGRAPH)[0]
    return [tensor.text("name") for tensor in subgraph.tables("tensors", TENSOR)]


def assert_same_as_file(data: bytes, oracle: Oracle) -> None:
    """Every tensor that is left of a file has the content that it has in TFLite Micro, which runs the file as it is."""
    graph, names = read_tflite(data), names_of(data)
    computed = {t.name: i for i, t in enumerate(graph.tensors) if t.data is None}
    inputs = [x[None] for x in inputs_of(graph, 3)]
    results = oracle.run_file(data, inputs, [names.index(name) for name in computed])
    for x, expected in zip(inputs, results, strict=True):
        values = interpret(graph, x)
        for name, index in computed.items():
            np.testing.assert_array_equal(values[index], expected[names.index(name)], err_msg=name)


def operators(graph: Graph) -> list[type[Any]]:
    return [type(node.op) for node in graph.nodes]


def test_a_flatten_on_an_open_batch(oracle: Oracle) -> None:
    graph = read_tflite(messy.flattened())
    assert operators(graph) == [Reshape, FullyConnected]
    assert [t.name for t in graph.tensors] == ["x", "stack", "flat", "y", "weights"]
    np.testing.assert_array_equal(graph.tensors[1].data, [1, 24])
    assert_same_as_file(messy.flattened(), oracle)


def test_a_one_dimensional_convolution(oracle: Oracle) -> None:
    graph = read_tflite(messy.conv1d())
    assert operators(graph) == [
        ExpandDims,
        Conv2D,
        Squeeze,
        ExpandDims,
        Pool2D,
        Reshape,
        Reshape,
        FullyConnected,
    ]
    assert_same_as_file(messy.conv1d(), oracle)


@pytest.mark.parametrize("data", [messy.flattened("float32"), messy.conv1d("float32", "float32")], ids=["image", "1d"])
def test_float_models(data: bytes, oracle: Oracle) -> None:
    graph, names = read_tflite(data), names_of(data)
    x = inputs_of(graph, 1)
    end = graph.outputs[0]
    (expected,) = oracle.run_file(data, [x], [names.index(graph.tensors[end].name)])
    np.testing.assert_allclose(interpret(graph, x)[end], next(iter(expected.values())), rtol=1e-5, atol=1e-6)


def test_a_dense_layer_at_each_step(oracle: Oracle) -> None:
    """TFLite Micro does not run this file, whose shapes are placeholders; it runs what we make of it."""
    graph = read_tflite(messy.dense_at_each_step())
    assert operators(graph) == [Reshape, FullyConnected, Reshape]
    assert [graph.tensors[node.outputs[0]].shape for node in graph.nodes] == [(6, 3), (6, 4), (1, 6, 4)]
    assert_same_as_oracle(graph, oracle)


def test_weights_in_float16() -> None:
    graph = read_tflite(messy.halves())
    (weights,) = (t for t in graph.tensors if t.data is not None)
    assert (weights.dtype, weights.data.dtype, weights.shape) == ("float32", np.float32, (2, 5))
    np.testing.assert_array_equal(weights.data, weights.data.astype(np.float16))
    assert weights.data.any()


def test_int8_weights_that_are_dequantized() -> None:
    file = File()
    x, y = file.tensor("x", (1, 5), "float32"), file.tensor("y", (1, 2), "float32")
    real = file.tensor("real", (2, 5), "float32")
    file.op("DEQUANTIZE", (file.constant("weights", np.arange(10, dtype=np.int8).reshape(2, 5), (0.5, 1)),), real)
    file.dense(x, real, y)
    weights = read_tflite(file.build((x,), (y,))).tensors[2].data
    np.testing.assert_array_equal(weights, (np.arange(10, dtype=np.float32).reshape(2, 5) - 1) / 2)


def test_a_filled_constant() -> None:
    file = File()
    x, y = file.tensor("x", (1, 5), "float32"), file.tensor("y", (1, 2), "float32")
    weights = file.tensor("weights", (2, 5), "float32")
    file.op("FILL", (file.integers(2, 5), file.constant("value", np.array(0.5, np.float32))), weights)
    file.dense(x, weights, y)
    graph = read_tflite(file.build((x,), (y,)))
    np.testing.assert_array_equal(graph.tensors[2].data, np.full((2, 5), 0.5, np.float32))


@pytest.mark.parametrize(
    "data", [messy.flattened(), messy.conv1d(), messy.dense_at_each_step(), messy.halves(), messy.conv1d("uint8")]
)
def test_what_was_folded_is_written_and_read_back_the_same(data: bytes) -> None:
    graph = read_tflite(data)
    assert same(read_tflite(write_tflite(graph)), graph)


def test_tensors_that_were_not_used_before_are_left_alone() -> None:
    file = File()
    spare = file.tensor("spare", (1, 2), "int8", INNER)
    x = file.tensor("x", (1, 4, 3, 2), "int8", INNER)
    y = file.tensor("y", (1, 3), "int8", OUTER)
    file.dense(file.flatten(x, (1, 4, 3, 2), INNER), file.weights((3, 24)), y)
    graph = read_tflite(file.build((x,), (y,)))
    assert graph.tensors[spare].name == "spare"
    assert [t.name for t in graph.tensors] == ["spare", "x", "y", "stack", "flat", "weights"]


def reshaped(shape: tuple[int, ...], result: tuple[int, ...], signature: tuple[int, ...]) -> Graph:
    file = File()
    x = file.tensor("x", (1, 6), "int8", INNER)
    y = file.tensor("y", result, "int8", INNER, signature)
    file.op("RESHAPE", (x, file.integers(*shape)), y)
    return read_tflite(file.build((x,), (y,)))


def test_an_open_shape_is_what_its_reshape_says() -> None:
    assert reshaped((1, 2, -1), (1, 1, 1), (-1, 2, -1)).tensors[1].shape == (1, 2, 3)
    assert reshaped((1, 2, 3), (1, 1, 1), (1, -1, -1)).tensors[1].shape == (1, 2, 3)
    assert reshaped((-1, 2, 3), (1, 2, 3), (1, 2, 3)).tensors[1].shape == (1, 2, 3)


def test_an_open_shape_that_does_not_come_out_even() -> None:
    with pytest.raises(ModelError) as error:
        reshaped((1, 4, -1), (1, 1, 1), (-1, -1, -1))
    assert str(error.value) == (
        "layer 0 (RESHAPE -> 'y'): reshapes (1, 6) by (1, 4, 1) to (1, 4, 1); "
        "give input and output the same number of elements"
    )


def assert_refused(file: File, ends: tuple[int, int], message: str) -> None:
    with pytest.raises(ModelError) as error:
        read_tflite(file.build(ends[:1], ends[1:]))
    assert str(error.value) == message


def test_an_input_of_open_length() -> None:
    file = File()
    x = file.tensor("audio", (1, 1, 3), "int8", INNER, (-1, -1, 3))
    assert_refused(
        file,
        (x, x),
        "model.subgraphs[0].tensors[0] ('audio'): the model's input has the open shape (?, ?, 3); "
        "convert the model with a fixed input shape",
    )


def test_a_shape_that_depends_on_the_data() -> None:
    file = File()
    x, y = file.tensor("x", (1, 6), "int8", INNER), file.tensor("y", (1, 6), "int8", INNER, (-1, -1))
    shape = file.tensor("Where", (2,), "int32")
    file.op("WHERE", (x,), shape)
    file.op("RESHAPE", (x, shape), y)
    assert_refused(
        file,
        (x, y),
        "layer 1 (-> 'y'): the shape that it gives its input is known only when the model runs; "
        "convert the model with fixed shapes",
    )


def test_a_filling_that_depends_on_the_data() -> None:
    file = File()
    x, y = file.tensor("x", (1, 6), "int8", INNER), file.tensor("y", (1, 6), "int8", INNER, (-1, -1))
    shape = file.tensor("Where", (2,), "int32")
    file.op("WHERE", (x,), shape)
    file.op("FILL", (shape, file.constant("zero", np.array(0, np.int8), INNER)), y)
    assert_refused(
        file,
        (x, y),
        "layer 1 (-> 'y'): the shape that it fills is known only when the model runs; convert it with fixed shapes",
    )


def test_integers_that_depend_on_the_data_are_refused_by_operator() -> None:
    file = File()
    x, y = file.tensor("x", (1, 6), "int32"), file.tensor("y", (1, 6), "int32")
    file.op("CAST", (x,), y)
    with pytest.raises(ModelError, match=r"^layer 0 \(-> 'y'\): the operator CAST is not supported; rebuild"):
        read_tflite(file.build((x,), (y,)))


def test_operands_that_do_not_fit() -> None:
    file = File()
    x, y = file.tensor("x", (1, 6), "int8", INNER), file.tensor("y", (2,), "int32")
    file.op("CONCATENATION", (file.integers(1), file.scalar(6)), y)
    assert_refused(file, (x, x), "layer 0 (-> 'y'): its operands do not fit CONCATENATION; convert the model again")


def test_numbers_that_no_shape_holds() -> None:
    file = File()
    x, y = file.tensor("x", (1, 6), "int8", INNER), file.tensor("y", (1,), "int32")
    file.op("MUL", (file.integers(2**30), file.integers(2)), y)
    assert_refused(file, (x, x), "layer 0 (-> 'y'): computes no shape that a tensor can have; convert the model again")


def test_a_fill_with_more_than_one_value() -> None:
    file = File()
    x, y = file.tensor("x", (1, 6), "int8", INNER), file.tensor("y", (2,), "int32")
    file.op("FILL", (file.integers(2), file.integers(1, 2)), y)
    assert_refused(
        file, (x, x), "layer 0 (-> 'y'): does not fill its output with one constant; convert the model again"
    )


def test_a_constant_that_is_dequantized_without_a_scale() -> None:
    file = File()
    x, y = file.tensor("x", (1, 6), "int8", INNER), file.tensor("y", (2,), "float32")
    file.op("DEQUANTIZE", (file.constant("w", np.zeros(2, np.int8)),), y)
    assert_refused(
        file, (x, x), "layer 0 (-> 'y'): dequantizes a constant that is not quantized; convert the model again"
    )


def test_constants_that_grow_without_measure_take_no_memory() -> None:
    file = File()
    x = file.tensor("x", (1, 6), "int8", INNER)
    value = file.constant("value", np.array(0.5, np.float32))
    for number in range(40):
        file.op("FILL", (file.integers(1 << 20), value), file.tensor(f"y{number}", (1 << 20,), "float32"))
    assert_refused(
        file,
        (x, x),
        "layer 16 (-> 'y16'): the model's constants grow by more than 64 MB; use a model for microcontrollers",
    )


def test_constants_that_share_a_content_are_counted_each() -> None:
    file = File()
    x, y = file.tensor("x", (1, 1 << 20), "int8", INNER), file.tensor("y", (1, 1), "int8", OUTER)
    weights = file.weights((1, 1 << 20))
    file.dense(x, weights, y)
    file.tensors += [dict(file.tensors[weights], name="again") for _ in range(80)]
    assert_refused(
        file,
        (x, y),
        "model.subgraphs[0].tensors[66] ('again'): constants, counted for each layer that uses them, "
        "take more than 64 MB; use a model for microcontrollers",
    )


def test_a_constant_is_counted_for_each_layer_that_uses_it() -> None:
    file = File()
    x, y = file.tensor("x", (1, 1), "int8", INNER), file.tensor("y", (1, 1 << 20), "int8", OUTER)
    weights = file.constant("weights", np.zeros((1 << 20, 1), np.int8), (0.01, 0))
    for _ in range(65):
        file.dense(x, weights, y)
    assert_refused(
        file,
        (x, y),
        "model.subgraphs[0].tensors[2] ('weights'): constants, counted for each layer that uses them, "
        "take more than 64 MB; use a model for microcontrollers",
    )


def test_operators_whose_tensors_do_not_exist_are_left_to_the_checks() -> None:
    file = File()
    x = file.tensor("x", (1, 6), "int8", INNER)
    file.op("EXPAND_DIMS", (77, 78), file.tensor("y", (1, 6), "int8", INNER), options=(52, {"none": Field(0)}, {}))
    with pytest.raises(ModelError, match=r"^layer 0 \(EXPAND_DIMS -> 'y'\): refers to tensor 77 of 2"):
        read_tflite(file.build((x,), (x,)))
