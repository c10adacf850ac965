"""The networks that can be trained, defined for any backend of Keras: one function each, found through `NETWORKS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sensorsmith.spec.types import Architecture
from sensorsmith.train.framework import keras

# Keras' default of 0.99 has not converged after the few hundred steps that small networks train for: the same run then
# evaluates near chance. In an exploratory run on spoken digits: 10-14 % with 0.99 against 94-97 % with 0.9.
_MOMENTUM = 0.9


def conv1d(settings: Architecture, shape: tuple[int, ...], classes: int) -> Any:
    """Convolutions over time with pooling, global average, one dense layer.

    Args:
        shape: features a window has, (T, C).

    Returns:
        An untrained Keras model (T, C) -> (classes), ending in a softmax.
    """
    layers = keras().layers
    inputs = keras().Input(shape, name="features")
    x = inputs
    for number, block in enumerate(settings.blocks, 1):
        x = layers.Conv1D(block.filters, block.kernel, padding="same", use_bias=False, name=f"conv{number}")(x)
        x = layers.BatchNormalization(momentum=_MOMENTUM, name=f"norm{number}")(x)
        x = layers.ReLU(name=f"relu{number}")(x)
        if block.pool > 1:
            x = layers.MaxPooling1D(block.pool, name=f"pool{number}")(x)
    x = layers.GlobalAveragePooling1D(name="average")(x)
    x = layers.Dropout(settings.dropout, name="dropout")(x)
    outputs = layers.Dense(classes, activation="softmax", name="classes")(x)
    return keras().Model(inputs, outputs)


NETWORKS: dict[str, Callable[[Architecture, tuple[int, ...], int], Any]] = {"conv1d": conv1d}
