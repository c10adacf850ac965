"""T7: the work of a window is the same whatever the signal."""

from __future__ import annotations

import numpy as np

from sensorsmith.firmware import forbidden_helpers
from sensorsmith.measure.thumb import Kind, decode
from sensorsmith.measure.thumb_flow import conditional_instructions
from sensorsmith.proofs.examined import Counts, Examined, Samples
from sensorsmith.proofs.record import Proof, told, verdict_of
from sensorsmith.proofs.subject import Effort, Subject, signals

CLAIM = (
    "every instruction of a window, from its last sample to its result, is executed equally often for every signal, "
    "and none of them takes a time that depends on its operands"
)
LIMITS = (
    "Equal instructions are equal cycles on a core without cache whose instructions take the same time for all data: a "
    "Cortex-M4 but for division, of which none is executed. Waiting for flash depends on addresses, not on data."
)
_MEMORY = (Kind.LOAD, Kind.STORE, Kind.STORE_INDEXED, Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE)


def constant_time(subject: Subject, device: Examined, effort: Effort) -> Proof:
    """Count instructions by address for signals of all kinds, extreme ones too, and look at those that ran."""
    inputs = [*signals(subject, effort.inputs, effort.seed), *_extremes(subject)]
    first = device.window(inputs[0])
    findings = [
        f"the work of {', '.join(device.functions_that_differ(first, other))} depends on the signal"
        for other in map(device.window, inputs[1:])
        if other != first
    ]
    findings += [f"the compiler's helper {name} is linked in" for name in forbidden_helpers(device.program)]
    findings += _slow(device, first)
    instructions = sum(count for count, _ in first.values())
    return Proof(
        "constant-time",
        CLAIM,
        verdict_of(findings),
        f"{len(inputs)} signals, {instructions} instructions each" if not findings else f"{len(inputs)} signals",
        {"signals": len(inputs), "instructions": instructions, "addresses": len(first), "seed": effort.seed},
        told(findings),
        LIMITS,
    )


def _extremes(subject: Subject) -> list[Samples]:
    shape, (low, high) = subject.shape, subject.limits
    turns = np.where(np.arange(shape[0] * shape[1]) % 2, high, low).reshape(shape)
    return [turns.astype(np.int16), *(np.full(shape, level, np.int16) for level in (0, high, low))]


def _slow(device: Examined, executed: Counts) -> list[str]:
    """Instructions whose time depends on data: divisions, and memory accesses that a condition may leave out."""
    findings = []
    conditional = 0
    for address in sorted(executed):
        code = device.program.stored_at(address, 4)
        kind = decode(code).kind
        if kind in (Kind.DIVIDE, Kind.FLOAT_DIVIDE):
            findings.append(f"{device.owner(address)} divides: the time depends on the operands")
        if conditional and kind in _MEMORY:
            findings.append(f"{device.owner(address)} reaches into memory on a condition")
        conditional = conditional_instructions(code) or max(conditional - 1, 0)
    return findings
