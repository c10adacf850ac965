"""Where each buffer lies in the one arena: buffers that are never alive together share bytes.

So may a buffer and the one that the step of its last use writes, as far as that step allows: see `Call.lead`.
Buffers are placed one after another, each at the lowest offset that is free during its whole life; what remains to
choose is their order, and some order leads to the best plan. Four orders are tried first: the largest first, the
last first (a chain of layers that work almost in place moves down through memory), the same with scratch memory at the
end (which would keep such layers apart), the first first. Where all of them miss the bound that no plan can beat, a
search follows: through all orders that matter where buffers are few, else a hill climb. Both count their work, and the
climb draws from a random generator of fixed seed, so that every machine finds the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sensorsmith.compiler.steps import SAME_PLACE

ALIGNMENT = 4
_FEW = 32  # buffers whose orders are searched; twelve of them nearly always to the end
_PLACEMENTS = 40_000  # of a buffer, in the search through all orders
_TRIES = 1000
_COMPARISONS = 4_000_000  # of two lives, which bounds the tries for very many buffers

Leads = Mapping[tuple[int, int], int]
"""(a buffer, one that its last reader writes) -> bytes by which the first must begin after the second, or
SAME_PLACE."""


@dataclass(frozen=True)
class Life:
    """A buffer of `size` bytes, in use from step `first` to step `last`, both included."""

    size: int
    first: int
    last: int

    def meets(self, other: Life) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Plan:
    """Offset of each buffer, and the bytes of the whole arena."""

    offsets: dict[int, int]
    size: int


def lower_bound(lives: Mapping[int, Life], leads: Leads | None = None, since: int = -1) -> int:
    """Bytes in use at the busiest step from step `since` on: no plan needs fewer."""
    shared = [
        (lives[r], lives[w], saving(lives[r].size, lives[w].size, lead)) for (r, w), lead in (leads or {}).items()
    ]

    def in_use(first: int, last: int) -> int:
        """Bytes of what is alive from step `first` to step `last`, less those that buffers share."""

        def alive(*each: Life) -> bool:
            return all(life.first <= first and last <= life.last for life in each)

        whole = sum(padded(life.size) for life in lives.values() if alive(life))
        return whole - sum(saved for read, written, saved in shared if alive(read, written))

    # At a step, and between steps.
    starts = {max(life.first, since) for life in lives.values()}
    return max((in_use(step - before, step) for step in starts for before in (0, 1)), default=0)


def saving(read: int, written: int, lead: int) -> int:
    """Bytes that two buffers can share, of which the first, as large as `read`, begins `lead` after the second."""
    a, b = padded(read), padded(written)
    return max(0, a + b - max(b, padded(max(lead, 0)) + a))


def padded(size: int) -> int:
    """A size that keeps the next buffer aligned."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def plan_memory(lives: Mapping[int, Life], leads: Leads | None = None) -> Plan:
    """Place buffers so that no two that are alive at the same step overlap, unless `leads` allows it.

    Args:
        leads: for pairs of buffers of which the second is written while the first is read for the last time.

    Returns:
        Offsets that are multiples of `ALIGNMENT`.
    """
    space, bound = _Space(lives, leads or {}), lower_bound(lives, leads)
    keys: tuple[Callable[[int], tuple[int, ...]], ...] = (
        lambda b: (-lives[b].size, lives[b].first, b),
        lambda b: (-lives[b].first, -lives[b].last, b),
        lambda b: (lives[b].first == lives[b].last, -lives[b].first, -lives[b].last, b),
        lambda b: (lives[b].first, lives[b].last, b),
    )
    orders = [sorted(lives, key=key) for key in keys]
    plans = [space.place(order) for order in orders]
    best = min(plans, key=_size)
    if best.size > bound:
        search = _Search(space, best, bound, _PLACEMENTS if len(lives) <= _FEW else 0)
        search.extend({}, space.order)
        climbed = best if search.ended else _climb(space, orders[plans.index(best)], best, bound)
        best = min(search.best, climbed, key=_size)
    return Plan(dict(sorted(best.offsets.items())), best.size)


def _size(plan: Plan) -> int:
    return plan.size


