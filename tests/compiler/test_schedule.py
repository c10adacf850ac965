from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from typing import ClassVar

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compiler.library import Library
from tests.graph.models import Model, inputs_of

from sensorsmith.compiler.legalise import legalise
from sensorsmith.compiler.lives import leads_of, lives_of
from sensorsmith.compiler.memory import lower_bound
from sensorsmith.compiler.schedule import _Use, drop_unread, schedule
from sensorsmith.compiler.steps import SAME_PLACE, Call, Program, Scratch, Source, Step, Target
from sensorsmith.graph import Add, Conv2D, Graph, interpret_batch


def test_layers_that_nobody_reads_are_dropped() -> None:
    model = Model()
    x = model.activation((1, 2, 2, 1))
    filter_ = model.tensor((1, 1, 1, 1), "int8", model.quantization(x), np.ones((1, 1, 1, 1), np.int8))
    first, unread, also_unread, last = (model.activation((1, 2, 2, 1)) for _ in range(4))
    for source, target in ((x, first), (first, unread), (unread, also_unread), (first, last)):
        model.node(Conv2D(), (source, filter_), target)
    program = schedule(legalise(model.graph(x, last)))
    assert [step.name for step in program.steps] == [model.tensors[first].name, model.tensors[last].name]
    assert set(program.sizes) == {x, first, last}


def test_a_state_is_in_use_all_the_time() -> None:
    program = _program([(0, 0, 40, None, 0), (1, 1, 4, None, 0)])
    use = _Use(program)
    assert use.peak([0, 1]) == 80
    assert _Use(replace(program, states={1: np.zeros(40, np.int8)})).start() == 80


def test_a_step_for_a_later_run_is_kept() -> None:
    """It writes the state that the first step reads; the last one's nobody reads."""
    program = replace(_program([(2, 2, 40, None, 0), (0, 0, 4, None, 0), (0, 0, 4, None, 0)]), output=1)
    kept = drop_unread(replace(program, states={i: np.zeros(4, np.int8) for i in (2, 3)}))
    assert [step.name for step in kept.steps] == ["0", "1"]
    assert set(kept.states) == {2}
    assert set(kept.sizes) == {0, 1, 2}


@dataclass(frozen=True, eq=False)
class _Call(Call):
    """Reads one or two buffers, and writes one."""

    kernel: ClassVar[str] = "add"  # test_kernels.py wants a file for each
    a: Source
    b: Source
    output: Target
    scratch: Scratch | None
    distance: int | None

    def lead(self, source: Source, target: Target | Scratch) -> int | None:
        del source
        return self.distance if target is self.output else None


def _program(steps: Sequence[tuple[int, int, int, int | None, int]]) -> Program:
    """Steps as (one buffer read, another, size of the buffer written, lead, size of scratch memory)."""
    sizes, calls = {0: 40}, []
    for index, (a, b, size, lead, scratch) in enumerate(steps):
        sizes[index + 1] = size
        if scratch:
            sizes[-1 - index] = scratch
        memory = Scratch(scratch, buffer=-1 - index) if scratch else None
        calls.append(_Call(Source(a), Source(b), Target(index + 1), memory, lead))
    return Program(tuple(Step(str(i), (), 0, call) for i, call in enumerate(calls)), sizes, 0, len(steps))


@st.composite
def programs(draw: st.DrawFn) -> Program:
    steps = []
    for index in range(draw(st.integers(1, 6))):
        source, lead = st.integers(0, index), st.sampled_from([None, SAME_PLACE, 0, 8])
        steps.append(
            (draw(source), draw(source), 4 * draw(st.integers(1, 20)), draw(lead), draw(st.sampled_from([0, 24])))
        )
    return _program(steps)


def _needed(program: Program) -> int:
    lives = lives_of(program)
    return lower_bound(lives, leads_of(program, lives))


def _in_order(steps: Sequence[Step], ready: set[int]) -> bool:
    ready = set(ready)
    for step in steps:
        buffers = list(step.call.buffers())
        if any(b.buffer not in ready for b in buffers if isinstance(b, Source)):
            return False
        ready |= {b.buffer for b in buffers}
    return True


@settings(max_examples=150, deadline=None)
@given(programs())
def test_no_order_needs_less(program: Program) -> None:
    found = schedule(program)
    assert _in_order(found.steps, {program.input})
    orders = [order for order in permutations(found.steps) if _in_order(order, {program.input})]
    assert _needed(found) == min(_needed(replace(found, steps=order)) for order in orders)


@given(programs())
def test_the_own_order_stays_where_none_is_better(program: Program) -> None:
    found = schedule(program)
    own = [step for step in program.steps if step in found.steps]
    assert list(found.steps) == own or _needed(found) < _needed(replace(found, steps=tuple(own)))


def test_more_sets_of_layers_than_are_searched() -> None:
    # Sixteen large buffers, each of which becomes a small one; the sum of all small ones is the output.
    steps: list[tuple[int, int, int, int | None, int]] = [(0, 0, 1000, None, 0) for _ in range(16)]
    steps += [(i + 1, i + 1, 4, None, 0) for i in range(16)]
    steps += [(17, 18, 4, None, 0), *((32 + i, 18 + i, 4, None, 0) for i in range(1, 15))]
    program = _program(steps)
    found = schedule(program)
    assert _in_order(found.steps, {program.input})
    assert _needed(program) > 16 * 1000
    assert _needed(found) < 1200


def _branches() -> Graph:
    """Three branches that widen the input and narrow it again, listed so that all are wide at once."""
    model = Model()
    x = model.activation((1, 6, 6, 2))
    wide, narrow = [], []
    for _ in range(3):
        filter_ = model.weights((8, 1, 1, 2))
        wide.append(model.node(Conv2D(), (x, filter_), model.activation((1, 6, 6, 8), 0.1)))
    for y in wide:
        filter_ = model.weights((2, 3, 3, 8))
        narrow.append(model.node(Conv2D(), (y, filter_), model.activation((1, 6, 6, 2), 0.3)))
    total = model.node(Add(), (narrow[0], narrow[1]), model.activation((1, 6, 6, 2), 0.3))
    return model.graph(x, model.node(Add(), (total, narrow[2]), model.activation((1, 6, 6, 2), 0.3)))


def test_branches_run_one_after_the_other(tmp_path: Path) -> None:
    graph = _branches()
    library = Library([graph], tmp_path)
    wide = [layer.output_shape[3] == 8 for layer in library.emitted[0].report.layers]
    assert wide == [True, False] * 3 + [False, False]
    assert library.emitted[0].report.arena_bytes < 2 * 6 * 6 * 8
    x = inputs_of(graph, 5)
    np.testing.assert_array_equal(library.predict(0, x), interpret_batch(graph, x))
