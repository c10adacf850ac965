from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sensorsmith.base.errors import ModelError
from sensorsmith.graph import interpret_batch, read_tflite, same, write_tflite
from sensorsmith.graph.types import Conv2D, DepthwiseConv2D, FullyConnected
from sensorsmith.train.export import export

Layers = Callable[[Any], list[Any]]


def build(keras: Any, shape: tuple[int, ...], layers: list[Any], seed: int = 3) -> Any:
    """A model whose batch normalizations have moved, as after training."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input(shape), *layers])
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        value = np.asarray(weight)
        if weight.name in ("moving_mean", "beta", "bias"):
            weight.assign(rng.normal(0, 0.5, value.shape))
        elif weight.name in ("moving_variance", "gamma"):
            weight.assign(rng.uniform(0.5, 2.0, value.shape))
    return model


NETWORKS: dict[str, tuple[tuple[int, ...], Layers]] = {
    "conv1d": (
        (50, 6),
        lambda k: [
            k.layers.Conv1D(8, 7, padding="same", use_bias=False),
            k.layers.BatchNormalization(),
            k.layers.ReLU(),
            k.layers.MaxPooling1D(2),
            k.layers.Conv1D(12, 5, strides=2, padding="same", activation="relu6"),
            k.layers.GlobalAveragePooling1D(),
            k.layers.Dropout(0.5),
            k.layers.Dense(7, activation="softmax"),
        ],
    ),
    "separable": (
        (30, 4),
        lambda k: [
            k.layers.DepthwiseConv1D(5, padding="same", depth_multiplier=2, use_bias=False),
            k.layers.BatchNormalization(scale=False),
            k.layers.ReLU(max_value=6),
            k.layers.Conv1D(10, 1),
            k.layers.BatchNormalization(center=False),
            k.layers.Activation("relu"),
            k.layers.AveragePooling1D(3),
            k.layers.GlobalAveragePooling1D(),
            k.layers.Dense(5, activation="relu"),
            k.layers.Dense(3),
            k.layers.Softmax(),
        ],
    ),
    "image": (
        (12, 9, 2),
        lambda k: [
            k.layers.Conv2D(6, (3, 2), strides=(2, 1), padding="valid"),
            k.layers.DepthwiseConv2D(3, padding="same", use_bias=False),
            k.layers.BatchNormalization(),
            k.layers.MaxPooling2D(2),
            k.layers.GlobalAveragePooling2D(),
            k.layers.Dense(4),
        ],
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_float_graph_computes_what_keras_does(keras: Any, name: str) -> None:
    shape, layers = NETWORKS[name]
    model = build(keras, shape, layers(keras))
    graph = export(model, name)
    x = np.random.default_rng(1).normal(0, 1, (40, *shape)).astype(np.float32)
    expected = np.asarray(model(x, training=False))
    found = interpret_batch(graph, x.reshape(40, *graph.tensors[graph.inputs[0]].shape[1:]))
    assert np.abs(found.reshape(expected.shape) - expected).max() < 2e-5 * max(1.0, np.abs(expected).max())
    assert same(read_tflite(write_tflite(graph)), graph)


def test_normalization_and_activation_leave_no_operator(keras: Any) -> None:
    shape, layers = NETWORKS["conv1d"]
    graph = export(build(keras, shape, layers(keras)), "net")
    names = [type(node.op).__name__ for node in graph.nodes]
    assert names == ["Conv2D", "Pool2D", "Conv2D", "Mean", "FullyConnected", "Softmax"]
    activations = [n.op.activation for n in graph.nodes if isinstance(n.op, Conv2D | DepthwiseConv2D | FullyConnected)]
    assert activations == ["relu", "relu6", "none"]


KNOWN = (
    "Activation, AveragePooling1D, AveragePooling2D, BatchNormalization, Conv1D, Conv2D, Dense, DepthwiseConv1D, "
    "DepthwiseConv2D, Dropout, GlobalAveragePooling1D, GlobalAveragePooling2D, MaxPooling1D, MaxPooling2D, ReLU, "
    "Softmax, SpatialDropout1D"
)
REFUSED: dict[str, tuple[Layers, str]] = {
    "GRU": (lambda k: [k.layers.GRU(4, name="memory")], "layer memory: GRU is not supported"),
    "causal": (
        lambda k: [k.layers.Conv1D(4, 3, padding="causal", name="late")],
        "layer late: padding 'causal' is not supported",
    ),
    "groups": (
        lambda k: [k.layers.Conv1D(4, 3, groups=2, name="halves")],
        "layer halves: grouped convolution is not supported",
    ),
    "elu": (
        lambda k: [k.layers.Conv1D(4, 3, activation="elu", name="soft")],
        "layer soft: activation 'elu' is not supported",
    ),
    "leaky": (
        lambda k: [k.layers.Conv1D(4, 3), k.layers.ReLU(negative_slope=0.1, name="leak")],
        "layer leak: only plain ReLU and ReLU6 are supported",
    ),
    "normalized input": (
        lambda k: [k.layers.BatchNormalization(name="first")],
        "layer first: it can only follow a convolution or a dense layer of its own",
    ),
    "late normalization": (
        lambda k: [k.layers.Conv1D(4, 3, activation="relu"), k.layers.BatchNormalization(name="late")],
        "layer late: it follows an activation; put it between the convolution and its activation",
    ),
    "two activations": (
        lambda k: [k.layers.Conv1D(4, 3, activation="relu"), k.layers.ReLU(name="again")],
        "layer again: a second activation follows the first",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_run_on_the_device_is_refused_by_its_layer(keras: Any, name: str) -> None:
    layers, message = REFUSED[name]
    with pytest.raises(ModelError) as caught:
        export(build(keras, (20, 4), layers(keras)), "net")
    assert str(caught.value) == f"{message}; build the model from {KNOWN}"


def test_reading_the_inside_of_a_folded_layer_is_refused(keras: Any) -> None:
    x = keras.Input((20, 4))
    inside = keras.layers.Conv1D(4, 3, padding="same")(x)
    outer = keras.layers.ReLU()(inside)
    again = keras.layers.Conv1D(4, 3, name="reader")(inside)
    model = keras.Model(x, keras.layers.Add()([outer, keras.layers.ZeroPadding1D(1)(again)]))
    with pytest.raises(ModelError, match=r"^layer \w+: "):
        export(model, "net")
