"""Checks of a sensor's interface: what one is, and how all of them are run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sensorsmith.base.errors import DataError, EmulatorError
from sensorsmith.emulate import Device
from sensorsmith.proofs.conformance.host import Failed, Host, NotHere, Stream

Verdict = Literal["passed", "failed", "not run"]


@dataclass(frozen=True)
class Check:
    """One promise of the interface.

    Attributes:
        name: short, for tables and programs.
        promise: what a sensor does that passes, in one sentence.
        run: raises Failed when it does something else, NotHere when that cannot be tried on this board.
    """

    name: str
    promise: str
    run: Callable[[Host], None]


@dataclass(frozen=True)
class Finding:
    """What came of a check: `detail` says what was seen instead, or why it was not run."""

    name: str
    promise: str
    verdict: Verdict
    detail: str = ""


Register = Callable[[Callable[[Host], None]], Callable[[Host], None]]


class Section:
    """The checks of one file, in the order in which they stand there."""

    def __init__(self) -> None:
        self.checks: list[Check] = []

    def check(self, promise: str) -> Register:
        """Make a check of a function; its name becomes the name of the check."""

        def register(run: Callable[[Host], None]) -> Callable[[Host], None]:
            self.checks.append(Check(run.__name__.replace("_", "-"), promise, run))
            return run

        return register


def run_checks(board: Device, stream: Stream, checks: Sequence[Check]) -> list[Finding]:
    """Run checks, each on a board that has just been reset; a crash of the firmware is a failure like others."""
    return [_run(board, stream, check) for check in checks]


def _run(board: Device, stream: Stream, check: Check) -> Finding:
    try:
        board.reset()
        check.run(Host(board, stream))
    except NotHere as why:
        return Finding(check.name, check.promise, "not run", str(why))
    except (Failed, DataError, EmulatorError) as error:
        return Finding(check.name, check.promise, "failed", str(error))
    return Finding(check.name, check.promise, "passed")
