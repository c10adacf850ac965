"""The order in which layers run: without those whose result nobody reads, and the one that needs least memory.

Where a graph has branches, layers can run in several orders. What counts is the largest number of bytes in use at any
step. A set of layers that have run determines which buffers are in use, however they were ordered; so the search goes
from set to set, always on from the one whose way needed least (Dijkstra, with the maximum in place of the sum). It is
exact unless it meets too many sets; then each next layer is the one that needs least at once.
"""

from __future__ import annotations

import heapq
from dataclasses import replace

from sensorsmith.compiler.lives import step_leads
from sensorsmith.compiler.memory import padded, saving
from sensorsmith.compiler.steps import Program, Source, Step, Target

_SETS = 2000  # of layers, in the search


def schedule(program: Program) -> Program:
    """The program without unread layers, in the order that needs least at its busiest step.

    Its own order stays where none is better.
    """
    program = drop_unread(program)
    use = _Use(program)
    own = list(range(len(program.steps)))
    needed = use.peak(own)
    if needed == use.least():
        return program
    order = _best(use, len(own))
    if use.peak(order) >= needed:
        return program
    return replace(program, steps=tuple(program.steps[index] for index in order))


def drop_unread(program: Program) -> Program:
    """Drop layers that the output does not depend on, and the buffers that only they use."""
    needed = {program.output}
    kept: list[Step] = []
    before = -1
    while before < len(needed):  # what is read of a state has been written in an earlier run, by a later step
        before, kept = len(needed), []
        for step in reversed(program.steps):
            buffers = list(step.call.buffers())
            if any(b.buffer in needed for b in buffers if isinstance(b, Target)):
                kept.append(step)
                needed.update(b.buffer for b in buffers)
    needed.add(program.input)
    return replace(
        program,
        steps=tuple(reversed(kept)),
        sizes={buffer: size for buffer, size in program.sizes.items() if buffer in needed},
        states={buffer: first for buffer, first in program.states.items() if buffer in needed},
    )


class _Use:
    """What each step needs, and what is in use once a set of steps, as the bits of an integer, has run."""

    def __init__(self, program: Program) -> None:
        self._sizes = {b: padded(size) for b, size in program.sizes.items()}
        self._buffers = [list(dict.fromkeys(b.buffer for b in step.call.buffers())) for step in program.steps]
        self._leads = [step_leads(step) for step in program.steps]
        # What is in use before the first step, and after the last.
        self._first, self._last = {program.input, *program.states}, {program.output, *program.states}
        self._users = dict.fromkeys(program.sizes, 0)
        self.after = [0] * len(program.steps)  # the steps that each step has to come after
        written = dict.fromkeys(program.sizes, 0)
        for index, step in enumerate(program.steps):
            for use in step.call.buffers():
                # A reader comes after the writers; a writer after all that have used its buffer.
                earlier = written if isinstance(use, Source) else self._users
                self.after[index] |= earlier[use.buffer] & ~(1 << index)
            for use in step.call.buffers():
                self._users[use.buffer] |= 1 << index
                if not isinstance(use, Source):
                    written[use.buffer] |= 1 << index

    def run(self, done: int, before: int, step: int) -> tuple[int, int]:
        """Bytes in use while a step runs, and after it.

        Args:
            done: the steps that have run.
            before: bytes in use after them.
        """
        then = done | 1 << step
        new = {b for b in self._buffers[step] if not self._users[b] & done and b not in self._first}
        dead = {b for b in self._buffers[step] if not self._users[b] & ~then and b not in self._last}
        whole = before + sum(self._sizes[b] for b in new)
        after = whole - sum(self._sizes[b] for b in dead)
        saved = (
            saving(self._sizes[read], self._sizes[written], lead)
            for (read, written), lead in self._leads[step].items()
            if read in dead and written in new
        )
        return max(before, whole - sum(saved), after), after

    def start(self) -> int:
        """Bytes in use before the first step."""
        return sum(self._sizes[b] for b in self._first)

    def ready(self, done: int) -> list[int]:
        """The steps that can run next."""
        return [s for s, after in enumerate(self.after) if not (done >> s & 1 or after & ~done)]

    def peak(self, order: list[int]) -> int:
        """Bytes in use at the busiest step of an order."""
        done, bytes_, peak = 0, self.start(), self.start()
        for step in order:
            during, bytes_ = self.run(done, bytes_, step)
            done, peak = done | 1 << step, max(peak, during)
        return peak

    def least(self) -> int:
        """A bound for every order: each step has its own buffers in use."""
        alone = [self.start()]
        for step, buffers in enumerate(self._buffers):
            saved = (saving(self._sizes[r], self._sizes[w], lead) for (r, w), lead in self._leads[step].items())
            alone.append(sum(self._sizes[b] for b in buffers) - sum(saved))
        return max(alone)


def _best(use: _Use, count: int) -> list[int]:
    """The order of least peak; by `_greedy` where there are too many sets of steps."""
    everything = (1 << count) - 1
    # Peak so far, steps that are left, a number that makes entries differ, steps done, bytes in use, their order.
    entries: list[tuple[int, int, int, int, int, list[int]]] = [(use.start(), count, 0, 0, use.start(), [])]
    seen: set[int] = set()
    number = 0
    while entries and len(seen) < _SETS:
        peak, left, _, done, bytes_, order = heapq.heappop(entries)
        if done == everything:
            return order
        if done in seen:
            continue
        seen.add(done)
        for step in use.ready(done):
            during, then = use.run(done, bytes_, step)
            number += 1
            entry = (max(peak, during), left - 1, number, done | 1 << step, then, [*order, step])
            heapq.heappush(entries, entry)
    return _greedy(use, count)


def _greedy(use: _Use, count: int) -> list[int]:
    """Always the step that leaves least in use; of equal ones, the one that needs least while it runs."""
    order: list[int] = []
    done, bytes_ = 0, use.start()
    while len(order) < count:
        runs = {step: use.run(done, bytes_, step) for step in use.ready(done)}
        step = min(runs, key=lambda s: (runs[s][1], runs[s][0], s))
        order.append(step)
        done, bytes_ = done | 1 << step, runs[step][1]
    return order
