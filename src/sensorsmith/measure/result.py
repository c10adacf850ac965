"""Result registers: what the device must say for given scores, and what it said."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from sensorsmith.interface import Result

Pair = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def expected_result(scores: npt.NDArray[np.int8], bits: int) -> Pair:
    """Class (N,) and confidence byte (N,) for softmax scores (N, classes).

    The class is the first of the largest scores; the confidence is that score, as a fraction of 256, cut to its `bits`
    most significant bits.
    """
    largest = scores.max(axis=1).astype(np.int64) + 128
    return scores.argmax(axis=1), largest & ~(0xFF >> bits) & 0xFF


def told(results: Iterable[Result]) -> Pair:
    """Class (N,), -1 for none, and confidence byte (N,) of each window, as the host reads them."""
    pairs = [(-1 if r.class_index is None else r.class_index, round(r.confidence * 256)) for r in results]
    classes, confidence = np.array(pairs, np.int64).reshape(-1, 2).T
    return classes, confidence
