from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compiler.lower.test_geometry import INPUT, OUTPUT, Access, least_distance

from sensorsmith.compiler.lower.binary import Maximum
from sensorsmith.compiler.lower.move import Copy
from sensorsmith.compiler.lower.nest import Strided, strided
from sensorsmith.compiler.steps import Nest, Source
from sensorsmith.graph import Tensor
from sensorsmith.graph.ops.move import at

counts = st.builds(Nest, *[st.integers(1, 3)] * 5)
strides = st.builds(Nest, *[st.integers(-4, 4)] * 5)
forward = st.builds(Nest, *[st.integers(0, 4)] * 5)


def _turns(size: Nest, stride: Nest) -> Iterator[int]:
    for turn in product(*(range(n) for n in (size.a, size.b, size.c, size.d, size.e))):
        yield sum(i * n for i, n in zip(turn, (stride.a, stride.b, stride.c, stride.d, stride.e), strict=True))


def _from_zero(places: list[int]) -> tuple[list[int], int]:
    """The places moved so that the lowest is 0, and the first of them."""
    return [place - min(places) for place in places], -min(places)


@settings(max_examples=150, deadline=None)
@given(counts, strides, strides)
def test_the_lead_of_a_copy(size: Nest, input_stride: Nest, output_stride: Nest) -> None:
    reads, input_first = _from_zero(list(_turns(size, input_stride)))
    writes, output_first = _from_zero(list(_turns(size, output_stride)))
    accesses: list[Access] = []
    for read, write in zip(reads, writes, strict=True):
        accesses += [("read", read), ("write", write)]
    call = Copy(size, input_first, input_stride, INPUT, output_first, output_stride, OUTPUT)
    assert call.lead(INPUT, OUTPUT) == least_distance(accesses, max(writes) + 1)


@settings(max_examples=100, deadline=None)
@given(counts, forward, forward, st.booleans())
def test_the_lead_of_a_kernel_of_two_inputs(size: Nest, first: Nest, second: Nest, same: bool) -> None:
    other = INPUT if same else Source(2)
    call = Maximum(1, 0, size, first, INPUT, second, other, OUTPUT)
    accesses: list[Access] = []
    for write, (one, two) in enumerate(zip(_turns(size, first), _turns(size, second), strict=True)):
        accesses += [("read", one), *([("read", two)] if same else []), ("write", write)]
    assert call.lead(INPUT, OUTPUT) == least_distance(accesses, len(accesses))


def test_too_many_elements_are_not_followed() -> None:
    once = Nest(1, 1, 1, 1, (1 << 20) + 1)
    step = Nest(0, 0, 0, 0, 1)
    assert Copy(once, 0, step, INPUT, 0, step, OUTPUT).lead(INPUT, OUTPUT) is None


def test_a_single_element_is_a_view_too() -> None:
    assert strided(at(1, 2), Tensor("x", (2, 3), "int8")) == Strided(5, (), ())


def test_views_are_taken_down_to_bytes() -> None:
    seen = strided(lambda x: x[:, ::-1].T, Tensor("x", (2, 3), "int16"))
    memory = np.arange(12, dtype=np.int8)
    view = np.lib.stride_tricks.as_strided(memory[seen.first :], seen.shape, seen.strides)
    assert view.tolist() == [[[4, 5], [10, 11]], [[2, 3], [8, 9]], [[0, 1], [6, 7]]]
