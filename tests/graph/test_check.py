from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.graph.checks import assert_refused
from tests.graph.models import Model, small_convnet

from sensorsmith.graph import Add, FullyConnected, Graph, HardSwish, Node, Quantization, Reshape, Tensor, check_graph

MODEL = Model()
X = MODEL.activation((1, 4))
WEIGHTS = MODEL.weights((3, 4))
BIAS = MODEL.bias(X, WEIGHTS, 3)
Y = MODEL.node(FullyConnected(), (X, WEIGHTS, BIAS), MODEL.activation((1, 3)))
GRAPH = MODEL.graph(X, Y)
LAYER = "layer 0 (FULLY_CONNECTED -> 't3')"


def changed(index: int, **values: object) -> Graph:
    tensors = list(GRAPH.tensors)
    tensors[index] = replace(tensors[index], **values)  # type: ignore[arg-type]
    return replace(GRAPH, tensors=tuple(tensors))


def connected(*nodes: Node) -> Graph:
    return replace(GRAPH, nodes=nodes)


def quantized(*scale: float, zero_point: int = 0, axis: int | None = None) -> Quantization:
    return Quantization(scale, (zero_point,) * len(scale), axis)


@pytest.mark.parametrize("dtype", ["int8", "float32"])
def test_sound_graphs_pass(dtype: str) -> None:
    check_graph(GRAPH)
    check_graph(small_convnet(dtype))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            changed(X, shape=(1, -1)),
            "tensor 0 ('t0'): has shape (1, -1); convert the model with fixed shapes and batch 1",
        ),
        (changed(X, shape=(1,) * 9), "tensor 0 ('t0'): has 9 dimensions; use at most 8"),
        (
            changed(X, shape=(1, 2**24, 2)),
            "tensor 0 ('t0'): has shape (1, 16777216, 2); use tensors of at most 16777216 elements",
        ),
        (
            changed(WEIGHTS, shape=(4, 3)),
            "tensor 1 ('t1'): its content is int8 (3, 4), declared are int8 (4, 3); convert the model again",
        ),
        (
            changed(WEIGHTS, data=np.zeros((3, 4), np.int32)),
            "tensor 1 ('t1'): its content is int32 (3, 4), declared are int8 (3, 4); convert the model again",
        ),
        (
            changed(WEIGHTS, quantization=quantized(1.0, 1.0, axis=2)),
            "tensor 1 ('t1'): is quantized along dimension 2; convert the model again",
        ),
        (
            changed(WEIGHTS, quantization=quantized(1.0, 1.0, axis=0)),
            "tensor 1 ('t1'): has 2 scales and 2 zero points where 3 belong; convert the model again",
        ),
        (
            changed(X, quantization=Quantization((1.0,), ())),
            "tensor 0 ('t0'): has 1 scales and 0 zero points where 1 belong; convert the model again",
        ),
        (
            changed(X, quantization=quantized(float("nan"))),
            "tensor 0 ('t0'): has a scale that is not positive and finite; quantize the model again",
        ),
        (
            changed(X, quantization=quantized(1e39)),
            "tensor 0 ('t0'): has a scale that is not positive and finite; quantize the model again",
        ),
        (
            changed(X, quantization=quantized(1.0, zero_point=128)),
            "tensor 0 ('t0'): has a zero point outside of int8; quantize the model again",
        ),
    ],
)
def test_tensors_that_contradict_themselves_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, message)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (replace(GRAPH, inputs=(X, Y)), "the model has 2 inputs; convert it with exactly one input"),
        (replace(GRAPH, outputs=()), "the model has 0 outputs; convert it with exactly one output"),
        (
            replace(GRAPH, outputs=(9,)),
            "the model's output: refers to tensor 9 of 4; copy or convert the model again",
        ),
        (replace(GRAPH, inputs=(WEIGHTS,)), "the model's input is a constant; convert the model again"),
        (connected(), "no layer computes the model's output; convert the model again"),
        (
            connected(Node(FullyConnected(), (X,), (Y,))),
            f"{LAYER}: has 1 inputs and 1 outputs; convert the model again",
        ),
        (
            connected(Node(FullyConnected(), (X, WEIGHTS, BIAS, BIAS), (Y,))),
            f"{LAYER}: has 4 inputs and 1 outputs; convert the model again",
        ),
        (
            connected(Node(FullyConnected(), (X, WEIGHTS), ())),
            "layer 0 (FULLY_CONNECTED -> '?'): has 2 inputs and 0 outputs; convert the model again",
        ),
        (
            connected(Node(FullyConnected(), (X, -1), (Y,))),
            f"{LAYER}: refers to tensor -1 of 4; copy or convert the model again",
        ),
        (
            connected(Node(FullyConnected(), (X, WEIGHTS), (4,))),
            "layer 0 (FULLY_CONNECTED -> '?'): refers to tensor 4 of 4; copy or convert the model again",
        ),
        (
            connected(Node(FullyConnected(), (Y, WEIGHTS), (Y,))),
            f"{LAYER}: uses tensor 't3' before any layer computes it; convert the model again",
        ),
        (
            connected(Node(FullyConnected(), (X, WEIGHTS), (X,))),
            "layer 0 (FULLY_CONNECTED -> 't0'): its output is already given elsewhere; convert the model again",
        ),
        (
            connected(Node(FullyConnected(), (X, WEIGHTS), (BIAS,))),
            "layer 0 (FULLY_CONNECTED -> 't2'): its output is already given elsewhere; convert the model again",
        ),
    ],
)
def test_structures_that_cannot_run_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, message)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            changed(Y, dtype="int16"),
            "its input is int8 where it computes in int16; convert the model so that it is int16",
        ),
        (
            changed(Y, dtype="int32"),
            "computes in int32; convert the model to int8 (full-integer quantization) or leave it in float32",
        ),
        (
            changed(Y, dtype="float32"),
            "its input is int8 where it computes in float32; convert the model so that it is float32",
        ),
        (
            changed(BIAS, dtype="float32", data=np.zeros(3, np.float32)),
            "its bias is float32 where it computes in int8; convert the model so that it is int32",
        ),
        (
            changed(X, quantization=None),
            "'t0' has no scale and zero point of its own; convert the model with full-integer quantization",
        ),
        (
            changed(Y, quantization=quantized(1.0, 1.0, 1.0, axis=1)),
            "'t3' has no scale and zero point of its own; convert the model with full-integer quantization",
        ),
        (
            changed(WEIGHTS, quantization=None),
            "has no scale for its weights; convert the model with full-integer quantization",
        ),
        (
            changed(BIAS, quantization=None),
            "has no scale for its bias; convert the model with full-integer quantization",
        ),
    ],
)
def test_operands_of_the_wrong_kind_are_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"{LAYER}: {message}")


