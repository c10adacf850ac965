"""Boards that run on this machine: one protocol, each emulator in a worker process of its own."""

from __future__ import annotations

from collections.abc import Callable

from sensorsmith.boards import BoardSpec
from sensorsmith.emulate.board import Board, Device, Phased, Progress
from sensorsmith.emulate.cortex_m import CortexM
from sensorsmith.emulate.hosted import Hosted
from sensorsmith.emulate.qemu import Qemu, qemu_version
from sensorsmith.emulate.rp2040 import Rp2040

__all__ = ["Board", "CortexM", "Device", "Hosted", "Phased", "Progress", "Qemu", "Rp2040", "open_board", "qemu_version"]


def open_board(board: BoardSpec, elf: bytes, window_shape: tuple[int, int], limit: float | None = None) -> Board:
    """Start the firmware `elf` on an emulated board; to be used in a `with` statement.

    Args:
        window_shape: (T, C) of a raw window.
        limit: seconds of wall-clock time that a batch of work may take before the emulator is ended; each has its own.

    Raises:
        DataError: the image is not one of ours.
        EmulatorError: the firmware does not start.
        MissingTool: the emulator is not installed.
    """
    kinds: dict[str, Callable[..., Board]] = {"rp2040py": Rp2040, "unicorn": CortexM, "qemu": Qemu}
    return kinds[board.emulator](board, elf, window_shape, *([] if limit is None else [limit]))