def _climb(space: _Space, order: list[int], best: Plan, bound: int) -> Plan:
    """Move one buffer after the other to another place in the order, as long as the plan gets no worse."""
    chance = random.Random(0)
    for _ in range(min(_TRIES, _COMPARISONS // len(order) ** 2)):
        if best.size <= bound:
            break
        moved = _move(order, space.highest(best), chance)
        plan = space.place(moved)
        if plan.size <= best.size:
            order, best = moved, plan
    return best


def _move(order: list[int], highest: int, chance: random.Random) -> list[int]:
    """Another order: a buffer, mostly the one that ends highest, has its turn at another time."""
    buffer = highest if chance.random() < 0.7 else order[int(chance.random() * len(order))]
    moved = [b for b in order if b != buffer]
    moved.insert(int(chance.random() * len(order)), buffer)
    return moved


class _Space:
    """What of each pair of buffers may not overlap.

    Attributes:
        size: bytes of each buffer, padded.
        order: buffers, the one that is made last first.
        paired: buffers that may overlap with some other one where both begin at the same address.
    """

    def __init__(self, lives: Mapping[int, Life], leads: Leads) -> None:
        self.size = {b: padded(life.size) for b, life in lives.items()}
        self.order = sorted(lives, key=lambda b: (-lives[b].first, b))
        self._leads = {pair: padded(lead) for pair, lead in leads.items() if lead != SAME_PLACE}
        same = [pair for pair, lead in leads.items() if lead == SAME_PLACE]
        self._same = {*same, *((b, a) for a, b in same)}
        self.paired = {b for pair in same for b in pair}
        self._limits = {
            b: [
                (c, *limit)
                for c, other in lives.items()
                if c != b and life.meets(other)
                for limit in self._between(b, c)
            ]
            for b, life in lives.items()
        }

    def _between(self, buffer: int, other: int) -> Iterator[tuple[int, int]]:
        """Distances from another buffer, in intervals without their ends, at which a buffer is in its way."""
        size, other_size = self.size[buffer], self.size[other]
        if (buffer, other) in self._same:
            yield from ((-size, 0), (0, other_size))
            return
        # As the one read it has to lie `lead` behind the other; as the one written, `lead` before it.
        before = min(size, self._leads.get((other, buffer), size))
        yield -before, min(other_size, self._leads.get((buffer, other), other_size))

    def place(self, order: list[int]) -> Plan:
        offsets: dict[int, int] = {}
        for buffer in order:
            offsets[buffer] = self.lowest(buffer, offsets)
        return self.plan(offsets)

    def plan(self, offsets: dict[int, int]) -> Plan:
        return Plan(offsets, max((offset + self.size[b] for b, offset in offsets.items()), default=0))

    def lowest(self, buffer: int, placed: Mapping[int, int]) -> int:
        """The lowest offset at which a buffer gets into the way of none of those placed."""
        limits = self._limits[buffer]
        taken = [(placed[other] + start, placed[other] + end) for other, start, end in limits if other in placed]
        offset = 0
        for start, end in sorted(taken):
            if offset <= start:
                break
            offset = max(offset, end)
        return offset

    def highest(self, plan: Plan) -> int:
        """The buffer that ends last."""
        return max(plan.offsets, key=lambda b: (plan.offsets[b] + self.size[b], b))


class _Search:
    """Branch and bound through the orders by rising offset, in which each buffer lies as low as those before it allow.

    Some best plan has such an order: sort the buffers of any best plan by offset, let each fall as far as it can, and
    repeat until none falls. At one offset, what is written goes before what is read; of buffers that meet only where
    both begin at one address, the one that cannot fall goes first, whichever it is.

    Attributes:
        best: the best plan found so far.
    """

    def __init__(self, space: _Space, best: Plan, bound: int, work: int) -> None:
        self._space, self._bound, self._left = space, bound, work
        self._rank = {b: rank for rank, b in enumerate(space.order)}
        self.best = best

    @property
    def ended(self) -> bool:
        """Whether there is no better plan, as opposed to no work left to find it."""
        return self._left > 0

    def extend(self, placed: dict[int, int], rest: list[int]) -> None:
        """Place the rest of the buffers in every order that could lead to a better plan."""
        if not rest:
            self.best = self._space.plan(placed)
            return
        self._left -= len(rest)
        size = self._space.size
        lowest = {b: self._space.lowest(b, placed) for b in rest}
        if max(lowest[b] + size[b] for b in rest) >= self.best.size:
            return
        # Whoever begins where another one could end would have that one below it in the end.
        end = min(lowest[b] + size[b] for b in rest)
        for buffer in sorted((b for b in rest if lowest[b] < end), key=lambda b: (lowest[b], -size[b])):
            if self._left <= 0 or self.best.size <= self._bound:
                return
            if self._follows(buffer, lowest[buffer], placed):
                self.extend(placed | {buffer: lowest[buffer]}, [b for b in rest if b != buffer])

    def _follows(self, buffer: int, offset: int, placed: dict[int, int]) -> bool:
        """Whether a buffer may come after the last of those placed, by offset."""
        if not placed:
            return True
        last = next(reversed(placed))
        if offset == placed[last] and {buffer, last} & self._space.paired:
            return True
        return (offset, self._rank[buffer]) > (placed[last], self._rank[last])
