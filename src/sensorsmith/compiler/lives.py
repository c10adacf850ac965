"""Which buffers of a program are in use when, and which of them may overlap all the same."""

from __future__ import annotations

from sensorsmith.compiler.memory import Life
from sensorsmith.compiler.steps import SAME_PLACE, Program, Scratch, Source, Step


def lives_of(program: Program) -> dict[int, Life]:
    """From which step to which each buffer is in use; states always, and what is used beyond a loop, in all of it."""
    first = {program.input: -1}
    last = {program.input: -1}
    for index, step in enumerate(program.steps):
        for use in step.call.buffers():
            first.setdefault(use.buffer, index)
            last[use.buffer] = index
    for loop in program.loops:
        first |= {b: loop.first for b in first if loop.first <= first[b] <= loop.last < last[b]}
        last |= {b: loop.last for b in last if first[b] < loop.first <= last[b] <= loop.last}
    for state in program.states:
        first[state], last[state] = -1, len(program.steps)
    last[program.output] = len(program.steps)
    return {b: Life(size, first[b], last[b]) for b, size in program.sizes.items()}


def leads_of(program: Program, lives: dict[int, Life]) -> dict[tuple[int, int], int]:
    """Which buffers may overlap with one that is written while they are read for the last time, and by how much."""
    leads = {
        pair: lead
        for index, step in enumerate(program.steps)
        for pair, lead in step_leads(step).items()
        if lives[pair[0]].last == index == lives[pair[1]].first
    }
    return leads | dict(program.leads)


def step_leads(step: Step) -> dict[tuple[int, int], int]:
    """For each buffer that a step reads and each that it writes, `Call.lead`, where that is not None."""
    buffers = [b for b in step.call.buffers() if isinstance(b, Scratch) or not (b.first or b.advance)]
    leads: dict[tuple[int, int], int] = {}
    for written in (b for b in buffers if not isinstance(b, Source)):
        for read in {b.buffer for b in buffers if isinstance(b, Source)} - {written.buffer}:
            uses = [b for b in buffers if isinstance(b, Source) and b.buffer == read]
            asked = {step.call.lead(use, written) for use in uses}
            known = [lead for lead in asked if lead is not None]
            if len(known) == len(asked) and (SAME_PLACE not in known or len(known) == 1):
                leads[read, written.buffer] = max(known)
    return leads
