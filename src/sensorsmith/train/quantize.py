"""Post-training quantization: a float graph and representative inputs in, an int8 graph out, by TFLite's rules.

Activations: one asymmetric scale per tensor over the range seen in calibration. Convolution weights: symmetric in
[-127, 127], one scale per output channel; dense weights one scale. Biases: int32 at input scale times weight scale.
Rules: the "TensorFlow Lite 8-bit quantization specification" of the LiteRT documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import ModelError
from sensorsmith.graph.types import (
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Node,
    Pool2D,
    Quantization,
    Reshape,
    Softmax,
    Tensor,
)


@dataclass(frozen=True)
class Range:
    """Smallest and largest value of a tensor over the calibration inputs."""

    low: float
    high: float


def activation_quantization(seen: Range) -> Quantization:
    """int8 scale and zero point that cover `seen` and represent zero exactly."""
    low, high = min(seen.low, 0.0), max(seen.high, 0.0)
    scale = float(np.float32((high - low) / 255.0)) or 1.0
    zero_point = int(np.clip(np.rint(-128.0 - low / scale), -128, 127))
    return Quantization((scale,), (zero_point,))


def weight_quantization(weights: npt.NDArray[np.float32], axis: int | None) -> Quantization:
    """Symmetric scale per index of `axis`, or one for the whole tensor."""
    others = tuple(i for i in range(weights.ndim) if i != axis)
    peak = np.abs(weights).max(axis=others if axis is not None else None)
    scale = np.atleast_1d(peak.astype(np.float32) / np.float32(127.0))
    scale = np.where(scale > 0, scale, np.float32(1.0))  # a channel of zeros quantizes to zeros under any scale
    return Quantization(tuple(float(s) for s in scale), (0,) * scale.size, axis)


def quantize(graph: Graph, ranges: Callable[[int], Range], input_quantization: Quantization) -> Graph:
    """Quantize a float graph to int8.

    Args:
        graph: float32, from `export`.
        ranges: range of each activation tensor by index, from calibration.
        input_quantization: that of the features, so that they enter the model unchanged.

    Raises:
        ModelError: an operator whose quantization is not known; names its output.
    """
    tensors = list(graph.tensors)
    tensors[graph.inputs[0]] = replace(tensors[graph.inputs[0]], dtype="int8", quantization=input_quantization)
    for node in graph.nodes:
        _quantize_weights(tensors, node)
        output = node.outputs[0]
        tensors[output] = replace(
            tensors[output], dtype="int8", quantization=_output_quantization(tensors, node, ranges)
        )
    return Graph(graph.name, tuple(tensors), graph.nodes, graph.inputs, graph.outputs)


def _output_quantization(tensors: list[Tensor], node: Node, ranges: Callable[[int], Range]) -> Quantization | None:
    if isinstance(node.op, Pool2D | Reshape):  # TFLite requires these to keep their input's
        return tensors[node.inputs[0]].quantization
    if isinstance(node.op, Softmax):  # fixed by TFLite: probabilities in steps of 1/256
        return Quantization((1.0 / 256.0,), (-128,))
    return activation_quantization(ranges(node.outputs[0]))


def _quantize_weights(tensors: list[Tensor], node: Node) -> None:
    axis = {Conv2D: 0, DepthwiseConv2D: 3, FullyConnected: None}.get(type(node.op), -1)
    if axis == -1:
        return
    source, weights, bias = (tensors[i] for i in node.inputs)
    if weights.data is None or bias.data is None or source.quantization is None:
        raise ModelError("its weights are computed, not constant", where=tensors[node.outputs[0]].name)
    real = weights.data.astype(np.float32)
    quantization = weight_quantization(real, axis)
    scale = np.asarray(quantization.scale, np.float32)
    shape = [1] * weights.data.ndim
    shape[axis if axis is not None else 0] = -1
    integers = np.clip(np.rint(real / scale.reshape(shape)), -127, 127).astype(np.int8)
    tensors[node.inputs[1]] = replace(weights, dtype="int8", data=integers, quantization=quantization)

    bias_scale = (np.float32(source.quantization.scale[0]) * scale).astype(np.float32)
    limits = np.iinfo(np.int32)
    steps = np.clip(np.rint(bias.data.astype(np.float64) / bias_scale), limits.min, limits.max).astype(np.int32)
    per_bias = Quantization(tuple(float(s) for s in bias_scale), (0,) * bias_scale.size, None if axis is None else 0)
    tensors[node.inputs[2]] = replace(bias, dtype="int32", data=steps, quantization=per_bias)
