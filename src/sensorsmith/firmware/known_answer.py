"""The self test's question and answer: a known input of the model, and the hash of what it gives.

The input is random numbers that the firmware makes itself (`ss_sensor_known_answer` in sensor.c), so that it takes no
flash: a linear congruential generator (Numerical Recipes: x = 1664525 x + 1013904223 modulo 2^32, from 1), of which the
highest 8 bits count. The hash is 32-bit FNV-1a.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.int8]


def known_input(size: int) -> Scores:
    """The input, int8 (size,)."""
    found, random = np.empty(size, np.int64), 1
    for i in range(size):
        random = (random * 1664525 + 1013904223) % 2**32
        found[i] = (random >> 24) - 128
    return found.astype(np.int8)


def known_answer(run: Callable[[Scores], Scores], size: int) -> int:
    """Hash of the model's output for the known input.

    Args:
        run: the model, from int8 (size,) to int8 (classes,).
    """
    found = 0x811C9DC5
    for byte in run(known_input(size)).astype(np.uint8).tobytes():
        found = (found ^ byte) * 0x01000193 % 2**32
    return found
