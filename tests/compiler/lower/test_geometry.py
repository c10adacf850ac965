from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sensorsmith.compiler.lower.conv import Conv2D, DepthwiseConv2D
from sensorsmith.compiler.lower.geometry import window_lead
from sensorsmith.compiler.lower.pool import MaxPool
from sensorsmith.compiler.lower.reduce import Mean
from sensorsmith.compiler.lower.softmax import Softmax
from sensorsmith.compiler.steps import Call, Dims, Range, Scale, Source, Target, Window

Access = tuple[str, int]

INPUT, OUTPUT = Source(0), Target(1)
RANGE, SCALE = Range(0, -128, 127), Scale(1 << 30, 0)


@st.composite
def geometries(draw: st.DrawFn) -> tuple[Window, Dims, Dims, Dims]:
    """A window, an input, a kernel, and an output of as many windows as have a tap inside the input, or fewer."""
    few, sizes, padding = st.integers(1, 3), st.integers(1, 5), st.integers(0, 3)
    window = Window(draw(few), draw(few), draw(few), draw(few), draw(padding), draw(padding))
    x, kernel = Dims(draw(sizes), draw(sizes), draw(few)), Dims(draw(few), draw(few), 1)
    rows = _touching(window.stride_h, window.pad_h, kernel.h, window.dilation_h, x.h)
    columns = _touching(window.stride_w, window.pad_w, kernel.w, window.dilation_w, x.w)
    assume(rows > 0 < columns)
    return window, x, kernel, Dims(draw(st.integers(1, rows)), draw(st.integers(1, columns)), draw(few))


def _touching(stride: int, before: int, taps: int, dilation: int, size: int) -> int:
    """How many windows, from the first on, have a tap inside the input."""
    count = 0
    while any(0 <= count * stride - before + tap * dilation < size for tap in range(taps)):
        count += 1
    return count


def _pixels(window: Window, x: Dims, kernel: Dims, y: Dims) -> Iterator[tuple[int, list[int]]]:
    """Each output pixel, and the input pixels of its window."""
    for row in range(y.h):
        for column in range(y.w):
            taps = [
                (row * window.stride_h - window.pad_h + ky * window.dilation_h,
                 column * window.stride_w - window.pad_w + kx * window.dilation_w)
                for ky in range(kernel.h)
                for kx in range(kernel.w)
            ]  # fmt: skip
            yield row * y.w + column, [r * x.w + c for r, c in taps if 0 <= r < x.h and 0 <= c < x.w]


def _conv(window: Window, x: Dims, kernel: Dims, y: Dims) -> Iterator[Access]:
    for pixel, taps in _pixels(window, x, kernel, y):
        for o in range(y.c):
            yield from (("read", tap * x.c + i) for tap in taps for i in range(x.c))
            yield "write", pixel * y.c + o


def _depthwise(window: Window, x: Dims, kernel: Dims, y: Dims) -> Iterator[Access]:
    for pixel, taps in _pixels(window, x, kernel, y):
        for o in range(y.c):
            yield from (("read", tap * x.c + o * x.c // y.c) for tap in taps)
            yield "write", pixel * y.c + o


def _together(count: int, window: Window, x: Dims, kernel: Dims, y: Dims) -> Iterator[Access]:
    pixels = list(_pixels(window, x, kernel, y))
    for start in range(0, len(pixels), count):
        group = pixels[start : start + count]
        yield from (("read", tap * x.c + i) for _, taps in group for tap in taps for i in range(x.c))
        yield from (("write", pixel * y.c + o) for pixel, _ in group for o in range(y.c))


def least_distance(accesses: list[Access], output_size: int) -> int:
    """The smallest distance from which on, whatever the distance, no byte is read after it was written upon."""
    fits = 0
    for distance in range(output_size + 1):
        written: set[int] = set()
        for kind, place in accesses:
            if kind == "write":
                written.add(place)
            elif place + distance in written:
                fits = distance + 1
                break
    return fits


def _conv_call(geometry: tuple[Window, Dims, Dims, Dims], kind: type[Conv2D]) -> Conv2D:
    window, x, kernel, y = geometry
    nothing: Any = None
    return kind(window, 0, RANGE, nothing, x, INPUT, kernel, nothing, nothing, y, OUTPUT)


@settings(max_examples=200, deadline=None)
@given(geometries())
def test_the_lead_of_a_convolution(geometry: tuple[Window, Dims, Dims, Dims]) -> None:
    expected = least_distance(list(_conv(*geometry)), geometry[3].size)
    assert _conv_call(geometry, Conv2D).lead(INPUT, OUTPUT) == expected


@settings(max_examples=200, deadline=None)
@given(geometries(), st.integers(1, 3))
def test_the_lead_of_a_depthwise_convolution(geometry: tuple[Window, Dims, Dims, Dims], multiplier: int) -> None:
    window, x, kernel, y = geometry
    geometry = window, x, kernel, Dims(y.h, y.w, x.c * multiplier)
    expected = least_distance(list(_depthwise(*geometry)), geometry[3].size)
    assert _conv_call(geometry, DepthwiseConv2D).lead(INPUT, OUTPUT) == expected


@settings(max_examples=200, deadline=None)
@given(geometries())
def test_the_lead_of_a_pooling(geometry: tuple[Window, Dims, Dims, Dims]) -> None:
    window, x, kernel, y = geometry
    geometry = window, x, kernel, Dims(y.h, y.w, x.c)
    call = MaxPool(window, RANGE, x, INPUT, kernel, geometry[3], OUTPUT)
    assert call.lead(INPUT, OUTPUT) == least_distance(list(_depthwise(*geometry)), geometry[3].size)


@settings(max_examples=200, deadline=None)
@given(geometries(), st.integers(1, 4))
def test_the_lead_of_a_kernel_that_makes_pixels_together(
    geometry: tuple[Window, Dims, Dims, Dims], together: int
) -> None:
    expected = least_distance(list(_together(together, *geometry)), geometry[3].size)
    window, x, _, y = geometry
    assert window_lead(window, x, y, together=together) == expected


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_a_mean_lies_upon_its_terms(h: int, w: int, c: int) -> None:
    accesses: list[Access] = []
    for row in range(h):
        for channel in range(c):
            accesses += [("read", (row * w + column) * c + channel) for column in range(w)]
            accesses.append(("write", row * c + channel))
    call = Mean(1, 0, RANGE, SCALE, Dims(h, w, c), INPUT, OUTPUT)
    assert call.lead(INPUT, OUTPUT) == least_distance(accesses, h * c) == 0


@given(st.integers(1, 4), st.integers(1, 4))
def test_a_softmax_lies_upon_its_input(rows: int, classes: int) -> None:
    accesses: list[Access] = []
    for row in range(rows):
        accesses += [("read", row * classes + c) for c in range(classes)] * 2
        accesses += [(kind, row * classes + c) for c in range(classes) for kind in ("read", "write")]
    call = Softmax(-1, SCALE, rows, classes, INPUT, OUTPUT)
    assert call.lead(INPUT, OUTPUT) == least_distance(accesses, rows * classes) == 0


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


@pytest.mark.parametrize("kind", sorted(set(_subclasses(Call)), key=lambda k: (k.__module__, k.__name__)))
def test_no_variant_inherits_the_lead_of_a_kernel_that_works_in_another_order(kind: type[Any]) -> None:
    lead: Callable[..., Any] = kind.lead
    giver = next(parent for parent in kind.__mro__ if parent.__dict__.get("lead") is lead)
    assert giver is Call or giver.variant == kind.variant
