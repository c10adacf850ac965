"""What a person sees while the stages run: one line per stage, and a live bar for the one at work."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from sensorsmith.base.cache import StageResult
from sensorsmith.spec.stage import Progress as Report


class Lines:
    """Prints each stage when it is done; on a terminal also the progress and the time that remains.

    Args:
        reused: name stages that did not run, too.
        explain: say why each stage ran or was reused.
    """

    def __init__(self, console: Console, *, reused: bool = True, explain: bool = False) -> None:
        self._console, self._reused, self._explain = console, reused, explain
        self._bar: Progress | None = None
        self._started = 0.0

    def start(self, stage: str, number: int, of: int) -> Report:
        self._started = time.monotonic()
        bar = Progress(
            TextColumn(f"{number:>3}/{of} {stage:<10}"),
            BarColumn(24),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("to go"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        task = bar.add_task("", total=1.0)
        bar.start()
        self._bar = bar
        return lambda share, what: bar.update(task, completed=share, description=what)

    def done(self, result: StageResult) -> None:
        self.stop()
        if not result.ran and not self._reused:
            return
        seconds = time.monotonic() - self._started
        state = f"{seconds:6.1f} s" if result.ran else "  reused"
        why = f"  {result.why}" if self._explain else ""
        self._console.print(f"  {result.stage:<10} {state}{why}", markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Take the bar away, also when the stage failed."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


@contextmanager
def watching(*, quiet: bool, reused: bool = True, explain: bool = False) -> Iterator[Lines]:
    """Lines on stderr for as long as stages run."""
    lines = Lines(Console(stderr=True, quiet=quiet), reused=reused, explain=explain)
    try:
        yield lines
    finally:
        lines.stop()
