"""A program whose arena stays within a budget: with its first layers in strips, where it would not as it is."""

from __future__ import annotations

from collections.abc import Callable

from sensorsmith.base.errors import ModelError
from sensorsmith.compiler.lives import leads_of, lives_of
from sensorsmith.compiler.memory import Plan, lower_bound, plan_memory
from sensorsmith.compiler.steps import Program
from sensorsmith.compiler.strips import Stage, stages

Planned = tuple[Program, Plan]


def planned(program: Program) -> Planned:
    """A program whose kernels are chosen, and the plan of its arena."""
    lives = lives_of(program)
    return program, plan_memory(lives, leads_of(program, lives))


def within(budget: int, program: Program, whole: Plan, choose: Callable[[Program], Program], where: str) -> Planned:
    """The program with that stage in strips which moves the fewest bytes of those that fit.

    Args:
        budget: bytes of the arena.
        program: its steps in order, with kernels yet to be chosen.
        whole: the plan without strips.
        choose: chooses the kernels.
        where: the model's name, for the error.

    Raises:
        ModelError: no stage fits; names the smallest arena of all.
    """
    found = list(stages(program))
    for stage in sorted(found, key=lambda each: (each.moved, each.count)):
        small = _below(budget + 1, stage, choose)
        if small is not None:
            return small
    smallest = whole.size
    for stage in sorted(found, key=lambda each: each.bound):
        small = _below(smallest, stage, choose)
        smallest = smallest if small is None else small[1].size
    raise ModelError(
        f"the arena needs at least {smallest} bytes, and the RAM budget is {budget}",
        where=where,
        todo="allow more, or make the input or the first layers of the model smaller",
    )


def _below(size: int, stage: Stage, choose: Callable[[Program], Program]) -> Planned | None:
    """The program with a stage in strips, if its arena is smaller than `size`; plans are made only if they may be."""
    if stage.bound >= size:
        return None
    program = choose(stage.program())
    lives = lives_of(program)
    if lower_bound(lives, leads_of(program, lives)) >= size:
        return None
    found = planned(program)
    return found if found[1].size < size else None
