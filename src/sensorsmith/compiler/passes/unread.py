"""Drops layers whose result nobody reads."""

from __future__ import annotations

from dataclasses import replace

from sensorsmith.graph.types import Graph


def drop_unread(graph: Graph) -> Graph:
    """The graph with only those nodes on which its output depends."""
    needed = set(graph.outputs)
    kept = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.outputs):
            kept.append(node)
            needed.update(node.inputs)
    return replace(graph, nodes=tuple(reversed(kept)))
