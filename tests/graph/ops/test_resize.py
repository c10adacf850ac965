from __future__ import annotations

import numpy as np
import pytest
from tests.graph.checks import assert_refused, assert_same_as_oracle
from tests.graph.models import Model
from tests.graph.oracle import Oracle

from sensorsmith.graph import Graph, ResizeBilinear, ResizeNearest, interpret


def resize(
    op: ResizeNearest | ResizeBilinear,
    x: tuple[int, ...] = (1, 4, 5, 2),
    size: tuple[int, ...] = (8, 10),
    y: tuple[int, ...] = (1, 8, 10, 2),
    y_scale: float = 0.05,
) -> Graph:
    model = Model()
    start = model.activation(x)
    return model.graph(start, model.node(op, (start, model.indices(size)), model.activation(y, y_scale)))


@pytest.mark.parametrize("op", [ResizeNearest, ResizeBilinear])
@pytest.mark.parametrize("flags", [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize(("size", "result"), [(1, 7), (96, 224), (224, 96), (7, 1), (3, 500), (1000, 999), (49, 40)])
def test_long_axes(
    op: type[ResizeNearest | ResizeBilinear], flags: tuple[bool, bool], size: int, result: int, oracle: Oracle
) -> None:
    assert_same_as_oracle(resize(op(*flags), (1, size, 1, 1), (result, 1), (1, result, 1, 1)), oracle)


def test_nearest_takes_both_flags(oracle: Oracle) -> None:
    assert_same_as_oracle(resize(ResizeNearest(True, True)), oracle)


def test_a_resize_by_two_repeats_pixels() -> None:
    graph = resize(ResizeNearest())
    x = np.random.default_rng(0).integers(-128, 128, (1, 4, 5, 2), np.int8)
    y = interpret(graph, x)[graph.outputs[0]]
    np.testing.assert_array_equal(y, x.repeat(2, axis=1).repeat(2, axis=2))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            resize(ResizeNearest(), x=(1, 4, 2)),
            "RESIZE_NEAREST_NEIGHBOR -> 't2'): its input has shape (1, 4, 2); give it an image of shape (1, H, W, C)",
        ),
        (
            resize(ResizeNearest(), size=(8, 9)),
            "RESIZE_NEAREST_NEIGHBOR -> 't2'): resizes (1, 4, 5, 2) by [8, 9] to (1, 8, 10, 2); "
            "convert the model again",
        ),
        (
            resize(ResizeBilinear(), y_scale=0.1),
            "RESIZE_BILINEAR -> 't2'): its input and output differ in scale or zero point; quantize both alike",
        ),
        (
            resize(ResizeBilinear(True, True)),
            "RESIZE_BILINEAR -> 't2'): has both align_corners and half_pixel_centers; use half_pixel_centers alone",
        ),
        (
            resize(ResizeBilinear(), (1, 2, 1, 1), (4091, 1), (1, 4091, 1, 1)),
            "RESIZE_BILINEAR -> 't2'): resizes 2 pixels to 4091, which TFLite Micro's step of 1/1024 pixel overshoots; "
            "resize in two steps, or to fewer pixels",
        ),
    ],
)
def test_what_does_not_fit_is_refused(graph: Graph, message: str) -> None:
    assert_refused(graph, f"layer 0 ({message}")
