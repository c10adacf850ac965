"""Drops layers whose result nobody reads."""

from __future__ import annotations

from dataclasses import replace

from sensorsmith.graph.types import Graph, Node


def drop_unread(graph: Graph) -> Graph:
    """The graph with only those nodes on which its output depends."""
    needed = set(graph.outputs)
    kept: list[Node] = []
    before = -1
    while before < len(needed):  # what is read of a variable has been assigned in an earlier run, by a later layer
        before, kept = len(needed), []
        for node in reversed(graph.nodes):
            if needed.intersection(node.outputs):
                kept.append(node)
                needed.update(node.inputs)
    return replace(graph, nodes=tuple(reversed(kept)))
