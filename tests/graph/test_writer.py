from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from tests.graph.models import small_convnet
from tests.graph.operators import networks
from tests.graph.shared import FLOAT32, INT8, shared_model

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import Border, DType, Face, Graph, read_tflite, same, write_tflite
from sensorsmith.graph.flatbuffer import Source
from sensorsmith.graph.schema import MODEL, OPERATOR_CODE


@settings(max_examples=40, deadline=None)
@given(graph=networks())
def test_what_is_written_reads_back_the_same(graph: Graph) -> None:
    assert same(read_tflite(write_tflite(graph)), graph)


@settings(max_examples=20, deadline=None)
@given(graph=networks(dtype="float32"))
def test_float_graphs_read_back_the_same(graph: Graph) -> None:
    assert same(read_tflite(write_tflite(graph)), graph)


@pytest.mark.parametrize("name", [*INT8.values(), *FLOAT32.values()])
def test_real_models_read_back_the_same(name: str) -> None:
    graph = read_tflite(shared_model(name))
    assert same(read_tflite(write_tflite(graph)), graph)


def test_equal_graphs_give_equal_bytes() -> None:
    assert write_tflite(small_convnet()) == write_tflite(small_convnet())
    assert write_tflite(read_tflite(write_tflite(small_convnet()))) == write_tflite(small_convnet())


def test_a_graph_without_layers_reads_back_the_same() -> None:
    graph = replace(small_convnet(), nodes=(), outputs=(0,), tensors=small_convnet().tensors[:1])
    assert same(read_tflite(write_tflite(graph)), graph)


@pytest.mark.parametrize("input_", ["uint8", "float32", None])
@pytest.mark.parametrize("output", ["uint8", "float32", None])
def test_a_border_reads_back_the_same(input_: Any, output: Any) -> None:
    border = Border(input_ and Face("outside", input_), output and Face("behind", output))
    graph = replace(small_convnet(), border=border)
    assert same(read_tflite(write_tflite(graph)), graph)
    assert len(read_tflite(write_tflite(graph)).tensors) == len(graph.tensors)
    assert same(graph, small_convnet()) == (input_ is output is None)


def test_constants_lie_at_multiples_of_16() -> None:
    data = write_tflite(small_convnet())
    start = np.frombuffer(data, np.uint8).__array_interface__["data"][0]
    constants = [t.data for t in read_tflite(data).tensors if t.data is not None]
    assert len(constants) == 7
    assert all((c.__array_interface__["data"][0] - start) % 16 == 0 for c in constants)


@pytest.mark.parametrize(("dtype", "versions"), [("int8", [2, 2, 3, 3, 4, 2, 1, 2, 2]), ("float32", [1] * 9)])
def test_operators_have_the_versions_of_the_converter(dtype: DType, versions: list[int]) -> None:
    model = Source(write_tflite(small_convnet(dtype))).root(MODEL, b"TFL3", "model")
    codes = model.tables("operator_codes", OPERATOR_CODE)
    # ADD, AVERAGE_POOL_2D, CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, MAX_POOL_2D, RESHAPE, SOFTMAX, MEAN
    assert [code.integer("builtin_code") for code in codes] == [0, 1, 3, 4, 9, 17, 22, 25, 40]
    assert [code.integer("version") for code in codes] == versions


def test_a_graph_that_is_not_sound_is_not_written() -> None:
    with pytest.raises(ModelError) as error:
        write_tflite(replace(small_convnet(), outputs=()))
    assert str(error.value) == "the model has 0 outputs; convert it with exactly one output"
