"""Result registers: what the device must say for given scores, and what it said."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from sensorsmith.emulate import Board
from sensorsmith.interface import KEY, NONE, Post, Result, register, threshold_register
from sensorsmith.spec.types import Outputs

Pair = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def window_by_window(board: Board) -> None:
    """Let the board judge each window for itself, without those before it: no debouncing from its next reset on."""
    board.write(register("DEBOUNCE").address, bytes([1]))
    board.write(register("COMMIT").address, bytes([KEY]))
    board.keep()


def expected_result(scores: npt.NDArray[np.int8], outputs: Outputs) -> Pair:
    """Class (N,), -1 for none, and confidence byte (N,) for softmax scores (N, classes), each window for itself."""
    threshold = threshold_register(outputs)
    pairs = [Post(outputs.confidence_bits, threshold)(row) for row in scores]
    return _pair((-1 if class_index == NONE else class_index, confidence) for class_index, confidence in pairs)


def told(results: Iterable[Result]) -> Pair:
    """Class (N,), -1 for none, and confidence byte (N,) of each window, as the host reads them."""
    return _pair((-1 if r.class_index is None else r.class_index, round(r.confidence * 256)) for r in results)


def _pair(pairs: Iterable[tuple[int, int]]) -> Pair:
    classes, confidence = np.array(list(pairs), np.int64).reshape(-1, 2).T
    return classes, confidence
