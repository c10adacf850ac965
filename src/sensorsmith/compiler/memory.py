"""Where each buffer lies in the one arena: buffers that are never alive together share bytes.

Buffers are placed one after another, each at the lowest offset that is free during its whole life; what remains to
choose is their order. The largest first is nearly always best. Where it misses the bound that no plan can beat, a
hill climb from there tries other orders, with a random generator of fixed seed so that every machine finds the same.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

ALIGNMENT = 4
_TRIES = 1000
_COMPARISONS = 4_000_000  # of two lives, which bounds the tries for very many buffers


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


def lower_bound(lives: Mapping[int, Life]) -> int:
    """Bytes in use at the busiest step: no plan needs fewer."""
    starts = {life.first for life in lives.values()}
    return max((sum(_padded(b.size) for b in lives.values() if b.first <= t <= b.last) for t in starts), default=0)


def plan_memory(lives: Mapping[int, Life]) -> Plan:
    """Place buffers so that no two that are alive at the same step overlap. Offsets are multiples of `ALIGNMENT`."""
    order = sorted(lives, key=lambda b: (-lives[b].size, lives[b].first, b))
    best = _place(lives, order)
    bound, chance = lower_bound(lives), random.Random(0)
    for _ in range(min(_TRIES, _COMPARISONS // max(1, len(order)) ** 2)):
        if best.size <= bound:
            break
        moved = _move(order, _highest(lives, best), chance)
        plan = _place(lives, moved)
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


def _place(lives: Mapping[int, Life], order: list[int]) -> Plan:
    offsets: dict[int, int] = {}
    for buffer in order:
        offsets[buffer] = _lowest(lives, buffer, offsets)
    return Plan(offsets, max((offset + _padded(lives[b].size) for b, offset in offsets.items()), default=0))


def _lowest(lives: Mapping[int, Life], buffer: int, placed: Mapping[int, int]) -> int:
    """The lowest offset at which a buffer overlaps none of those placed that it meets."""
    life = lives[buffer]
    taken = sorted((offset, offset + _padded(lives[b].size)) for b, offset in placed.items() if life.meets(lives[b]))
    offset = 0
    for start, end in taken:
        if offset + _padded(life.size) <= start:
            break
        offset = max(offset, end)
    return offset


def _padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
