"""From a trained Keras model to a float graph: batch normalization and activations folded into the layer before.

One-dimensional layers become two-dimensional ones of width 1, so that no model needs reshapes around them: a Keras
input (T, C) is the graph's (1, T, 1, C).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.types import (
    Activation,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Mean,
    Node,
    Operator,
    Padding,
    Pool2D,
    Softmax,
    Tensor,
)

Array = npt.NDArray[np.float32]


class _Walk:
    """The graph under construction, and which of its tensors stands for which tensor of Keras."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.nodes: list[Node] = []
        self.index: dict[int, int] = {}
        self.folded: set[int] = set()  # tensors of Keras that no longer exist by themselves

    def tensor(self, name: str, shape: tuple[int, ...]) -> int:
        self.tensors.append(Tensor(name, shape, "float32"))
        return len(self.tensors) - 1

    def constant(self, name: str, data: npt.NDArray[Any]) -> int:
        dtype = "int32" if data.dtype.kind == "i" else "float32"
        self.tensors.append(Tensor(name, data.shape, cast(Any, dtype), data=np.ascontiguousarray(data, dtype)))
        return len(self.tensors) - 1

    def add(self, op: Operator, name: str, inputs: tuple[int, ...], shape: tuple[int, ...]) -> int:
        output = self.tensor(name, shape)
        self.nodes.append(Node(op, inputs, (output,)))
        return output

    def producer(self, tensor: int, layer: Any) -> int:
        """Index of the node that made `tensor` and that nobody else reads, so that `layer` may be folded into it."""
        if not any(tensor in node.inputs for node in self.nodes):
            for position, node in enumerate(self.nodes):
                if tensor in node.outputs and isinstance(node.op, Conv2D | DepthwiseConv2D | FullyConnected):
                    return position
        raise _refuse(layer, "it can only follow a convolution or a dense layer of its own")


def export(model: Any, name: str) -> Graph:
    """Turn a functional or sequential Keras model into a float graph.

    Args:
        model: input (T, C) or (H, W, C), one input, one output; its layers used once each.
        name: name of the graph.

    Raises:
        ModelError: a layer that the toolkit cannot run on a microcontroller; names the layer and a substitute.
    """
    walk = _Walk()
    for tensor in model.inputs:
        walk.index[id(tensor)] = walk.tensor(tensor.name, _shape(tensor.shape))
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        handler = _HANDLERS.get(type(layer).__name__)
        if handler is None:
            raise _refuse(layer, f"{type(layer).__name__} is not supported")
        output = handler(walk, layer)
        walk.index[id(layer.output)] = output
    inputs = tuple(walk.index[id(t)] for t in model.inputs)
    return Graph(name, tuple(walk.tensors), tuple(walk.nodes), inputs, (walk.index[id(model.outputs[0])],))


def _refuse(layer: Any, why: str) -> ModelError:
    known = ", ".join(sorted(_HANDLERS))
    return ModelError(why, where=f"layer {layer.name}", todo=f"build the model from {known}")


def _shape(keras_shape: tuple[int | None, ...]) -> tuple[int, ...]:
    """(None, T, C) -> (1, T, 1, C); (None, H, W, C) -> (1, H, W, C); (None, C) -> (1, C)."""
    inner = tuple(int(d) for d in keras_shape[1:] if d is not None)
    return (1, inner[0], 1, inner[1]) if len(inner) == 2 else (1, *inner)


def _two(values: tuple[int, ...]) -> tuple[int, int]:
    """(k,) -> (k, 1) for one-dimensional layers."""
    return (int(values[0]), 1) if len(values) == 1 else (int(values[0]), int(values[1]))


def _weights(layer: Any, wanted: str) -> Array:
    value = getattr(layer, wanted)
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value, np.float32)


def _bias(layer: Any, channels: int) -> Array:
    return _weights(layer, "bias") if layer.use_bias else np.zeros(channels, np.float32)


def _padding(layer: Any) -> Padding:
    if layer.padding not in ("same", "valid"):
        raise _refuse(layer, f"padding {layer.padding!r} is not supported")
    return cast(Padding, layer.padding)


def _activate(walk: _Walk, layer: Any, tensor: int, kind: str) -> int:
    """Fold an activation into the node that made `tensor`, or add a softmax."""
    if kind == "linear":
        return tensor
    if kind == "softmax":
        return walk.add(Softmax(), f"{layer.name}/softmax", (tensor,), walk.tensors[tensor].shape)
    if kind not in ("relu", "relu6"):
        raise _refuse(layer, f"activation {kind!r} is not supported")
    position = walk.producer(tensor, layer)
    node = walk.nodes[position]
    assert isinstance(node.op, Conv2D | DepthwiseConv2D | FullyConnected)
    if node.op.activation != "none":
        raise _refuse(layer, "a second activation follows the first")
    walk.nodes[position] = replace(node, op=replace(node.op, activation=cast(Activation, kind)))
    return tensor


def _source(walk: _Walk, layer: Any) -> int:
    if id(layer.input) in walk.folded:
        raise _refuse(layer, "it reads the inside of a convolution with its normalization or activation")
    return walk.index[id(layer.input)]


