"""T3: behind the model's output nothing depends on the signal any more."""

from __future__ import annotations

import numpy as np

from sensorsmith.proofs.examined import Counts, Examined, Samples, Seen
from sensorsmith.proofs.places import place
from sensorsmith.proofs.record import Proof, told, verdict_of
from sensorsmith.proofs.subject import Effort, Subject, signals

CLAIM = (
    "with the model's scores forced to given values where ss_result begins, all that leaves the device and all work "
    "behind that point are the same for every signal within the range"
)
LIMITS = (
    "What comes before the cut, the model, is judged by non-interference and by the information budget. Signals that "
    "reach an end of the range are compared among themselves, for OUT_OF_RANGE is declared."
)
_ALIKE = 4  # signals for each set of scores


def cut_point(subject: Subject, device: Examined, effort: Effort) -> Proof:
    """Force scores, vary the signal, and compare."""
    output = device.value_of(f"{subject.name}_output")
    random = np.random.default_rng(effort.seed)
    pool = signals(subject, effort.inputs, effort.seed)
    scores = _scores(random, subject.classes, max(4, effort.inputs // _ALIKE))
    findings: list[str] = []
    for number, forced in enumerate(scores):
        inputs = [pool[int(random.integers(len(pool)))] for _ in range(_ALIKE)]
        if number % 4 == 3:
            inputs = [_extreme(subject, window, random) for window in inputs]
        (first, *others) = [_behind(device, window, output, forced) for window in inputs]
        for other in others:
            findings += _differences(device, first, other)
    return Proof(
        "cut-point",
        CLAIM,
        verdict_of(findings),
        f"{len(scores)} sets of scores, {_ALIKE} signals each",
        {"scores": len(scores), "signals": _ALIKE * len(scores), "seed": effort.seed},
        told(findings),
        LIMITS,
    )


def _scores(random: np.random.Generator, classes: int, count: int) -> list[bytes]:
    """Scores as a model could give them: one class more or less sure, near ties, and noise."""
    found = []
    for i in range(count):
        row = random.integers(-128, -100, classes) if i % 3 else random.integers(-128, 128, classes)
        row[i % classes] = random.integers(-100, 128)
        if i % 5 == 4:
            row[(i + 1) % classes] = row[i % classes]
        found.append(row.astype(np.int8).tobytes())
    return found


def _extreme(subject: Subject, window: Samples, random: np.random.Generator) -> Samples:
    changed = window.copy()
    changed[random.integers(len(window)), 0] = subject.limits[1]
    return changed


def _behind(device: Examined, window: Samples, output: int, forced: bytes) -> tuple[Seen, Counts]:
    device.reset()
    device.cut(window, "ss_result", output, forced)
    seen = device.seen()
    return seen, device.end_count()


def _differences(device: Examined, one: tuple[Seen, Counts], other: tuple[Seen, Counts]) -> list[str]:
    (a, work), (b, another) = one, other
    pairs = enumerate(zip(a.registers, b.registers, strict=True))
    findings = [f"{place(i)} depends on the signal, not only on the scores" for i, (x, y) in pairs if x != y]
    if (a.plain, a.serial, a.pins) != (b.plain, b.serial, b.pins):
        findings.append("the plain read, the serial line or a pin depends on the signal, not only on the scores")
    differing = device.functions_that_differ(work, another)
    if differing:
        findings.append(f"the work of {', '.join(differing)} depends on the signal behind the scores")
    return findings
