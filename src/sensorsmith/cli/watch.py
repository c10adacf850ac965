"""What a person sees while the stages run: one line per stage, and a live bar for the one at work."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from sensorsmith.base.cache import StageResult
from sensorsmith.spec.stage import Progress as Report


class Lines:
    """Prints each stage when it is done; on a terminal also the progress and the time that remains.

    Args:
        explain: say why each stage ran or was reused.
    """

    def __init__(self, console: Console, *, explain: bool = False) -> None:
        self._console, self._explain = console, explain
        self._bar: Progress | None = None
        self._started = 0.0

    def start(self, stage: str, number: int, of: int) -> Report:
        self._started = time.monotonic()
        bar = Progress(
            TextColumn(f"{number:>3}/{of} {stage:<10}"),
            BarColumn(24),
            TextColumn("{task.description}"),
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
        seconds = time.monotonic() - self._started
        state = f"{seconds:6.1f} s" if result.ran else "  reused"
        why = f"  {result.why}" if self._explain else ""
        self._console.print(f"  {result.stage:<10} {state}{why}", markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Take the bar away, also when the stage failed."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
