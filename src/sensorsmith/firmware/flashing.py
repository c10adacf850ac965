"""From a build into the real part: a copy onto the drive as which its ROM shows up, or pyOCD and a debug probe."""

from __future__ import annotations

import os
import shutil
import string
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from sensorsmith.base.errors import BoardError, MissingTool, StorageError, ToolFailed, UserError
from sensorsmith.boards import BoardSpec, Flashing

_INFO = "INFO_UF2.TXT"
_LARGEST_INFO = 4096  # bytes; the ROM's has 62
_NO_PROBE = "No connected debug probes"
_TIME_LIMIT = 300.0  # seconds for a probe


def flashing_of(board: BoardSpec) -> Flashing:
    """How the image of a board gets into the real part.

    Raises:
        BoardError: it does not: the image has drivers for the emulated board only.
    """
    if board.flashing is None:
        raise BoardError(
            f"the image for {board.title} is for the emulated board; the real one would not run it",
            where="board",
            todo="choose pico for a real chip",
        )
    return board.flashing


def find_drive(flashing: Flashing, named: Path | None = None, places: Iterable[Path] | None = None) -> Path:
    """The drive of a part that waits for an image.

    Args:
        named: the drive, where the user says; it must be one all the same.
        places: where drives are mounted; default: where this system does.

    Raises:
        UserError: there is none, or more than one.
    """
    if named is not None:
        if _board_id(named) != flashing.volume:
            raise UserError(
                f"this is no drive of a {flashing.volume}: it has no {_INFO} that says so",
                where=str(named),
                todo=flashing.ready,
            )
        return named
    found = [place for place in (mounted() if places is None else places) if _board_id(place) == flashing.volume]
    if not found:
        raise UserError(
            f"there is no drive {flashing.volume}", where="flash", todo=f"{flashing.ready}, or name it with --drive"
        )
    if len(found) > 1:
        shown = ", ".join(map(str, found))
        raise UserError(f"there are {len(found)} drives: {shown}", where="flash", todo="name one with --drive")
    return found[0]


def mounted() -> Iterator[Path]:
    """Where removable drives are on this system: Linux, macOS, Windows."""
    if sys.platform == "win32":
        yield from (Path(f"{letter}:/") for letter in string.ascii_uppercase)
        return
    for pattern in ("media/*", "media/*/*", "run/media/*/*", "mnt/*", "Volumes/*"):
        yield from sorted(Path("/").glob(pattern))


def copy_to(drive: Path, file: str, content: bytes) -> None:
    """Write an image onto the drive, to its last byte; the part then starts it, and the drive disappears.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        with (drive / file).open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise StorageError(f"the image could not be written: {error.strerror}", where=str(drive)) from error


def pyocd_command(flashing: Flashing, image: Path) -> list[str]:
    """What writes an image through a debug probe, verifies it and starts it."""
    return ["pyocd", "load", "--no-wait", "--target", flashing.pyocd, str(image)]


def run_pyocd(command: list[str]) -> None:
    """Run it.

    Raises:
        MissingTool: pyOCD is not installed.
        UserError: it found no probe, or could not write; the reason is in its own words.
        ToolFailed: it did not end.
    """
    program = shutil.which(command[0])
    if program is None:
        raise MissingTool("pyOCD is not installed", where="flash", todo="run: pip install pyocd")
    try:
        done = subprocess.run(
            [program, *command[1:]], capture_output=True, text=True, errors="replace", timeout=_TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"pyOCD did not finish within {_TIME_LIMIT:g} s", where="flash") from error
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if done.returncode != 0:
        reason = next((line for line in said if line == _NO_PROBE), said[-1] if said else "it printed no reason")
        raise UserError(f"pyOCD: {reason}", where="flash", todo="connect a debug probe and power the board")


def _board_id(place: Path) -> str:
    """Board-ID of a UF2 drive; empty for anything else."""
    try:
        with (place / _INFO).open("rb") as file:
            text = file.read(_LARGEST_INFO).decode("ascii", "replace")
    except OSError:
        return ""
    ids = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("Board-ID:")]
    return ids[0] if ids else ""
