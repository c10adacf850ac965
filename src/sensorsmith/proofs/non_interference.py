"""T1: inputs with equal declared outputs cannot be told apart, by any read nor by the time that anything takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensorsmith.interface import Status, register
from sensorsmith.proofs.examined import Counts, Examined, Samples, Seen
from sensorsmith.proofs.places import place
from sensorsmith.proofs.record import Proof, told, verdict_of
from sensorsmith.proofs.subject import Effort, Subject, neighbours, signals

CLAIM = (
    "two signals for which CLASS, CONF (its CONF_BITS) and OUT_OF_RANGE are the same, window by window, give the same "
    "256 registers, serial line, light, event line and number of instructions"
)
LIMITS = (
    "Pairs are samples of all pairs; cut-point covers what they may miss. Instructions are counted, not cycles of a "
    "chip; its power and its radiation are not looked at."
)
_NEIGHBOURS = 7
_HISTORY = 2  # further windows behind the first
_STATUS, _CLASS, _CONF = (register(name).address for name in ("STATUS", "CLASS", "CONF"))


_Declared = tuple[tuple[int, int, int], ...]
"""OUT_OF_RANGE, CLASS and CONF of each window."""


@dataclass(frozen=True)
class _Trace:
    """What a host can see of a signal: after each window everything that leaves the device, and the work it took."""

    declared: _Declared
    seen: tuple[Seen, ...]
    work: tuple[Counts, ...]


def non_interference(subject: Subject, device: Examined, effort: Effort) -> Proof:
    """Compare all signals of equal declared outputs with the first of them, which makes all of their pairs equal."""
    mask = 0xFF & ~(0xFF >> subject.sensor.outputs.confidence_bits)
    firsts: dict[_Declared, _Trace] = {}
    sizes: Counter[_Declared] = Counter()
    findings: list[str] = []
    for signal in _signals(subject, effort):
        trace = _watch(device, signal, subject, mask)
        first = firsts.setdefault(trace.declared, trace)
        sizes[trace.declared] += 1
        findings += _differences(device, first, trace) if first is not trace else []
    pairs = sum(size * (size - 1) // 2 for size in sizes.values())
    return Proof(
        "non-interference",
        CLAIM,
        verdict_of(findings) if pairs else "not run",
        f"{sizes.total()} signals, {len(sizes)} different outputs, {pairs} pairs of equal ones",
        {"signals": sizes.total(), "outputs": len(sizes), "pairs": pairs, "seed": effort.seed},
        told(findings) if pairs else ("no two signals had the same outputs",),
        LIMITS,
    )


def _signals(subject: Subject, effort: Effort) -> list[Samples]:
    """Single windows, and streams of several that are alike."""
    single = signals(subject, effort.inputs, effort.seed)
    found = list(single)
    for number in range(max(1, effort.inputs // (2 * _NEIGHBOURS))):
        tails = [single[(number + i + 1) % len(single)][: subject.hop] for i in range(_HISTORY)]
        stream = np.concatenate([single[number], *tails])
        found += [stream, *neighbours(subject, stream, _NEIGHBOURS, effort.seed + number)]
    return found


def _watch(device: Examined, signal: Samples, subject: Subject, mask: int) -> _Trace:
    device.reset()
    declared, seen, work = [], [], []
    for part in np.split(signal, range(subject.shape[0], len(signal), subject.hop)):
        device.begin_count()
        device.feed(part)
        found = device.seen()
        work.append(device.end_count())
        seen.append(found)
        plain = found.plain
        status, class_index, confidence = (plain[a - _STATUS] for a in (_STATUS, _CLASS, _CONF))
        declared.append((status & Status.OUT_OF_RANGE, class_index, confidence & mask))
    return _Trace(tuple(declared), tuple(seen), tuple(work))


def _differences(device: Examined, one: _Trace, other: _Trace) -> list[str]:
    findings = []
    for a, b in zip(one.seen, other.seen, strict=True):
        findings += [f"{place(i)} reads otherwise" for i in _unequal(a.registers, b.registers)]
        findings += [f"{place(_STATUS + i)} reads otherwise by a plain read" for i in _unequal(a.plain, b.plain)]
        findings += [f"byte {i} of the serial line is another" for i in _unequal(a.serial, b.serial)]
        findings += [f"the {('light', 'event line', 'address')[i]} is another" for i in _unequal(a.pins, b.pins)]
    for x, y in zip(one.work, other.work, strict=True):
        differing = device.functions_that_differ(x, y)
        if differing:
            steps = sum(n for n, _ in x.values()) - sum(n for n, _ in y.values())
            findings.append(f"the work of {', '.join(differing)} is another, by {abs(steps)} instructions")
    return findings


def _unequal(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [i for i, (x, y) in enumerate(zip(one, other, strict=True)) if x != y]
