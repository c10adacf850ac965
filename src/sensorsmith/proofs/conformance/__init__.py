"""Does a sensor keep the promises of its interface? Checks by name, on any board."""

from __future__ import annotations

from sensorsmith.emulate import Device
from sensorsmith.proofs.conformance import bus, commands, identity, results, serial, settings
from sensorsmith.proofs.conformance.check import Check, Finding, run_checks
from sensorsmith.proofs.conformance.host import Stream

__all__ = ["CHECKS", "Check", "Finding", "Stream", "conformance", "run_checks"]

CHECKS: tuple[Check, ...] = tuple(
    check for room in (identity, results, settings, commands, bus, serial) for check in room.SECTION.checks
)
"""All checks, in the order in which they are run."""


def conformance(board: Device, stream: Stream) -> list[Finding]:
    """Run every check on a board whose `reset` is that of power on.

    Args:
        stream: what the transducer gives; all else is read from the registers.
    """
    return run_checks(board, stream, CHECKS)
