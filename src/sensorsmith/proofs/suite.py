"""All proofs of a sensor, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable

from sensorsmith.base.errors import EmulatorError
from sensorsmith.emulate.machine import Stop
from sensorsmith.firmware import Toolchain
from sensorsmith.proofs.canary_fuzz import canary_fuzz
from sensorsmith.proofs.config_abuse import config_abuse
from sensorsmith.proofs.constant_time import constant_time
from sensorsmith.proofs.cut_point import cut_point
from sensorsmith.proofs.hygiene import buffer_hygiene
from sensorsmith.proofs.information import information_budget_kept
from sensorsmith.proofs.non_interference import non_interference
from sensorsmith.proofs.record import Proof
from sensorsmith.proofs.reproducible import reproducible
from sensorsmith.proofs.subject import Effort, Subject
from sensorsmith.proofs.update_path import update_path

ISOLATION = Proof(
    "memory-isolation",
    "code that serves the bus cannot read the buffers of the signal, because the memory protection unit refuses it",
    "not run",
    "this image is for an emulator without a memory protection unit",
    limits="Nothing is said about it either way.",
)


def prove(
    subject: Subject,
    toolchain: Toolchain,
    effort: Effort | None = None,
    progress: Callable[[float, str], None] = lambda _done, _what: None,
) -> list[Proof]:
    """Run all proofs.

    Args:
        toolchain: the compiler with which the image was built.
        progress: called with the share that is done, and the name of the next proof.

    Raises:
        UserError: the image is that of a recorder.
        DataError, MissingTool: the image cannot be run here.
    """
    effort = effort or Effort()
    with subject.open() as device:
        todo: dict[str, Callable[[], Proof]] = {
            "non-interference": lambda: non_interference(subject, device, effort),
            "canary-fuzz": lambda: canary_fuzz(subject, device, effort),
            "cut-point": lambda: cut_point(subject, device, effort),
            "memory-isolation": lambda: ISOLATION,
            "information-budget": lambda: information_budget_kept(subject),
            "update-path": lambda: update_path(device),
            "constant-time": lambda: constant_time(subject, device, effort),
            "buffer-hygiene": lambda: buffer_hygiene(subject, device, effort),
            "config-abuse": lambda: config_abuse(subject, device, effort),
            "reproducible": lambda: reproducible(subject, device, toolchain, effort),
        }
        proofs = []
        for number, (name, proof) in enumerate(todo.items()):
            progress(number / len(todo), name)
            proofs.append(run(name, proof))
    return proofs


def run(name: str, proof: Callable[[], Proof]) -> Proof:
    """Run one proof; firmware that stops, at a write to nowhere for one, breaks it.

    Raises:
        EmulatorError: the emulator itself failed, which says nothing about the firmware.
    """
    try:
        return proof()
    except EmulatorError as error:
        if not isinstance(error.__cause__, Stop):
            raise
        return Proof(name, "the firmware runs", "broken", "stopped", {}, (str(error),))
