from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.graph.models import small_convnet

from sensorsmith.graph import Graph, Quantization, Tensor, same


def test_scales_are_rounded_to_float32() -> None:
    assert Quantization((0.1,), (0,)).scale == (float(np.float32(0.1)),)


def test_one_scale_has_no_axis() -> None:
    assert Quantization((0.1,), (0,), axis=3) == Quantization((0.1,), (0,))
    assert Quantization((0.1, 0.2), (0, 0), axis=3).axis == 3


def test_size_is_the_number_of_elements() -> None:
    assert [Tensor("t", shape, "int8").size for shape in ((1, 3, 4), ())] == [12, 1]


def test_a_graph_is_the_same_as_itself_built_again() -> None:
    assert same(small_convnet(), small_convnet())


def changed(graph: Graph, index: int, **values: object) -> Graph:
    tensors = list(graph.tensors)
    tensors[index] = replace(tensors[index], **values)  # type: ignore[arg-type]
    return replace(graph, tensors=tuple(tensors))


GRAPH = small_convnet()
CONSTANT = next(i for i, t in enumerate(GRAPH.tensors) if t.data is not None)
DATA = GRAPH.tensors[CONSTANT].data
assert DATA is not None


@pytest.mark.parametrize(
    "other",
    [
        replace(GRAPH, name="other"),
        replace(GRAPH, nodes=GRAPH.nodes[:-1]),
        replace(GRAPH, inputs=(1,)),
        replace(GRAPH, outputs=(1,)),
        replace(GRAPH, tensors=GRAPH.tensors[:-1]),
        changed(GRAPH, 0, name="other"),
        changed(GRAPH, 0, shape=(1, 61)),
        changed(GRAPH, 0, dtype="int16"),
        changed(GRAPH, 0, quantization=Quantization((0.5,), (0,))),
        changed(GRAPH, 0, data=np.zeros((1, 60), np.int8)),
        changed(GRAPH, CONSTANT, data=None),
        changed(GRAPH, CONSTANT, data=DATA[::-1]),
        changed(GRAPH, CONSTANT, data=DATA.reshape(2, 2)),
        changed(GRAPH, CONSTANT, data=DATA.view(np.uint32)),
    ],
)
def test_graphs_that_differ_anywhere_are_not_the_same(other: Graph) -> None:
    assert not same(GRAPH, other)
    assert not same(other, GRAPH)
