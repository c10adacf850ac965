"""From a graph of operators to calls of kernels: geometry and quantization become integers, reshapes become names.

What is exact is done here rather than at run time: the padding, the input's zero point where no window reaches into
it, the division of a mean. Constants among a layer's activations are brought into the arena before it. Each operator's
own part is in lower/. What a layer remembers follows its activations among the sources.

A variable lies in one buffer from run to run. To read it costs nothing: the tensor is a name for that buffer, and is
kept apart from it only where the variable is assigned before the tensor is read for the last time. To assign it costs
nothing either where the value can be made in that buffer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler.lower import LOWERINGS
from sensorsmith.compiler.lower.load import load
from sensorsmith.compiler.lower.move import copy_bytes, unchanged
from sensorsmith.compiler.steps import Call, Program, Source, State, Step, Target, element_type, with_buffers
from sensorsmith.graph.check import layer_of
from sensorsmith.graph.ops import family_of
from sensorsmith.graph.ops.family import ACTIVATIONS, STATES, Kind
from sensorsmith.graph.requantize import initial_content
from sensorsmith.graph.types import Graph, Node, Tensor


def legalise(graph: Graph) -> Program:
    """Lower a graph that `check_graph` has passed.

    Raises:
        ModelError: the graph is not int8 or int16, or has a layer that no kernel computes.
    """
    _check_integers(graph)
    lowering = _Lowering(graph)
    for index in range(len(graph.nodes)):
        lowering.add(index)
    return lowering.program()


def _check_integers(graph: Graph) -> None:
    dtype = graph.tensors[graph.inputs[0]].dtype
    if dtype not in LOWERINGS:
        raise ModelError(f"the model computes in {dtype}", where=graph.name, todo="quantize it to int8 first")
    if not graph.nodes:
        raise ModelError("the model has no layers", where=graph.name, todo="convert it again")


class _Lowering:
    """The steps so far, and the buffer in which each tensor lies."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._steps: list[Step] = []
        self._buffer = {graph.inputs[0]: graph.inputs[0]}
        self._states: dict[int, Tensor] = {}
        reads = [(i, index) for index, node in enumerate(graph.nodes) for i in node.inputs]
        self._last_read = {**dict(reads), graph.outputs[0]: len(graph.nodes)}

    def program(self) -> Program:
        tensors, (x,), (y,) = self._graph.tensors, self._graph.inputs, self._graph.outputs
        sizes = {b: _bytes(tensors[b]) for b in self._buffer.values()}
        states = {i: initial_content(tensor) for i, tensor in self._states.items()}
        return Program(tuple(self._steps), sizes, self._buffer[x], self._buffer[y], states=states)

    def add(self, index: int) -> None:
        """Lower a node."""
        node = self._graph.nodes[index]
        sources = (*self._activations(node), *self._remembered(node))
        for number, y in enumerate(node.outputs):
            layer = layer_of(self._graph, index, number)
            target = Target(y, element_type(layer.y))
            calls = list(LOWERINGS[layer.dtype][type(node.op)](node.op, layer, sources, target))
            same = unchanged(calls)
            if same is not None and _bytes(self._graph.tensors[same]) != _bytes(layer.y):
                same = None
            if layer.y.variable:
                self._assign(index, y, calls, same)
            elif same is not None:
                self._buffer[y] = same
            else:
                self._buffer[y] = y
                self._steps += (Step(layer.y.name, layer.y.shape, call.macs, call) for call in calls)

    def _activations(self, node: Node) -> list[Source]:
        """Where a node's activations lie; constants among them are brought there."""
        taken = self._taken(node, ACTIVATIONS)
        for i in dict.fromkeys(taken):
            if i not in self._buffer:
                self._buffer[i] = i
                tensor = self._graph.tensors[i]
                self._steps.append(Step(tensor.name, tensor.shape, 0, load(tensor, Target(i))))
        return [Source(self._buffer[i], element_type(self._graph.tensors[i])) for i in taken]

    def _remembered(self, node: Node) -> list[State]:
        """Where lies what a node remembers, or the variable that it reads."""
        taken = self._taken(node, STATES)
        for i in taken:
            self._remember(i)
        return [State(i, element_type(self._graph.tensors[i])) for i in taken]

    def _remember(self, variable: int) -> None:
        self._buffer[variable] = variable
        self._states[variable] = self._graph.tensors[variable]

    def _taken(self, node: Node, kinds: tuple[Kind, ...]) -> list[int]:
        slots = family_of(node.op).slots(len(node.inputs))
        return [i for i, slot in zip(node.inputs, slots, strict=False) if i >= 0 and slot.kind in kinds]

    def _assign(self, index: int, variable: int, calls: list[Call], same: int | None) -> None:
        """Give a variable another content: by calls, which may do no more than to copy the buffer `same`."""
        self._remember(variable)
        if same == variable:
            return
        self._keep_apart(index, variable)
        if same is not None and self._made_since_used(same, variable):
            self._steps = [_moved(step, same, variable) for step in self._steps]
            self._buffer = {i: variable if b == same else b for i, b in self._buffer.items()}
            return
        tensor = self._graph.tensors[variable]
        self._steps += (Step(tensor.name, tensor.shape, call.macs, call) for call in calls)

    def _keep_apart(self, index: int, variable: int) -> None:
        """Copy a variable's content aside, where tensors that have it are read after node `index` has assigned it."""
        names = [i for i, b in self._buffer.items() if b == variable and i != variable]
        names = [i for i in names if self._last_read.get(i, -1) > index]
        for i in names:
            self._buffer[i] = names[0]
        if names:
            tensor = self._graph.tensors[names[0]]
            aside = copy_bytes(_bytes(tensor), Source(variable), Target(names[0]))
            self._steps.append(Step(tensor.name, tensor.shape, 0, aside))

    def _made_since_used(self, buffer: int, variable: int) -> bool:
        """Whether a buffer is made after a variable's old content has been used for the last time."""
        if buffer == self._buffer[self._graph.inputs[0]] or buffer in self._states:
            return False
        uses = [{b.buffer for b in step.call.buffers()} for step in self._steps]
        first = next(i for i, buffers in enumerate(uses) if buffer in buffers)
        return not any(variable in buffers for buffers in uses[first:])


def _moved(step: Step, buffer: int, to: int) -> Step:
    """A step with another buffer in the place of one."""
    return with_buffers(step, lambda b: replace(b, buffer=to) if b.buffer == buffer else b)


def _bytes(tensor: Tensor) -> int:
    return tensor.size * np.dtype(tensor.dtype).itemsize
