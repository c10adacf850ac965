"""Lets a convolution pad its input itself, in place of a PAD before it.

Exporters write padding as a layer of its own: Keras' ZeroPadding2D before a convolution without padding. Where the
convolution's own rule ("same") puts its windows at the same positions, it can read the input as it is.
"""

from __future__ import annotations

from dataclasses import replace

from sensorsmith.graph.check import layer_of
from sensorsmith.graph.ops.family import Layer
from sensorsmith.graph.ops.pad import paddings, value
from sensorsmith.graph.requantize import zero_point_of
from sensorsmith.graph.types import Conv2D, DepthwiseConv2D, Graph, Pad, PadV2
from sensorsmith.graph.window import output_size, padding_before


def fuse_padding(graph: Graph) -> Graph:
    """The same function, with convolutions that read the input of a PAD where they can; the PAD stays for others.

    Args:
        graph: an int8 graph that `check_graph` has passed.
    """
    pads = {node.outputs[0]: index for index, node in enumerate(graph.nodes) if isinstance(node.op, Pad | PadV2)}
    nodes = list(graph.nodes)
    for index, node in enumerate(nodes):
        if isinstance(node.op, Conv2D | DepthwiseConv2D) and node.op.padding == "valid" and node.inputs[0] in pads:
            pad = pads[node.inputs[0]]
            if _same_windows(layer_of(graph, pad), node.op, layer_of(graph, index)):
                inputs = (graph.nodes[pad].inputs[0], *node.inputs[1:])
                nodes[index] = replace(node, op=replace(node.op, padding="same"), inputs=inputs)
    return replace(graph, nodes=tuple(nodes))


def _same_windows(pad: Layer, op: Conv2D | DepthwiseConv2D, conv: Layer) -> bool:
    """Whether a convolution that pads the PAD's input by its own rule sees the same values in each window."""
    x, (_, rows, columns, _), filter_ = pad.input(0), conv.y.shape, conv.input(1).shape
    batch, (top, _), (left, _), channels = paddings(pad)
    if any((*batch, *channels)) or x.quantization != pad.y.quantization or not _fills_with_zero(pad):
        return False
    axes = zip(x.shape[1:3], filter_[1:3], op.stride, op.dilation, strict=True)
    windows = [
        (padding_before(size, taps, stride, "same", dilation), output_size(size, taps, stride, "same"))
        for size, taps, stride, dilation in axes
    ]
    return windows == [(top, rows), (left, columns)]


def _fills_with_zero(pad: Layer) -> bool:
    return len(pad.x) == 2 or value(pad) == zero_point_of(pad.y)