def test_weights_that_a_layer_computes_are_refused() -> None:
    model = Model()
    x = model.activation((1, 4))
    weights = model.node(Add(), (x, x), model.activation((1, 4)))
    y = model.node(FullyConnected(), (x, weights), model.activation((1, 1)))
    assert_refused(
        model.graph(x, y),
        "layer 1 (FULLY_CONNECTED -> 't2'): has no constant weights; convert a frozen, trained model",
    )


def test_tensors_that_no_layer_uses_are_checked_too() -> None:
    extra = Tensor("extra", (0,), "int8")
    assert_refused(
        replace(GRAPH, tensors=(*GRAPH.tensors, extra)),
        "tensor 4 ('extra'): has shape (0,); convert the model with fixed shapes and batch 1",
    )


def test_an_output_without_a_batch_is_refused() -> None:
    model = Model()
    x = model.activation((1, 6))
    y = model.node(Reshape((2, 3)), (x,), model.activation((2, 3)))
    assert_refused(
        model.graph(x, y),
        "the model's output: the shape (2, 3) of 't1' does not begin with a batch of 1; convert the model with batch 1",
    )


def test_a_model_without_a_batch_is_refused() -> None:
    assert_refused(
        changed(X, shape=(4,)),
        "the model's input: the shape (4,) of 't0' does not begin with a batch of 1; convert the model with batch 1",
    )


def test_int16_activations_with_a_zero_point_are_refused() -> None:
    model = Model("int16")
    x, y = model.activation((1, 4)), model.activation((1, 4))
    model.tensors[y] = replace(model.tensors[y], quantization=Quantization((0.05,), (1,)))
    assert_refused(
        model.graph(x, model.node(Reshape((1, 4)), (x,), y)),
        "layer 0 (RESHAPE -> 't1'): 't1' is int16 with a zero point other than 0; "
        "quantize int16 activations symmetrically",
    )


def test_an_operator_without_int16_arithmetic_is_refused() -> None:
    model = Model("int16")
    x = model.activation((1, 4))
    assert_refused(
        model.graph(x, model.node(HardSwish(), (x,), model.activation((1, 4)))),
        "layer 0 (HARD_SWISH -> 't1'): computes in int16, for which it has no arithmetic here; "
        "quantize the model to int8",
    )
