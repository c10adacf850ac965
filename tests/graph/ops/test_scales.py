"""Factors that are almost, but not quite, a number at which results lie halfway between two integers."""

from __future__ import annotations

import numpy as np
import pytest
from tests.graph.models import Model
from tests.graph.oracle import Oracle

from sensorsmith.graph import (
    Abs,
    Add,
    Graph,
    LeakyRelu,
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
