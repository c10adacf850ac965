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
    search = _Search(program, choose)
    for stage in sorted(search.bounds, key=lambda each: (each.moved, each.count)):
        found = search.below(budget + 1, stage)
        if found is not None:
            return found
    smallest = whole.size
    for stage in sorted(search.bounds, key=lambda each: search.bounds[each]):
        found = search.below(smallest, stage)
        smallest = smallest if found is None else found[1].size
    raise ModelError(
        f"the arena needs at least {smallest} bytes, and the RAM budget is {budget}",
        where=where,
        todo="allow more, or make the input or the first layers of the model smaller",
    )


class _Search:
    """The stages of a program, of which only those are worked out whose arena may be small enough.

    Attributes:
        bounds: bytes that the arena needs at least, as far as is known, by stage.
    """

    def __init__(self, program: Program, choose: Callable[[Program], Program]) -> None:
        self._choose = choose
        self._chosen: dict[Stage, Program] = {}
        whole = choose(program)
        lives = lives_of(whole)
        leads = leads_of(whole, lives)
        # What comes after a stage needs as much as ever.
        rest = {size: lower_bound(lives, leads, size) for size in range(len(whole.steps))}
        self.bounds = {stage: max(stage.bound, rest.get(stage.layers, 0)) for stage in stages(program)}

    def below(self, size: int, stage: Stage) -> Planned | None:
        """The program with a stage in strips, if its arena is smaller than `size`."""
        if self.bounds[stage] >= size:
            return None
        if stage not in self._chosen:
            program = self._chosen[stage] = self._choose(stage.program())
            lives = lives_of(program)
            self.bounds[stage] = max(self.bounds[stage], lower_bound(lives, leads_of(program, lives)))
        found = planned(self._chosen[stage]) if self.bounds[stage] < size else None
        return found if found is not None and found[1].size < size else None
