"""Factors that are almost, but not quite, a number at which results lie halfway between two integers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.graph.models import Model
from tests.graph.oracle import Oracle

from sensorsmith.graph import (
    Abs,
    Add,
    DType,
    FullyConnected,
    Graph,
    LeakyRelu,
    Lstm,
    Mul,
    Operator,
    Quantization,
    Quantize,
    Relu,
    Sub,
    interpret,
)

EVERY = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)


def single(op: Operator, scale: float, ratio: float) -> Graph:
    model = Model()
    x = model.activation((1, 256), float(np.float32(ratio * scale)))
    return model.graph(x, model.node(op, (x,), model.activation((1, 256), scale, -100)))


def double(op: Operator, scale: float, ratio: float) -> Graph:
    """With a constant of zeros, or of ones for a product, at the scale 1."""
    model = Model()
    product = isinstance(op, Mul)
    x = model.activation((1, 256), float(np.float32(ratio * scale)))
    quantization = Quantization((1.0,) if product else (model.scale(x) * 0.3,), (0,))
    other = model.tensor((1,), "int8", quantization, np.array([int(product)], np.int8))
    return model.graph(x, model.node(op, (x, other), model.activation((1, 256), scale, -100)))


@pytest.mark.parametrize(
    ("make", "op", "ratio"),
    [
        (single, Abs(), 2.5),
        (single, LeakyRelu(0.25), 2.0),
        (single, Quantize(), 2.5),
        (single, Relu(), 2.5),
        (double, Add(), 2.5),
        (double, Mul(), 2.5),
        (double, Sub(), 2.5),
    ],
)
def test_halves_go_the_way_of_tflite_micro(make: object, op: Operator, ratio: float, oracle: Oracle) -> None:
    assert callable(make)
    for scale in np.float32(2.0 ** -np.random.default_rng(0).uniform(3, 9, 30)):
        graph = make(op, float(scale), ratio)
        (expected,) = oracle.run(graph, [EVERY])
        np.testing.assert_array_equal(interpret(graph, EVERY)[graph.outputs[0]], expected[graph.outputs[0]])


# Scales of inputs and weights, and a sum that becomes another integer where their product is rounded to float32.
INT8 = [(0.01346531044691801, 0.006856160704046488, 33849531), (0.0166388638317585, 0.018429599702358246, 3994813)]
INT16 = [(0.009671853855252266, 0.007888398133218288, 1966369), (0.01625446043908596, 0.012982179410755634, 710957)]
GATES = [(0.0027375235222280025, 0.0022974973544478416, 63136), (0.01668536476790905, 0.002049292903393507, 58451)]


def with_bias(model: Model, x: int, weights: int, value: int) -> int:
    bias = model.bias(x, weights, 1)
    data = np.full(1, value, model.tensors[bias].dtype)
    model.tensors[bias] = replace(model.tensors[bias], data=data)
    return bias


@pytest.mark.parametrize(
    ("dtype", "scale", "numbers"), [("int8", 50.0, each) for each in INT8] + [("int16", 0.05, each) for each in INT16]
)
def test_scales_of_a_dense_layer_are_multiplied_in_double(
    dtype: DType, scale: float, numbers: tuple[float, float, int], oracle: Oracle
) -> None:
    model, (x_scale, weights_scale, total) = Model(dtype), numbers
    x = model.activation((1, 2), x_scale)
    weights = model.weights((1, 2), (weights_scale,))
    inputs = (x, weights, with_bias(model, x, weights, total))
    graph = model.graph(x, model.node(FullyConnected(), inputs, model.activation((1, 1), scale)))
    assert_tensor_equals(graph, graph.outputs[0], oracle)


@pytest.mark.parametrize("numbers", GATES)
def test_scales_of_a_gate_are_multiplied_in_double(numbers: tuple[float, float, int], oracle: Oracle) -> None:
    """Of the input gate, whose share of a saturated cell gate becomes the cell state."""
    model, (x_scale, weights_scale, total) = Model(), numbers
    x = model.activation((1, 1, 1), x_scale)
    weights = [model.weights((1, 1), (weights_scale,)) for _ in range(4)]
    recurrent = [model.weights((1, 1)) for _ in range(4)]
    biases = [with_bias(model, x, weights[0], value) for value in (total, 0, 10**8, 0)]
    states = _, cell = model.variable((1, 1), "int8", 1 / 128), model.variable((1, 1), "int16", 2.0**-15)
    operands = (x, *weights, *recurrent, -1, -1, -1, *biases, -1, -1, *states, -1, -1, -1, -1)
    y = model.node(Lstm(), operands, model.activation((1, 1, 1), 1 / 128))
    assert_tensor_equals(model.graph(x, y), cell, oracle)


def assert_tensor_equals(graph: Graph, index: int, oracle: Oracle) -> None:
    """A tensor made of an input of zeros."""
    x = graph.tensors[graph.inputs[0]]
    zeros = np.zeros(x.shape, x.dtype)
    np.testing.assert_array_equal(interpret(graph, zeros)[index], oracle.run(graph, [zeros])[0][index])
