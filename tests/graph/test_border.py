from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.graph import messy
from tests.graph.messy import INNER, OUTER, File
from tests.graph.models import Model, scales, zero_points
from tests.graph.oracle import Oracle
from tests.graph.test_fold import names_of

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import (
    Border,
    Face,
    Graph,
    Quantization,
    Reshape,
    Tensor,
    check_graph,
    enter,
    interpret,
    leave,
    read_tflite,
    same,
    write_tflite,
)

NAMES = ("serving_default_x:0", "StatefulPartitionedCall:0")


def faces(graph: Graph) -> tuple[Face, Face]:
    assert graph.border.input is not None
    assert graph.border.output is not None
    return graph.border.input, graph.border.output


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_what_stands_at_the_border_is_set_aside(dtype: Any) -> None:
    graph = read_tflite(messy.conv1d(dtype))
    assert graph.border == Border(Face(NAMES[0], dtype), Face(NAMES[1], dtype))
    inside = read_tflite(messy.conv1d())
    assert (graph.nodes, graph.inputs, graph.outputs) == (inside.nodes, inside.inputs, inside.outputs)
    assert inside.border == Border()


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_the_file_as_it_is_gives_in_tflite_micro_what_we_give(dtype: str, oracle: Oracle) -> None:
    data = messy.conv1d(dtype)
    graph, names = read_tflite(data), names_of(data)
    random = np.random.default_rng(7)
    shape = (1, 12, 3)
    inputs = [
        random.integers(0, 256, shape, np.uint8) if dtype == "uint8" else random.normal(0, 4, shape).astype(np.float32)
        for _ in range(10)
    ]
    ends = [names.index(name) for name in ("tfl.quantize", NAMES[1])]
    first, last = faces(graph)
    for x, expected in zip(inputs, oracle.run_file(data, inputs, ends), strict=True):
        inside = enter(first, graph.tensors[graph.inputs[0]], x)
        np.testing.assert_array_equal(inside, expected[ends[0]])
        result = interpret(graph, inside)[graph.outputs[0]]
        assert result is not None
        outside = leave(last, graph.tensors[graph.outputs[0]], result)
        assert outside.dtype == expected[ends[1]].dtype == dtype
        np.testing.assert_array_equal(outside, expected[ends[1]])


def passing(scale: float, zero_point: int, size: int, border: Border) -> Graph:
    """A model that does nothing inside."""
    model = Model()
    x = model.activation((1, size), scale, zero_point)
    y = model.node(Reshape((1, 1, size)), (x,), model.activation((1, 1, size), scale, zero_point))
    graph = model.graph(x, y)
    return Graph(graph.name, graph.tensors, graph.nodes, graph.inputs, graph.outputs, border)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), scale=scales, zero_point=zero_points)
def test_real_numbers_are_quantized_and_back_as_in_tflite_micro(
    data: st.DataObject, scale: float, zero_point: int, oracle: Oracle
) -> None:
    step = float(np.float32(scale))
    # Ties and what lies a hair beside them, what is clamped, and tiny numbers.
    ties = st.integers(-400, 400).map(lambda n: (n + 0.5) * step)
    beside = st.tuples(ties, st.sampled_from([-np.inf, np.inf])).map(lambda t: np.nextafter(np.float32(t[0]), t[1]))
    plain = st.floats(-1e5, 1e5, width=32)
    x = np.array([data.draw(st.lists(ties | beside | plain, min_size=1, max_size=40))], np.float32)
    graph = passing(scale, zero_point, x.size, Border(Face("x", "float32"), Face("y", "float32")))
    first, last = faces(graph)
    outside = len(graph.tensors) + 1
    (expected,) = oracle.run_file(write_tflite(graph), [x], [graph.inputs[0], outside])
    inside = enter(first, graph.tensors[graph.inputs[0]], x)
    np.testing.assert_array_equal(inside, expected[graph.inputs[0]])
    y = leave(last, graph.tensors[graph.outputs[0]], inside.reshape(1, 1, -1))
    np.testing.assert_array_equal(y, expected[outside])


@given(zero_point=zero_points)
def test_uint8_is_int8_plus_128(zero_point: int) -> None:
    face, tensor = Face("x", "uint8"), Tensor("x", (1, 256), "int8", Quantization((0.1,), (zero_point,)))
    x = np.arange(256, dtype=np.uint8)[None]
    inside = enter(face, tensor, x)
    np.testing.assert_array_equal(inside.astype(int) + 128, x)
    np.testing.assert_array_equal(leave(face, tensor, inside), x)


def test_numbers_beyond_all_integers_come_out_at_the_ends() -> None:
    face, tensor = Face("x", "float32"), Tensor("x", (1, 4), "int8", Quantization((1e-30,), (100,)))
    x = np.array([[np.inf, 1e38, -1e38, -np.inf, np.nan, 0.0]], np.float32)
    np.testing.assert_array_equal(enter(face, tensor, x), [[127, 127, -128, -128, -128, 100]])


