"""What a proof says: what was to be shown, what was run, what came of it, and what it does not show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["holds", "broken", "not run"]
Figure = int | float | str
_SHOWN = 8  # findings that are told; a broken register shows in every transaction


@dataclass(frozen=True)
class Proof:
    """One proof, run.

    Attributes:
        name: short, for tables and programs.
        claim: what was to be shown.
        verdict: `broken` when a counterexample was found; `not run` when nothing was tried.
        ran: what was run, in one line with its figures.
        figures: counts and seeds, with which the run can be repeated.
        findings: the counterexamples: register, address or function, and what was seen there.
        limits: what a proof that holds does not show.
    """

    name: str
    claim: str
    verdict: Verdict
    ran: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    limits: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def told(findings: list[str]) -> tuple[str, ...]:
    """Findings without repetition, as many as a person reads."""
    once = tuple(dict.fromkeys(findings))
    more = len(once) - _SHOWN
    return (*once[:_SHOWN], f"and {more} more") if more > 0 else once


def verdict_of(findings: list[str]) -> Verdict:
    return "broken" if findings else "holds"
