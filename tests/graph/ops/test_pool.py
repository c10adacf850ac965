from __future__ import annotations

import numpy as np
from tests.graph.checks import assert_refused
from tests.graph.models import Model

from sensorsmith.graph import Graph, Pool2D, interpret


def pool(op: Pool2D, y: tuple[int, ...], x: tuple[int, ...] = (1, 2, 2, 1), zero_point: int = 0) -> Graph:
    model = Model()
    image = model.activation(x)
    return model.graph(image, model.node(op, (image,), model.activation(y, zero_point=zero_point)))


def test_the_average_rounds_halves_away_from_zero() -> None:
    graph = pool(Pool2D("average", (1, 2), (1, 2)), (1, 2, 1, 1))
    output = interpret(graph, np.array([1, 2, -1, -2], np.int8).reshape(1, 2, 2, 1))[1]
    assert output is not None
    assert output.ravel().tolist() == [2, -2]


def test_padding_does_not_count() -> None:
    graph = pool(Pool2D("average", (2, 2), (2, 2), "same"), (1, 2, 2, 1), x=(1, 3, 3, 1))
    output = interpret(graph, np.arange(9, dtype=np.int8).reshape(1, 3, 3, 1))[1]
    assert output is not None
    assert output.ravel().tolist() == [2, 4, 7, 8]  # (0+1+3+4)/4, (2+5)/2 rounded up, (6+7)/2 rounded up, 8


def test_another_quantization_behind_is_refused() -> None:
    assert_refused(
        pool(Pool2D("max", (2, 2), (2, 2)), (1, 1, 1, 1), zero_point=1),
        "layer 0 (MAX_POOL_2D -> 't1'): its input and output differ in scale or zero point; quantize both alike",
    )


def test_a_window_far_larger_than_the_image_is_refused() -> None:
    assert_refused(
        pool(Pool2D("average", (9, 10**9), (1, 1), "same"), (1, 2, 2, 1)),
        "layer 0 (AVERAGE_POOL_2D -> 't1'): its window (9, 1000000000) with dilation (1, 1) is more than four times as "
        "large as its input (1, 2, 2, 1); use a smaller window",
    )


def test_anything_but_an_image_is_refused() -> None:
    assert_refused(
        pool(Pool2D("average", (2, 2), (2, 2)), (1, 1), x=(1, 4)),
        "layer 0 (AVERAGE_POOL_2D -> 't1'): its input has shape (1, 4); give it an image of shape (1, H, W, C)",
    )
