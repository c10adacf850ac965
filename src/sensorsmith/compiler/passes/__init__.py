"""Passes over the graph before it is lowered: each leaves every result as it was, bit for bit."""

from __future__ import annotations

from sensorsmith.compiler.passes.activations import fuse_activations
from sensorsmith.compiler.passes.channels import fold_channels
from sensorsmith.compiler.passes.constants import fold_constants
from sensorsmith.compiler.passes.padding import fuse_padding
from sensorsmith.compiler.passes.tidy import tidy
from sensorsmith.compiler.passes.unread import drop_unread
from sensorsmith.graph.types import Graph

# Unread layers go before an activation is fused, which asks who else reads, and before channels do: they read them too.
PASSES = (tidy, drop_unread, fold_constants, fuse_padding, fuse_activations, drop_unread, fold_channels)


def simplify(graph: Graph) -> Graph:
    """The same function with less work.

    Args:
        graph: an int8 graph that `check_graph` has passed.
    """
    for simplified in PASSES:
        graph = simplified(graph)
    return graph
