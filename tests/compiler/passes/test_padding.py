from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compiler.passes.models import extremes
from tests.graph.models import Array, Model

from sensorsmith.compiler.passes.padding import fuse_padding
from sensorsmith.compiler.passes.unread import drop_unread
from sensorsmith.graph import (
    Conv2D,
    DepthwiseConv2D,
    Graph,
    Pad,
    PadV2,
    check_graph,
    interpret_batch,
    output_size,
    same,
)

Pairs = tuple[tuple[int, int], tuple[int, int]]


def _graph(
    size: tuple[int, int],
    pads: Pairs,
    kernel: tuple[int, int] = (3, 3),
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    value: int | None = None,
    depthwise: bool = False,
) -> Graph:
    """A PAD, with zero point 5, and a convolution without padding."""
    model = Model()
    x = model.activation((1, *size, 2), 0.05, 5)
    wide = tuple(n + sum(pair) for n, pair in zip(size, pads, strict=True))
    content: Array = np.array([(0, 0), *pads, (0, 0)], np.int32)
    inputs = [x, model.tensor((4, 2), "int32", None, content)]
    if value is not None:
        inputs.append(model.tensor((1,), "int8", model.quantization(x), np.array([value], np.int8)))
    padded = model.node(Pad() if value is None else PadV2(), tuple(inputs), model.activation((1, *wide, 2), 0.05, 5))
    rows, columns = (
        output_size(n, k, s, "valid", d) for n, k, s, d in zip(wide, kernel, stride, dilation, strict=True)
    )
    op: Any = DepthwiseConv2D if depthwise else Conv2D
    filter_ = model.weights((1, *kernel, 2) if depthwise else (3, *kernel, 2), axis=3 if depthwise else 0)
    y = model.activation((1, rows, columns, 2 if depthwise else 3), 0.1, -3)
    return model.graph(x, model.node(op(stride, "valid", dilation), (padded, filter_), y))


def _fused(graph: Graph) -> bool:
    fused = drop_unread(fuse_padding(graph))
    check_graph(fused)
    x = extremes(graph, 4)
    np.testing.assert_array_equal(interpret_batch(graph, x), interpret_batch(fused, x))
    return len(fused.nodes) == 1


@pytest.mark.parametrize("depthwise", [False, True])
def test_padding_that_a_convolution_can_do_itself(depthwise: bool) -> None:
    assert _fused(_graph((6, 5), ((1, 1), (1, 1)), depthwise=depthwise))
    assert _fused(_graph((6, 8), ((0, 1), (0, 1)), stride=(2, 2), depthwise=depthwise))
    assert _fused(_graph((5, 7), ((1, 1), (1, 1)), stride=(2, 2), depthwise=depthwise))
    assert _fused(_graph((6, 6), ((2, 2), (0, 0)), kernel=(3, 1), dilation=(2, 1), depthwise=depthwise))
    assert _fused(_graph((6, 5), ((1, 1), (1, 1)), value=5, depthwise=depthwise))


def test_padding_that_it_cannot_do_stays() -> None:
    for graph in (
        _graph((6, 8), ((1, 1), (1, 1)), stride=(2, 2)),
        _graph((6, 6), ((2, 2), (2, 2))),
        _graph((6, 6), ((2, 0), (1, 1))),
        _graph((6, 5), ((1, 1), (1, 1)), value=4),
    ):
        assert same(fuse_padding(graph), graph)
        assert not _fused(graph)


pairs = st.tuples(st.integers(0, 2), st.integers(0, 2))


@settings(max_examples=100, deadline=None)
@given(
    st.tuples(st.integers(3, 7), st.integers(3, 7)),
    st.tuples(pairs, pairs),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.booleans(),
)
def test_outputs_stay_as_they_were(
    size: tuple[int, int], pads: Pairs, kernel: tuple[int, int], stride: tuple[int, int], depthwise: bool
) -> None:
    _fused(_graph(size, pads, kernel, stride, depthwise=depthwise))
