"""T5: what the declared outputs can tell at most is within the budget of sensor.yaml."""

from __future__ import annotations

from math import log2

from sensorsmith.base.errors import RequirementFailed
from sensorsmith.data import sample_range
from sensorsmith.interface import check_budget
from sensorsmith.proofs.record import Proof
from sensorsmith.proofs.subject import Subject

CLAIM = "the declared outputs can tell the host no more bits per second than outputs.budget"
LIMITS = "A bound for what is declared; that nothing else tells anything, the other proofs are for."


def information_budget_kept(subject: Subject) -> Proof:
    """Compute the bound; it needs no run."""
    sensor, transducer = subject.sensor, subject.sensor.transducer
    low, high = sample_range(sensor)
    bits = log2(high - low + 1) * transducer.sample_rate * transducer.values
    try:
        budget = check_budget(sensor, subject.classes)
    except RequirementFailed as error:
        return Proof("information-budget", CLAIM, "broken", "computed", {}, (str(error),), LIMITS)
    rate = budget.bits_per_second
    return Proof(
        "information-budget",
        CLAIM,
        "holds",
        f"{rate:.2f} bit/s at most, allowed {budget.allowed:g}; the signal has {bits / rate:,.0f} times as many",
        {"bits_per_second": round(rate, 6), "allowed": budget.allowed, "signal_bits_per_second": bits},
        (),
        f"{LIMITS} {budget.counted}",
    )