def file(outer: tuple[float, int], takers: int = 1, dtype: str = "uint8") -> bytes:
    model = File()
    outside = model.tensor("outside", (1, 6), dtype, outer)
    ends = [model.tensor(f"x{i}", (1, 6), "int8", INNER) for i in range(takers)]
    for x in ends:
        model.op("QUANTIZE", (outside,), x)
    y = model.tensor("y", (1, 2), "int8", OUTER)
    model.dense(ends[0], model.weights((2, 6)), y)
    return model.build((outside,), (y,))


def assert_refused(data: bytes, message: str) -> None:
    with pytest.raises(ModelError) as error:
        read_tflite(data)
    assert str(error.value) == message


def test_one_end_alone_may_differ() -> None:
    graph = read_tflite(file((INNER[0], INNER[1] + 128)))
    assert graph.border == Border(Face("outside", "uint8"))
    assert same(read_tflite(write_tflite(graph)), graph)


@pytest.mark.parametrize("outer", [(INNER[0], INNER[1]), (INNER[0] * 2, INNER[1] + 128)])
def test_a_border_that_changes_the_scale_is_refused(outer: tuple[float, int]) -> None:
    assert_refused(
        file(outer),
        "layer 0 (-> 'x0'): the uint8 at the model's border is not the int8 inside plus 128; "
        "convert the model with int8 at its ends",
    )


def test_an_input_that_is_quantized_twice_is_refused() -> None:
    assert_refused(
        file((INNER[0], INNER[1] + 128), takers=2),
        "layer 0 (-> 'x0'): QUANTIZE changes from uint8 to int8 inside of the model; "
        "quantize every layer of the model to int8",
    )


def test_float32_in_the_middle_is_refused() -> None:
    model = File()
    x, y = model.tensor("x", (1, 6), "int8", INNER), model.tensor("y", (1, 6), "float32")
    z = model.tensor("z", (1, 6), "float32")
    model.op("DEQUANTIZE", (x,), y)
    model.op("SOFTMAX", (y,), z)
    assert_refused(
        model.build((x,), (z,)),
        "layer 0 (-> 'y'): DEQUANTIZE changes from int8 to float32 inside of the model; "
        "quantize every layer of the model to int8",
    )


def test_a_model_of_the_time_before_int8_is_refused() -> None:
    model = File()
    x, y = model.tensor("x", (1, 6), "uint8", (0.1, 128)), model.tensor("y", (1, 2), "uint8", (0.1, 128))
    model.dense(x, model.constant("w", np.zeros((2, 6), np.uint8), (0.1, 128)), y)
    assert_refused(
        model.build((x,), (y,)),
        "layer 0 (-> 'y'): FULLY_CONNECTED computes in uint8, which came before int8; "
        "convert the model again with full-integer quantization to int8",
    )


def test_a_border_that_changes_the_shape_is_refused() -> None:
    model = File()
    x, y = model.tensor("x", (1, 6), "int8", INNER), model.tensor("y", (6, 1), "float32")
    model.op("DEQUANTIZE", (x,), y)
    assert_refused(
        model.build((x,), (y,)),
        "layer 0 (-> 'y'): the border's shapes (6, 1) outside and (1, 6) inside differ; convert the model again",
    )


def test_a_border_of_a_float_graph_is_refused() -> None:
    model = Model("float32")
    x = model.activation((1, 6))
    y = model.node(Reshape((1, 6)), (x,), model.activation((1, 6)))
    graph = model.graph(x, y)
    with pytest.raises(ModelError) as error:
        check_graph(Graph("main", graph.tensors, graph.nodes, (x,), (y,), Border(Face("x", "uint8"))))
    assert str(error.value) == "tensor 't0': is uint8 in the file but float32 inside; convert the model to int8"


@pytest.mark.parametrize(("inputs", "outputs", "what"), [(2, 1, "2 inputs"), (1, 2, "2 outputs"), (1, 0, "0 outputs")])
def test_several_ends_are_refused(inputs: int, outputs: int, what: str) -> None:
    """Before all else, so that DEQUANTIZE before each of two outputs is not blamed."""
    model = File()
    x = [model.tensor(f"x{i}", (1, 6), "int8", INNER) for i in range(inputs)]
    y = [model.tensor(f"y{i}", (1, 6), "float32") for i in range(outputs)]
    for end in y:
        model.op("DEQUANTIZE", (x[0],), end)
    one = what[2:].rstrip("s")
    assert_refused(model.build(tuple(x), tuple(y)), f"the model has {what}; convert it with exactly one {one}")
