from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model, inputs_of
from tests.graph.oracle import Oracle

from sensorsmith.graph import Conv2D, DepthwiseConv2D, FullyConnected, Graph, Quantization, TransposeConv, interpret
from sensorsmith.graph.ops.weights import exact_dtype


def convolution(**changes: Quantization) -> Graph:
    """A 1x1 convolution from 2 to 3 channels, with the quantization of `weights` or `bias` changed."""
    model = Model()
    x = model.activation((1, 1, 1, 2), 0.5)
    weights = model.weights((3, 1, 1, 2), (0.25, 0.5, 0.125))
    bias = model.bias(x, weights, 3)
    for index, name in ((weights, "weights"), (bias, "bias")):
        if name in changes:
            model.tensors[index] = replace(model.tensors[index], quantization=changes[name])
    return model.graph(x, model.node(Conv2D(), (x, weights, bias), model.activation((1, 1, 1, 3), 0.5)))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            convolution(weights=Quantization((0.25, 0.25), (0, 0), 3)),
            "its weights have one scale per index of dimension 3, not of dimension 0; "
            "quantize the weights per output channel",
        ),
        (
            convolution(weights=Quantization((0.25,) * 3, (0, 1, 0), 0)),
            "its weights have a zero point other than 0; quantize the weights symmetrically",
        ),
        (
            convolution(bias=Quantization((0.125, 0.25, 0.125), (0,) * 3, 0)),
            "its bias is not quantized with the input's scale times the weights' scale and zero point 0; "
            "quantize the model again",
        ),
        (
            convolution(bias=Quantization((0.125, 0.25, 0.0625), (0, 0, 1), 0)),
            "its bias is not quantized with the input's scale times the weights' scale and zero point 0; "
            "quantize the model again",
        ),
        (
            convolution(weights=Quantization((1e30,), (0,))),
            "the output's scale is too fine for the scales of its inputs; "
            "quantize the model again with representative data",
        ),
    ],
)
def test_quantizations_that_the_arithmetic_does_not_rest_on_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 (CONV_2D -> 't3'): {message}")


def _narrow(op: DepthwiseConv2D | TransposeConv, *operands: int, model: Model) -> Graph:
    return model.graph(0, model.node(op, operands, model.activation((1, 2, 2, 3), 0.5)))


def narrow_depthwise() -> Graph:
    model = Model("int16")
    x = model.activation((1, 2, 2, 3))
    weights = model.weights((1, 1, 1, 3), axis=3)
    return _narrow(DepthwiseConv2D(), x, weights, model.bias(x, weights, 3, narrow=True), model=model)


def narrow_transposed() -> Graph:
    model = Model("int16")
    x = model.activation((1, 2, 2, 3))
    shape, weights = model.indices((1, 2, 2, 3)), model.weights((3, 1, 1, 3))
    return _narrow(TransposeConv((1, 1)), shape, weights, x, model.bias(x, weights, 3, narrow=True), model=model)


@pytest.mark.parametrize(
    ("name", "graph"),
    [("DEPTHWISE_CONV_2D -> 't3'", narrow_depthwise()), ("TRANSPOSE_CONV -> 't4'", narrow_transposed())],
)
def test_a_bias_of_int32_is_refused_where_tflite_micro_takes_it_for_int64(name: str, graph: Graph) -> None:
    assert_refused(
        graph,
        f"layer 0 ({name}): its bias is int32 where it computes in int16; convert the model so that it is int64",
    )


@pytest.mark.parametrize("bias", [True, False])
def test_a_narrow_bias_narrows_the_sums(bias: bool, oracle: Oracle) -> None:
    """Both forms of the same sums differ in how they are rounded, and a bias says which of them holds."""
    outputs = []
    for narrow in (True, False):
        model = Model("int16")
        x = model.activation((1, 8))
        weights = model.weights((300, 8))
        inputs = (x, weights, model.bias(x, weights, 300, narrow=narrow)) if bias else (x, weights)
        y = model.node(FullyConnected(narrow_sums=narrow and not bias), inputs, model.activation((1, 300), 0.3))
        graph = model.graph(x, y)
        assert_same_as_oracle(graph, oracle)
        outputs.append(interpret(graph, inputs_of(graph, 1))[y])
    assert not np.array_equal(*outputs)


def test_a_bias_of_another_length_is_refused() -> None:
    model = Model()
    x = model.activation((1, 1, 1, 2))
    weights = model.weights((3, 1, 1, 2))
    inputs = (x, weights, model.bias(x, weights, 2))
    assert_refused(
        model.graph(x, model.node(Conv2D(), inputs, model.activation((1, 1, 1, 3)))),
        "layer 0 (CONV_2D -> 't3'): its bias has shape (2,), its weights ask for (3,); convert the model again",
    )


def test_float32_is_used_only_where_every_sum_is_exact() -> None:
    weights = np.full((100, 2), 127, np.int8)
    assert exact_dtype(weights, 255) is np.float32
    assert exact_dtype(np.full((600, 2), 127, np.int8), 255) is np.float64
    assert exact_dtype(np.full((600, 2), -1, np.int8), 255) is np.float32


def test_long_sums_are_exact() -> None:
    model = Model()
    x = model.activation((1, 1, 1, 3000), 1.0, -128)
    data = np.full((1, 1, 1, 3000), 127, np.int8)
    data[..., -1] = 126
    total = (3000 * 127 - 1) * 255
    assert float(np.float32(total)) != total
    filter_ = model.tensor(data.shape, "int8", Quantization((1.0,), (0,)), data)
    bias = model.tensor((1,), "int32", Quantization((1.0,), (0,)), np.array([5 - total], np.int32))
    y = model.node(Conv2D(), (x, filter_, bias), model.activation((1, 1, 1, 1), 1.0))
    output = interpret(model.graph(x, y), np.full((1, 1, 1, 3000), 127, np.int8))[y]
    assert output is not None
    assert output.item() == 5