def _conv(walk: _Walk, layer: Any) -> int:
    if layer.groups != 1:
        raise _refuse(layer, "grouped convolution is not supported")
    kernel = _weights(layer, "kernel")  # (k, I, O) or (kh, kw, I, O)
    kernel = kernel[:, np.newaxis] if kernel.ndim == 3 else kernel
    filters = walk.constant(f"{layer.name}/filter", kernel.transpose(3, 0, 1, 2))
    bias = walk.constant(f"{layer.name}/bias", _bias(layer, kernel.shape[3]))
    op = Conv2D(_two(layer.strides), _padding(layer), _two(layer.dilation_rate))
    return _finish(walk, layer, op, (_source(walk, layer), filters, bias))


def _depthwise(walk: _Walk, layer: Any) -> int:
    kernel = _weights(layer, "kernel")  # (k, I, M) or (kh, kw, I, M)
    kernel = kernel[:, np.newaxis] if kernel.ndim == 3 else kernel
    height, width, channels, multiplier = kernel.shape
    filters = walk.constant(f"{layer.name}/filter", kernel.reshape(1, height, width, channels * multiplier))
    bias = walk.constant(f"{layer.name}/bias", _bias(layer, channels * multiplier))
    op = DepthwiseConv2D(_two(layer.strides), _padding(layer), _two(layer.dilation_rate), multiplier)
    return _finish(walk, layer, op, (_source(walk, layer), filters, bias))


def _dense(walk: _Walk, layer: Any) -> int:
    weights = walk.constant(f"{layer.name}/weights", _weights(layer, "kernel").T)
    bias = walk.constant(f"{layer.name}/bias", _bias(layer, layer.units))
    return _finish(walk, layer, FullyConnected(), (_source(walk, layer), weights, bias))


def _finish(walk: _Walk, layer: Any, op: Operator, inputs: tuple[int, ...]) -> int:
    output = walk.add(op, layer.name, inputs, _shape(layer.output.shape))
    return _activate(walk, layer, output, layer.activation.__name__)


def _batch_norm(walk: _Walk, layer: Any) -> int:
    """y = gamma * (x - mean) / sqrt(var + epsilon) + beta becomes part of the weights and bias before it."""
    tensor = _source(walk, layer)
    position = walk.producer(tensor, layer)
    node = walk.nodes[position]
    assert isinstance(node.op, Conv2D | DepthwiseConv2D | FullyConnected)
    if node.op.activation != "none":
        raise _refuse(layer, "it follows an activation; put it between the convolution and its activation")
    deviation = np.sqrt(_weights(layer, "moving_variance").astype(np.float64) + layer.epsilon)
    gain = (_weights(layer, "gamma") if layer.scale else 1.0) / deviation
    offset = (_weights(layer, "beta") if layer.center else 0.0) - _weights(layer, "moving_mean") * gain
    filters, bias = (walk.tensors[i] for i in node.inputs[1:])
    assert filters.data is not None
    assert bias.data is not None
    walk.folded.add(id(layer.input))
    along = gain if isinstance(node.op, DepthwiseConv2D) else gain.reshape(-1, *[1] * (filters.data.ndim - 1))
    walk.tensors[node.inputs[1]] = replace(filters, data=(filters.data * along).astype(np.float32))
    walk.tensors[node.inputs[2]] = replace(bias, data=(bias.data * gain + offset).astype(np.float32))
    return tensor


def _relu(walk: _Walk, layer: Any) -> int:
    if layer.negative_slope != 0 or layer.threshold != 0 or layer.max_value not in (None, 6):
        raise _refuse(layer, "only plain ReLU and ReLU6 are supported")
    return _activate_input(walk, layer, "relu" if layer.max_value is None else "relu6")


def _activation(walk: _Walk, layer: Any) -> int:
    return _activate_input(walk, layer, layer.activation.__name__)


def _softmax(walk: _Walk, layer: Any) -> int:
    return _activate_input(walk, layer, "softmax")


def _activate_input(walk: _Walk, layer: Any, kind: str) -> int:
    output = _activate(walk, layer, _source(walk, layer), kind)
    if kind.startswith("relu"):
        walk.folded.add(id(layer.input))
    return output


def _pool(kind: Any) -> Callable[[_Walk, Any], int]:
    def handler(walk: _Walk, layer: Any) -> int:
        op = Pool2D(kind, _two(layer.pool_size), _two(layer.strides), _padding(layer))
        return walk.add(op, layer.name, (_source(walk, layer),), _shape(layer.output.shape))

    return handler


def _global_average(walk: _Walk, layer: Any) -> int:
    axes = walk.constant(f"{layer.name}/axes", np.array([1, 2], np.int32))
    return walk.add(Mean(), layer.name, (_source(walk, layer), axes), _shape(layer.output.shape))


def _identity(walk: _Walk, layer: Any) -> int:
    return _source(walk, layer)


_HANDLERS: dict[str, Callable[[_Walk, Any], int]] = {
    "Conv1D": _conv,
    "Conv2D": _conv,
    "DepthwiseConv1D": _depthwise,
    "DepthwiseConv2D": _depthwise,
    "Dense": _dense,
    "BatchNormalization": _batch_norm,
    "ReLU": _relu,
    "Activation": _activation,
    "Softmax": _softmax,
    "MaxPooling1D": _pool("max"),
    "MaxPooling2D": _pool("max"),
    "AveragePooling1D": _pool("average"),
    "AveragePooling2D": _pool("average"),
    "GlobalAveragePooling1D": _global_average,
    "GlobalAveragePooling2D": _global_average,
    "Dropout": _identity,
    "SpatialDropout1D": _identity,
}
