"""Drops channels that need not be computed: those of one constant value, and those that nobody reads.

A channel that has the same value at every position and for every input adds a constant to the sums of the layer that
reads it: that goes into its bias. A channel that all readers multiply by zero adds nothing. Convolutions and dense
layers are where channels begin and end; what lies between (depthwise convolution, pooling, mean, sum, reshape) hands
each channel on, so that one can go only if it can go everywhere. Kept channels keep every value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.compiler.passes.cut import cut_channels
from sensorsmith.compiler.passes.ranges import Interval, Masks, intervals, taps_inside
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.requantize import zero_point_of
from sensorsmith.graph.types import (
    Add,
    Conv2D,
    DepthwiseConv2D,
    FullyConnected,
    Graph,
    Mean,
    Node,
    Pool2D,
    Reshape,
)

CHANNEL_MULTIPLE = 4
"""Kernels with SIMD take four channels at a time: they would fill up with zeros where a layer has one, two or three."""


def fold_channels(graph: Graph, multiple: int = CHANNEL_MULTIPLE) -> Graph:
    """The same function with fewer channels.

    Args:
        graph: one that `check_graph` has passed.
        multiple: of each tensor's channels, a multiple of this many stay, even if more could go.
    """
    while True:
        known = intervals(graph)
        kept = {i: ~free for i, free in free_channels(graph, known, multiple).items()}
        if all(mask.all() for mask in kept.values()):
            return graph
        graph = cut_channels(graph, kept, {i: interval.low for i, interval in known.items()})


@dataclass(frozen=True, eq=False)
class _Tie:
    """Channel k of tensor `many` goes if and only if channel index[k] of tensor `few` does."""

    few: int
    many: int
    index: npt.NDArray[np.int64]


def free_channels(graph: Graph, known: dict[int, Interval], multiple: int) -> dict[int, Masks]:
    """Which channels of each tensor can go, all at once."""
    free = {i: np.ones(len(interval.low), np.bool_) for i, interval in known.items()}
    ties: list[_Tie] = []
    for index, node in enumerate(graph.nodes):
        ends = {*node.inputs, *node.outputs} & free.keys()
        if len(ends) == 2 and _multiplies(graph, node):
            free[node.inputs[0]] &= _absorbs(graph, index, known[node.inputs[0]])
            continue
        own = list(_ties(graph, node)) if {node.inputs[0], node.outputs[0]} <= ends else []
        if any(tie.few not in free or tie.many not in free for tie in own):
            own = []
        ties += own
        for i in ends if not own else ():
            free[i][:] = False
    for i in {*graph.inputs, *graph.outputs} & free.keys():
        free[i][:] = False
    _settle(free, ties)
    _round(free, ties, multiple)
    return free


def _multiplies(graph: Graph, node: Node) -> bool:
    """Whether a node multiplies each channel of its input by weights of its own."""
    if isinstance(node.op, FullyConnected):
        channels = graph.tensors[node.inputs[0]].shape[-1]
        return graph.tensors[node.inputs[1]].shape[-1] % channels == 0
    return isinstance(node.op, Conv2D)


def _absorbs(graph: Graph, index: int, x: Interval) -> Masks:
    """Which channels of its input a convolution or dense layer can do without."""
    layer, op = layer_of(graph, index), graph.nodes[index].op
    weights = layer.input(1).data
    assert weights is not None
    constant = x.constant
    if isinstance(op, Conv2D):
        size = weights.shape[1], weights.shape[2]
        if not all(taps_inside(op, size, layer, axis).all() for axis in (0, 1)):
            # In the padding the channel has not its own value but the zero point.
            constant = constant & (x.low == zero_point_of(layer.input(0)))
    return constant | ~weights.reshape(-1, len(constant)).any(axis=0)


def _ties(graph: Graph, node: Node) -> Iterator[_Tie]:
    """How the channels of a node's output go together with those of its inputs; nothing where they do not."""
    op, y = node.op, node.outputs[0]
    channels = graph.tensors[y].shape[-1]
    if isinstance(op, DepthwiseConv2D):
        yield _Tie(node.inputs[0], y, np.arange(channels) // op.multiplier)
    elif isinstance(op, Reshape):
        yield from _reshape_ties(node.inputs[0], graph.tensors[node.inputs[0]].shape[-1], y, channels)
    elif isinstance(op, Pool2D) or (isinstance(op, Mean) and _keeps_channels(graph, node)):
        yield _Tie(node.inputs[0], y, np.arange(channels))
    elif isinstance(op, Add) and all(graph.tensors[i].shape == graph.tensors[y].shape for i in node.inputs):
        yield from (_Tie(i, y, np.arange(channels)) for i in node.inputs)


def _reshape_ties(x: int, x_channels: int, y: int, y_channels: int) -> Iterator[_Tie]:
    if y_channels % x_channels == 0:
        yield _Tie(x, y, np.arange(y_channels) % x_channels)
    elif x_channels % y_channels == 0:
        yield _Tie(y, x, np.arange(x_channels) % y_channels)


def _keeps_channels(graph: Graph, node: Node) -> bool:
    x, axes = (graph.tensors[i] for i in node.inputs)
    assert axes.data is not None, axes.name
    return not (axes.data % len(x.shape) == len(x.shape) - 1).any()


def _settle(free: dict[int, Masks], ties: list[_Tie]) -> None:
    """Let only those channels go that can go on both sides of every tie."""
    changed = True
    while changed:
        changed = False
        for tie in ties:
            both = free[tie.few].copy()
            np.logical_and.at(both, tie.index, free[tie.many])
            for i, mask in ((tie.few, both), (tie.many, both[tie.index])):
                changed |= bool((free[i] != mask).any())
                free[i] = mask


def _round(free: dict[int, Masks], ties: list[_Tie], multiple: int) -> None:
    """Keep more channels, up to the next multiple, the first ones first."""
    for i in free:
        staying = len(free[i]) - int(free[i].sum())
        wanted = -(-max(staying, 1) // multiple) * multiple
        free[i][np.flatnonzero(free[i])[: wanted - staying]] = False
        _settle(free, ties)
