"""From a graph of operators to calls of kernels: geometry and quantization become integers, reshapes become names.

Each function below turns one operator into a call. What is exact is done here rather than at run time: the padding,
the input's zero point where no window reaches into it, the division of a mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import numpy as np

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler import steps
from sensorsmith.compiler.requantize import channel_scales, check_sums, range_record, scale_record
from sensorsmith.compiler.steps import ChannelScales, Constant, Dims, Program, Scale, Source, Step, Target, Window
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.fixedpoint import Ints
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.mean import mean_axes
from sensorsmith.graph.ops.softmax import softmax_constants
from sensorsmith.graph.requantize import add_scales, conv_scales, dense_scales, mean_scale, zero_point_of
from sensorsmith.graph.types import (
    Add,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Mean,
    Pool2D,
    Reshape,
    Softmax,
    Tensor,
)
from sensorsmith.graph.window import padding_before

_FARTHEST = 32767
_Sources = tuple[Source, ...]


def legalise(graph: Graph) -> Program:
    """Lower a graph that `check_graph` has passed.

    Raises:
        ModelError: the graph is not int8, or has a layer that no kernel computes.
    """
    _check_int8(graph)
    buffer = {graph.inputs[0]: graph.inputs[0]}
    program: list[Step] = []
    for index, node in enumerate(graph.nodes):
        y = node.outputs[0]
        if isinstance(node.op, Reshape):
            buffer[y] = buffer[node.inputs[0]]
            continue
        buffer[y] = y
        sources = tuple(Source(buffer[i]) for i in node.inputs if i in buffer)
        layer = layer_of(graph, index)
        call, macs = _LOWERINGS[type(node.op)](node.op, layer, sources, Target(y))
        program.append(Step(layer.y.name, macs, layer.y.shape, call))
    sizes = {b: graph.tensors[b].size for b in buffer.values()}
    return Program(tuple(program), sizes, buffer[graph.inputs[0]], buffer[graph.outputs[0]])


def _check_int8(graph: Graph) -> None:
    dtype = graph.tensors[graph.inputs[0]].dtype
    if dtype != "int8":
        raise ModelError(f"the model computes in {dtype}", where=graph.name, todo="quantize it to int8 first")
    if not graph.nodes:
        raise ModelError("the model has no layers", where=graph.name, todo="convert it again")


def _dims(tensor: Tensor) -> Dims:
    _, h, w, c = tensor.shape
    return Dims(h, w, c)


def _window(op: Conv2D | DepthwiseConv2D | Pool2D, x: Dims, kernel: Dims, layer: Layer) -> Window:
    dilation = (1, 1) if isinstance(op, Pool2D) else op.dilation
    pad_h = padding_before(x.h, kernel.h, op.stride[0], op.padding, dilation[0])
    pad_w = padding_before(x.w, kernel.w, op.stride[1], op.padding, dilation[1])
    window = Window(*op.stride, *dilation, pad_h, pad_w)
    # The kernels compute positions in int, which may have 16 bits.
    layer.require(
        max(astuple(window)) <= _FARTHEST,
        f"a stride, dilation or padding is above {_FARTHEST}",
        "use a window no larger than the input",
    )
    return window


def _column_as_row(window: Window, x: Dims, kernel: Dims, y: Dims) -> tuple[Window, Dims, Dims, Dims]:
    """A column of pixels lies in memory as a row does; kernels are quick along rows."""
    if x.w != 1 or kernel.w != 1 or y.w != 1:
        return window, x, kernel, y
    turned = Window(1, window.stride_h, 1, window.dilation_h, 0, window.pad_h)
    return turned, Dims(1, x.h, x.c), Dims(1, kernel.h, kernel.c), Dims(1, y.h, y.c)


def _reaches_padding(window: Window, x: Dims, kernel: Dims, y: Dims) -> bool:
    """Whether any tap of any window lies outside the input; there is never less padding behind it than before it."""
    bottom = (y.h - 1) * window.stride_h - window.pad_h + (kernel.h - 1) * window.dilation_h
    right = (y.w - 1) * window.stride_w - window.pad_w + (kernel.w - 1) * window.dilation_w
    return bottom >= x.h or right >= x.w


def _bias(layer: Layer, rows: Ints, scales: ChannelScales, fold: bool) -> tuple[Constant, int]:
    """The bias, and the zero point that the kernel is left to subtract: none where `fold` moves it into the bias.

    Args:
        rows: the weights of each output channel, (channels, products).
    """
    given, zero_point = layer.x[2], zero_point_of(layer.input(0))
    bias = np.zeros(len(rows), np.int64) if given is None or given.data is None else given.data.astype(np.int64)
    if fold:
        bias, zero_point = bias - zero_point * rows.sum(axis=1), 0
    reach = max(127 - zero_point, 128 + zero_point)
    largest = np.abs(bias) + reach * np.abs(rows).sum(axis=1)
    check_sums(largest.tolist(), scales.each(), layer.place)
    note = "the input's zero point folded in" if fold else ""
    return Constant(bias.astype(np.int32), note), zero_point


def _weights(layer: Layer) -> Constant:
    tensor = layer.input(1)
    assert tensor.data is not None, tensor.name
    scales = tensor.quantization.scale if tensor.quantization else ()
    note = f"scale {scales[0]:g}" if len(scales) == 1 else f"{len(scales)} scales, {min(scales):g} to {max(scales):g}"
    return Constant(tensor.data.astype(np.int8), note)


def _conv2d(op: Conv2D | DepthwiseConv2D, layer: Layer, sources: _Sources, target: Target) -> tuple[steps.Conv2D, int]:
    x, y, filter_ = _dims(layer.input(0)), _dims(layer.y), _weights(layer)
    depthwise = isinstance(op, DepthwiseConv2D)
    _, rows_of_taps, columns_of_taps, _ = filter_.data.shape
    kernel = Dims(rows_of_taps, columns_of_taps, 1 if depthwise else x.c)
    products = filter_.data.astype(np.int64)
    rows = products.reshape(-1, y.c).T if depthwise else products.reshape(y.c, -1)
    geometry = _column_as_row(_window(op, x, kernel, layer), x, kernel, y)
    scales = channel_scales(conv_scales(layer.input(0), layer.input(1), layer.y), y.c)
    bias, zero_point = _bias(layer, rows, scales, fold=not _reaches_padding(*geometry))
    window, x, kernel, y = geometry
    call = (steps.DepthwiseConv2D if depthwise else steps.Conv2D)(
        window=window,
        input_zero_point=zero_point,
        range=range_record(layer.y, op.activation),
        scales=scales,
        input_dims=x,
        input=sources[0],
        filter_dims=kernel,
        filter=filter_,
        bias=bias,
        output_dims=y,
        output=target,
    )
    return call, y.size * kernel.size


def _fully_connected(
    op: FullyConnected, layer: Layer, sources: _Sources, target: Target
) -> tuple[steps.FullyConnected, int]:
    weights = _weights(layer)
    outputs, inputs = weights.data.shape
    scales = channel_scales(dense_scales(layer.input(0), layer.input(1), layer.y), outputs)
    bias, _ = _bias(layer, weights.data.astype(np.int64), scales, fold=True)
    call = steps.FullyConnected(
        range=range_record(layer.y, op.activation),
        scales=scales,
        inputs=inputs,
        input=sources[0],
        weights=weights,
        bias=bias,
        outputs=outputs,
        output=target,
    )
    return call, outputs * inputs


def _pool(op: Pool2D, layer: Layer, sources: _Sources, target: Target) -> tuple[steps.AveragePool, int]:
    x, y, pool = _dims(layer.input(0)), _dims(layer.y), Dims(*op.size, 1)
    # Twice the largest sum, rounded up, for the kernel's division.
    check_sums([258 * pool.size], [Scale(0, 0)], layer.place)
    window, x, pool, y = _column_as_row(_window(op, x, pool, layer), x, pool, y)
    # Values pass unscaled, so that the zero point takes no part.
    low_high = range_record(layer.y, op.activation)
    call = (steps.AveragePool if op.kind == "average" else steps.MaxPool)(
        window=window,
        range=steps.Range(0, low_high.minimum, low_high.maximum),
        input_dims=x,
        input=sources[0],
        pool_dims=pool,
        output_dims=y,
        output=target,
    )
    return call, 0


def _mean(_op: Mean, layer: Layer, sources: _Sources, target: Target) -> tuple[steps.Mean, int]:
    """Source of the scale: QuantizedMeanOrSum in tensorflow/lite/kernels/internal/reference/reduce.h."""
    x = layer.input(0)
    axes = mean_axes(x, layer.input(1))
    first, last = axes[0], axes[-1]
    layer.require(
        all(x.shape[a] == 1 for a in range(first, last) if a not in axes),
        f"its axes {list(axes)} are not neighbours",
        "take one mean after the other",
    )
    count = int(np.prod(x.shape[first : last + 1]))
    dims = Dims(int(np.prod(x.shape[:first])), count, int(np.prod(x.shape[last + 1 :])))
    whole = scale_record(mean_scale(x, layer.y))
    up = min(count.bit_length() - 1, 32, 31 + whole.shift)
    scale = Scale((whole.multiplier << up) // count, whole.shift - up)
    check_sums([count * 255], [scale], layer.place)
    low_high = range_record(layer.y, "none")
    return steps.Mean(zero_point_of(x), low_high, scale, dims, sources[0], target), 0


def _add(op: Add, layer: Layer, sources: _Sources, target: Target) -> tuple[steps.Add, int]:
    a, b = layer.input(0), layer.input(1)
    scale_1, scale_2, output_scale = (scale_record(s) for s in add_scales(a, b, layer.y))
    call = steps.Add(
        zero_point_1=zero_point_of(a),
        zero_point_2=zero_point_of(b),
        range=range_record(layer.y, op.activation),
        scale_1=scale_1,
        scale_2=scale_2,
        output_scale=output_scale,
        size=layer.y.size,
        input_1=sources[0],
        input_2=sources[1],
        output=target,
    )
    return call, 0


def _softmax(op: Softmax, layer: Layer, sources: _Sources, target: Target) -> tuple[steps.Softmax, int]:
    x = layer.input(0)
    classes = x.shape[-1]
    # TFLite Micro aborts where the exponentials add up to 512.
    layer.require(classes < 512, f"has {classes} classes", "use fewer than 512 classes")
    multiplier, shift, lowest = softmax_constants(op, x)
    scale = Scale(multiplier, shift)
    return steps.Softmax(lowest, scale, x.size // classes, classes, sources[0], target), 0


_LOWERINGS: dict[type[Any], Callable[[Any, Layer, _Sources, Target], tuple[steps.Call, int]]] = {
    Add: _add,
    Conv2D: _conv2d,
    DepthwiseConv2D: _conv2d,
    FullyConnected: _fully_connected,
    Mean: _mean,
    Pool2D: _pool,
    Softmax: _softmax,
}
