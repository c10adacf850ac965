"""Canaries: bytes that are put where the signal is, to see whether any of them comes out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LENGTH = 3
"""Bytes in a row that count as a leak."""


def codes(data: bytes) -> npt.NDArray[np.int64]:
    """All pieces of three bytes in a row, as numbers of 24 bits."""
    values = np.frombuffer(data, np.uint8).astype(np.int64)
    return values[:-2] << 16 | values[1:-1] << 8 | values[2:]


def table(*canaries: bytes) -> npt.NDArray[np.bool_]:
    """For each number of 24 bits, whether it is a piece of a canary."""
    known = np.zeros(1 << 24, bool)
    for canary in canaries:
        known[codes(canary)] = True
    return known
