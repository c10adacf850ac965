"""Where each buffer lies in the one arena: buffers that are never alive together share bytes.

So may a buffer and the one that the step of its last use writes, as far as that step allows: see `Call.lead`.
Buffers are placed one after another, each at the lowest offset that is free during its whole life; what remains to
choose is their order. The largest first is nearly always best. Where it misses the bound that no plan can beat, a
hill climb from there tries other orders, with a random generator of fixed seed so that every machine finds the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sensorsmith.compiler.steps import SAME_PLACE

ALIGNMENT = 4
_TRIES = 1000
_COMPARISONS = 4_000_000  # of two lives, which bounds the tries for very many buffers

Leads = Mapping[tuple[int, int], int]
"""(a buffer, one that the step of its last use writes) -> bytes by which the first must begin after the second, or
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


def lower_bound(lives: Mapping[int, Life], leads: Leads | None = None) -> int:
    """Bytes in use at the busiest step: no plan needs fewer."""
    starts = {life.first for life in lives.values()}
    together = {t: sum(_padded(b.size) for b in lives.values() if b.first <= t <= b.last) for t in starts}
    for (read, written), lead in (leads or {}).items():
        a, b = _padded(lives[read].size), _padded(lives[written].size)
        together[lives[written].first] -= max(0, a + b - max(b, _padded(max(lead, 0)) + a))
    return max((*together.values(), *(_padded(life.size) for life in lives.values())), default=0)


def plan_memory(lives: Mapping[int, Life], leads: Leads | None = None) -> Plan:
    """Place buffers so that no two that are alive at the same step overlap, unless `leads` allows it.

    Args:
        leads: for pairs of buffers that meet at one step only, the last of the first and the first of the second.

    Returns:
        Offsets that are multiples of `ALIGNMENT`.
    """
    space = _Space(lives, leads or {})
    order = sorted(lives, key=lambda b: (-lives[b].size, lives[b].first, b))
    best = space.place(order)
    bound, chance = lower_bound(lives, leads), random.Random(0)
    for _ in range(min(_TRIES, _COMPARISONS // max(1, len(order)) ** 2)):
        if best.size <= bound:
            break
        moved = _move(order, _highest(lives, best), chance)
        plan = space.place(moved)
        if plan.size <= best.size:
            order, best = moved, plan
    return Plan(dict(sorted(best.offsets.items())), best.size)


def _move(order: list[int], highest: int, chance: random.Random) -> list[int]:
    """Another order: a buffer, mostly the one that ends highest, has its turn at another time."""
    buffer = highest if chance.random() < 0.7 else order[int(chance.random() * len(order))]
    moved = [b for b in order if b != buffer]
    moved.insert(int(chance.random() * len(order)), buffer)
    return moved


def _highest(lives: Mapping[int, Life], plan: Plan) -> int:
    return max(plan.offsets, key=lambda b: (plan.offsets[b] + lives[b].size, b))


class _Space:
    """What of each pair of buffers may not overlap."""

    def __init__(self, lives: Mapping[int, Life], leads: Leads) -> None:
        self._size = {b: _padded(life.size) for b, life in lives.items()}
        self._meets = {
            b: [c for c, other in lives.items() if c != b and life.meets(other)] for b, life in lives.items()
        }
        self._leads = {pair: _padded(lead) for pair, lead in leads.items() if lead != SAME_PLACE}
        same = [pair for pair, lead in leads.items() if lead == SAME_PLACE]
        self._same = {*same, *((b, a) for a, b in same)}

    def place(self, order: list[int]) -> Plan:
        offsets: dict[int, int] = {}
        for buffer in order:
            offsets[buffer] = self._lowest(buffer, offsets)
        return Plan(offsets, max((offset + self._size[b] for b, offset in offsets.items()), default=0))

    def _lowest(self, buffer: int, placed: Mapping[int, int]) -> int:
        """The lowest offset at which a buffer gets into the way of none of those placed."""
        offset = 0
        for start, end in sorted(self._forbidden(buffer, placed)):
            if offset <= start:
                break
            offset = max(offset, end)
        return offset

    def _forbidden(self, buffer: int, placed: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        """Intervals of offsets, each without its two ends, at which the buffer is in the way of one that is placed."""
        size = self._size[buffer]
        for other in self._meets[buffer]:
            if other not in placed:
                continue
            at, other_size = placed[other], self._size[other]
            if (buffer, other) in self._same:
                yield from ((at - size, at), (at, at + other_size))
                continue
            # As the one read it has to lie `lead` behind the other; as the one written, `lead` before it.
            behind = min(other_size, self._leads.get((buffer, other), other_size))
            before = min(size, self._leads.get((other, buffer), size))
            yield at - before, at + behind


def _padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
