"""Real parts: one folder each, with a `board.toml` in which every figure names its source."""

from __future__ import annotations

from sensorsmith.boards.board import BoardSpec, Figure, Flashing, Memory, list_boards, load_board

__all__ = ["BoardSpec", "Figure", "Flashing", "Memory", "list_boards", "load_board"]
