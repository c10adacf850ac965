"""An emulator as a process of its own, and everything that can go wrong with one."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from sensorsmith.base.errors import EmulatorError


def run_program(name: str, command: Sequence[str], folder: Path, limit: float) -> str:
    """Run an emulator in a folder, to its end; return what it printed.

    Args:
        name: for messages: `qemu`.
        limit: seconds of wall-clock time.

    Raises:
        EmulatorError: it took longer, or ended with an error.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit,
        )
    except subprocess.TimeoutExpired as error:
        raise EmulatorError(
            f"{name} did not finish within {limit:g} s and was ended", todo="give fewer inputs, or allow more time"
        ) from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.strip().splitlines() if "warning:" not in line]
        raise EmulatorError(f"the model stopped on {name}: {lines[-1] if lines else 'it ran into a fault'}")
    return done.stdout
