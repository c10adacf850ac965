"""T9: no setting makes the sensor tell more, or more often, than its budget allows for."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

import numpy as np

from sensorsmith.interface import SETTINGS, Command, Mode, Status, block, decode_result, register
from sensorsmith.proofs.examined import Examined, Samples
from sensorsmith.proofs.record import Proof, told, verdict_of
from sensorsmith.proofs.subject import Effort, Subject, signals

CLAIM = (
    "under any settings and commands there is at most one result for each hop of the signal, CLASS and CONF have no "
    "more levels than the budget counts, and THRESH finds out no more of a window than its CONF tells"
)
LIMITS = (
    "A signal that stays the same can be learned more exactly over many windows, each of which the budget counts. "
    "Settings are tried at random and at their ends, not in all combinations."
)
_RESULT = block("RESULT")
_KEPT = {"MODE", "ADDR", "SLEEP_S"}  # settings that would only stop results


def config_abuse(subject: Subject, device: Examined, effort: Effort) -> Proof:
    """Try settings at random against rate and precision, and attack single windows with THRESH."""
    random = np.random.default_rng(effort.seed)
    pool = signals(subject, effort.inputs, effort.seed)
    findings, levels, windows = _abused(subject, device, random, pool, effort.inputs)
    attack, tries = _attacked(subject, device, pool, effort.exhaustive)
    bits = subject.sensor.outputs.confidence_bits
    return Proof(
        "config-abuse",
        CLAIM,
        verdict_of(findings + attack),
        f"{effort.inputs} settings over {windows} hops, {levels} levels of CONF seen of {2**bits}; {tries} tries with "
        f"THRESH on {len(pool)} windows",
        {"settings": effort.inputs, "hops": windows, "tries": tries, "windows": len(pool), "seed": effort.seed},
        told(findings + attack),
        LIMITS,
    )


def _abused(
    subject: Subject, device: Examined, random: np.random.Generator, pool: list[Samples], rounds: int
) -> tuple[list[str], int, int]:
    """Findings, levels of CONF that were seen, and hops."""
    beyond = 0xFF >> subject.sensor.outputs.confidence_bits
    findings, levels, hops = [], set(), 0
    for _ in range(rounds):
        device.reset()
        settings = _settings(random)
        device.put(**settings)
        before = 0
        for window in (pool[int(i)] for i in random.integers(len(pool), size=8)):
            asked = random.choice(("nothing", "SINGLE", "CLEAR"))
            if asked != "nothing":
                device.command(Command[asked])
            device.feed(window[: subject.hop])
            hops += 1
            found = decode_result(device.read(None, _RESULT.size))
            confidence = round(found.confidence * 256)
            levels.add(confidence)
            if found.sequence - before > 1:
                findings.append(f"SEQ goes on by {found.sequence - before} in one hop with {settings}")
            if confidence & beyond:
                findings.append(f"register 0x12, CONF, is 0x{confidence:02X}, finer than CONF_BITS, with {settings}")
            if found.class_index is not None and found.class_index >= subject.classes:
                findings.append(f"register 0x11, CLASS, is {found.class_index}, of {subject.classes}, with {settings}")
            before = found.sequence
    return findings, len(levels), hops


def _settings(random: np.random.Generator) -> dict[str, int]:
    """Any values, mostly those at the end that gives most results."""
    found = {"MODE": int(Mode.CONTINUOUS)}
    for setting in SETTINGS:
        assert setting.limits is not None
        low, high = setting.limits
        if setting.name not in _KEPT and random.random() < 0.5:
            found[setting.name] = (low, min(low + 1, high), high, int(random.integers(low, high + 1)))[
                random.integers(4)
            ]
    return found


def _attacked(subject: Subject, device: Examined, pool: list[Samples], exhaustive: bool) -> tuple[list[str], int]:
    """Find for each window what THRESH says about it; equal CONF must give the same answer."""
    answers: dict[tuple[int, int], dict[tuple[int, ...], int]] = {}
    mask = 0xFF & ~(0xFF >> subject.sensor.outputs.confidence_bits)
    tries = 0
    for number, window in enumerate(pool):
        ((class_index, confidence, _),) = _asked(device, window, [0])
        answer = _curve(device, window) if exhaustive else (_search(device, window),)
        tries += 256 if exhaustive else 8
        answers.setdefault((class_index, confidence & mask), {}).setdefault(answer, number)
    findings = []
    for (class_index, confidence), distinct in answers.items():
        if len(distinct) > 1:
            windows = " and ".join(str(n) for n in list(distinct.values())[:2])
            findings.append(
                f"register 0x{register('THRESH').address:02X}, THRESH, tells windows {windows} apart, both of CLASS "
                f"{class_index} and CONF 0x{confidence:02X}: {log2(len(distinct)):.1f} bit more than CONF"
            )
    return findings, tries


def _search(device: Examined, window: Samples) -> int:
    """The smallest threshold below which the window has no class, by halving."""
    low, high = 0, 256
    while high - low > 1:
        middle = (low + high) // 2
        if _asked(device, window, [middle])[0][2]:
            low = middle
        else:
            high = middle
    return high


def _curve(device: Examined, window: Samples) -> tuple[int, ...]:
    return tuple(class_index for class_index, *_ in _asked(device, window, range(256)))


def _asked(device: Examined, window: Samples, thresholds: Sequence[int]) -> list[tuple[int, int, bool]]:
    """CLASS, CONF, and whether there is a class, of the first window under each threshold."""
    settings = [{"THRESH": threshold, "DEBOUNCE": 1, "SMOOTHING": 0, "RATE": 1} for threshold in thresholds]
    return [(data[1], data[2], bool(data[0] & Status.VALID)) for data in device.results(window, settings)]
