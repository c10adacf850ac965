"""T8: once the sensor has stopped sensing, nothing of the signal is left in its memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sensorsmith.firmware import port
from sensorsmith.interface import Command, Mode
from sensorsmith.proofs.canaries import codes, table
from sensorsmith.proofs.examined import Examined, Samples
from sensorsmith.proofs.record import Proof, told, verdict_of
from sensorsmith.proofs.subject import Effort, Subject, loud

CLAIM = (
    "after standby, a single shot, a self test or the beginning of a rest no byte of RAM depends on the signal but "
    "what the results told, no three bytes of the samples stand anywhere, the transducer is stopped, and samples that "
    "come all the same leave no trace"
)
LIMITS = (
    "What results are made of stays: the registers, what a bus has latched of them, and the averaged scores (post). "
    "RAM is compared, not the registers of the processor, nor what a memory of silicon keeps of an earlier content."
)
_DECLARED = ("registers", "i2c", "uart", "post")  # the variables that hold results
_STEPS = 8  # places in the work on a window where an interrupt leaves its frame on the stack


@dataclass(frozen=True)
class _Way:
    """A way to stop: what is asked before the signal comes, and what makes it stop then."""

    name: str
    before: tuple[Callable[[Examined], None], ...]
    after: tuple[Callable[[Examined], None], ...]
    stopped: bool = True


def _stand_by(device: Examined) -> None:
    device.put(MODE=Mode.STANDBY)


def _sleep_between(device: Examined) -> None:
    device.put(SLEEP_S=600)


def _ask_for_one(device: Examined) -> None:
    device.command(Command.SINGLE)


def _test_itself(device: Examined) -> None:
    device.command(Command.SELF_TEST)


_WAYS = (
    _Way("standby", (), (_stand_by,)),
    _Way("a self test", (), (_test_itself,), stopped=False),
    _Way("a rest", (_sleep_between,), ()),
    _Way("a single shot", (_stand_by, _ask_for_one), ()),
)


def buffer_hygiene(subject: Subject, device: Examined, effort: Effort) -> Proof:
    """Stop in every way, twice with different signals; compare all RAM, and look for the samples in it."""
    random = np.random.default_rng(effort.seed)
    rounds = max(2, effort.inputs // 12)
    work = sum(count for count, _ in device.window(loud(subject, random)).values()) * 9 // 10
    findings: list[str] = []
    for way in _WAYS:
        for _ in range(rounds):
            one, other = (loud(subject, random) for _ in range(2))
            steps = np.diff(np.sort(random.choice(work, _STEPS, replace=False)), prepend=0).tolist()
            stops = [_stop(device, way, signal, steps) for signal in (one, other)]
            held = [subject.in_memory(signal) for signal in (one, other)]
            findings += [f"after {way.name} {what}" for what in _compare(device, stops, held)]
    runs = 2 * rounds * len(_WAYS)
    return Proof(
        "buffer-hygiene",
        CLAIM,
        verdict_of(findings),
        f"{runs} stops in {len(_WAYS)} ways, {device.ram.size} bytes of RAM compared, interrupted in {_STEPS} places",
        {"stops": runs, "ram_bytes": device.ram.size, "interrupts": _STEPS, "seed": effort.seed},
        told(findings),
        LIMITS,
    )


@dataclass(frozen=True)
class _Stop:
    """RAM when the sensor has stopped, RAM after further samples, and whether the transducer goes on."""

    memory: bytes
    later: bytes
    sampling: bool


def _stop(device: Examined, way: _Way, signal: Samples, steps: list[int]) -> _Stop:
    """Stop the sensor; a host has read the result in the middle of the work on the window."""
    device.reset()
    for act in way.before:
        act(device)
    half = len(signal) // 2
    device.feed(signal[:half])
    device.feed_interrupted(signal[half:], steps)
    for act in way.after:
        act(device)
    memory, later, sampling = device.memory(), b"", False
    if way.stopped:
        sampling = bool(device.peek(port.SAMPLING))
        device.feed(signal)
        later = device.memory()
    return _Stop(memory, later, sampling)


def _compare(device: Examined, stops: Sequence[_Stop], signals: Sequence[bytes]) -> list[str]:
    memories, laters = [s.memory for s in stops], [s.later for s in stops]
    findings = [f"samples stand in {place}" for place in _left(device, memories, signals)]
    findings += [f"{place} depends on the signal" for place in _changed(device, *memories) if place not in _DECLARED]
    findings += ["the transducer goes on: SAMPLING is 1"] if any(s.sampling for s in stops) else []
    findings += [f"{place} takes samples" for place in _changed(device, *laters) if place not in _DECLARED]
    return list(dict.fromkeys(findings))


def _left(device: Examined, memories: Sequence[bytes], signals: Sequence[bytes]) -> list[str]:
    """Where each memory has three bytes of its own signal; in one of them alone that may be by chance."""
    both = [table(signal)[codes(memory)] for memory, signal in zip(memories, signals, strict=True)]
    return list(dict.fromkeys(_variable(device, int(at)) for at in np.flatnonzero(both[0] & both[1])))


def _variable(device: Examined, offset: int) -> str:
    return device.owner(device.ram.start + offset).split("+")[0]


def _changed(device: Examined, before: bytes, after: bytes) -> list[str]:
    """Variables in which two memories differ."""
    differing = np.flatnonzero(np.frombuffer(before, np.uint8) != np.frombuffer(after, np.uint8))
    return list(dict.fromkeys(_variable(device, int(at)) for at in differing))
