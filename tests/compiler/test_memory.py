from __future__ import annotations

from itertools import combinations, permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from sensorsmith.compiler.memory import ALIGNMENT, Life, _Space, lower_bound, plan_memory
from sensorsmith.compiler.steps import SAME_PLACE


def _life(size: int, first: int, length: int) -> Life:
    return Life(size, first, first + length)


lives = st.builds(_life, st.integers(1, 200), st.integers(0, 9), st.integers(0, 4))
programs = st.lists(lives, max_size=9).map(lambda each: dict(enumerate(each)))


def _draw_leads(buffers: dict[int, Life], data: st.DataObject) -> dict[tuple[int, int], int]:
    starts = {b: life.first for b, life in buffers.items()}
    pairs = [(a, b) for a, b in permutations(buffers, 2) if starts[a] < starts[b] and buffers[a].meets(buffers[b])]
    return {pair: data.draw(st.sampled_from([SAME_PLACE, 0, 0, 10, 40, 250])) for pair in pairs}


chains = st.lists(st.tuples(st.integers(1, 50), st.sampled_from([1, 1, 1, 3])), min_size=2, max_size=6).map(
    lambda each: {i: Life(size * ALIGNMENT, i, i + length) for i, (size, length) in enumerate(each)}
)


def _padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


@settings(deadline=None)
@given(programs)
def test_no_two_buffers_alive_at_once_overlap(buffers: dict[int, Life]) -> None:
    plan = plan_memory(buffers)
    for a, b in permutations(buffers, 2):
        if buffers[a].first <= buffers[b].last and buffers[b].first <= buffers[a].last:
            apart = plan.offsets[a] + buffers[a].size <= plan.offsets[b]
            assert apart or plan.offsets[b] + buffers[b].size <= plan.offsets[a]


@settings(deadline=None)
@given(programs)
def test_the_arena_holds_all_and_wastes_little(buffers: dict[int, Life]) -> None:
    plan = plan_memory(buffers)
    assert all(offset >= 0 and offset % ALIGNMENT == 0 for offset in plan.offsets.values())
    assert all(plan.offsets[b] + life.size <= plan.size for b, life in buffers.items())
    assert lower_bound(buffers) <= plan.size <= sum(_padded(life.size) for life in buffers.values())


@settings(deadline=None)
@given(programs.filter(lambda buffers: len(buffers) > 1))
def test_the_bound_is_at_least_that_of_any_pair_alive(buffers: dict[int, Life]) -> None:
    pairs = (a.size + b.size for a, b in permutations(buffers.values(), 2) if a.meets(b))
    assert lower_bound(buffers) >= max(pairs, default=0)


@settings(max_examples=40, deadline=None)
@given(chains)
def test_small_plans_are_the_best_of_all_orders(buffers: dict[int, Life]) -> None:
    best = min(_first_fit(buffers, order) for order in permutations(buffers))
    assert plan_memory(buffers).size == best


def _first_fit(buffers: dict[int, Life], order: tuple[int, ...]) -> int:
    """The arena that lowest-first placement in an order gives, found by trying every offset."""
    placed: dict[int, int] = {}
    for buffer in order:
        life = buffers[buffer]
        taken = [(placed[b], placed[b] + buffers[b].size) for b in placed if life.meets(buffers[b])]
        offsets = sorted({0, *(end for _, end in taken)})
        placed[buffer] = next(o for o in offsets if all(o + life.size <= s or e <= o for s, e in taken))
    return max(placed[b] + buffers[b].size for b in buffers)


def test_the_climb_beats_largest_first() -> None:
    # The first buffers of vww: largest first leaves a gap that no later buffer fits into.
    sizes = [27648, 18432, 18432, 36864, 9216]
    buffers = {i: Life(size, i - 1, i) for i, size in enumerate(sizes)}
    assert plan_memory(buffers).size == lower_bound(buffers) == 18432 + 36864


@settings(max_examples=60, deadline=None)
@given(st.lists(lives, min_size=2, max_size=6).map(lambda each: dict(enumerate(each))), st.data())
def test_a_plan_of_few_buffers_is_the_best_of_all_orders(buffers: dict[int, Life], data: st.DataObject) -> None:
    leads = _draw_leads(buffers, data)
    space = _Space(buffers, leads)
    best = min(space.place(list(order)).size for order in permutations(buffers))
    assert plan_memory(buffers, leads).size == best


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(_life, st.integers(1, 20), st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=4))
def test_no_offsets_at_all_give_a_better_plan(each: list[Life]) -> None:
    buffers = dict(enumerate(each))
    plan = plan_memory(buffers)
    smaller = range(0, plan.size, ALIGNMENT)
    for offsets in product(*([o for o in smaller if o + _padded(b.size) < plan.size] for b in each)):
        clash = any(
            a.meets(b) and x < y + _padded(b.size) and y < x + _padded(a.size)
            for (a, x), (b, y) in combinations(zip(each, offsets, strict=True), 2)
        )
        assert clash


def test_layers_that_work_almost_in_place_move_down_through_memory() -> None:
    # The layers of kws on the ref kernels: depthwise convolutions need 384 bytes, pointwise ones 64.
    buffers = {0: Life(490, -1, 0), **{i: Life(8000, i - 1, i) for i in range(1, 10)}, 10: Life(64, 9, 10)}
    leads = {(i, i + 1): 384 if i % 2 else 64 for i in range(1, 9)}
    assert plan_memory(buffers, leads).size == 8000 + 4 * (384 + 64)


def test_very_many_buffers_are_planned_without_delay() -> None:
    buffers = {i: Life(4 + i % 7 * 4, i, i + 1 + i % 3) for i in range(600)}
    assert plan_memory(buffers).size >= lower_bound(buffers)


def test_no_buffer_needs_no_arena() -> None:
    assert plan_memory({}).size == 0


def test_a_buffer_may_lie_upon_the_one_that_its_last_step_writes() -> None:
    lives = {0: Life(100, -1, 0), 1: Life(200, 0, 1)}
    assert plan_memory(lives).size == 300
    in_place = plan_memory(lives, {(0, 1): 0})
    assert (in_place.offsets, in_place.size) == ({0: 0, 1: 0}, 200)
    behind = plan_memory(lives, {(0, 1): 120})
    assert (behind.offsets, behind.size) == ({0: 120, 1: 0}, 220)
    same = plan_memory(lives, {(0, 1): SAME_PLACE})
    assert (same.offsets, same.size) == ({0: 0, 1: 0}, 200)


@settings(deadline=None)
@given(programs.filter(lambda buffers: len(buffers) > 1), st.data())
def test_leads_are_kept(buffers: dict[int, Life], data: st.DataObject) -> None:
    leads = _draw_leads(buffers, data)
    plan = plan_memory(buffers, leads)
    assert lower_bound(buffers, leads) <= plan.size
    for a, b in permutations(buffers, 2):
        if buffers[a].meets(buffers[b]):
            start, other = plan.offsets[a], plan.offsets[b]
            apart = start + buffers[a].size <= other or other + buffers[b].size <= start
            assert apart or _led(leads.get((a, b)), start, other) or _led(leads.get((b, a)), other, start)


def _led(lead: int | None, read: int, written: int) -> bool:
    if lead == SAME_PLACE:
        return read == written
    return lead is not None and read >= written + lead
