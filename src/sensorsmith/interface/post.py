"""What the sensor reports for the scores of its model: the twin of runtime/post/ss_post.h."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sensorsmith.interface.registers import NONE, register

_LONGEST = (register("DEBOUNCE").limits or (1, 1))[1]


@dataclass
class Post:
    """Smoothing, the largest score, threshold, debouncing; one call for each window, in order.

    Attributes:
        bits: significant bits of the confidence.
        threshold: smallest confidence, in 1/256, with which a class is named.
        debounce: a class is reported when it was found so many times in a row.
        smoothing: a new score counts for 1 / 2**smoothing.
    """

    bits: int
    threshold: int = 0
    debounce: int = 1
    smoothing: int = 0
    _mean: npt.NDArray[np.int64] | None = field(default=None, init=False)
    _candidate: int = field(default=NONE, init=False)
    _run: int = field(default=0, init=False)
    _reported: int = field(default=NONE, init=False)

    def __call__(self, scores: npt.NDArray[np.int8]) -> tuple[int, int]:
        """Class, `NONE` for none, and confidence byte for softmax scores (classes,) of scale 1/256, zero point -128."""
        fresh = (scores.astype(np.int64) + 128) << 6
        mean = fresh if self._mean is None else self._mean - (self._mean >> self.smoothing) + (fresh >> self.smoothing)
        self._mean = mean
        best = int(mean.argmax())
        candidate = best if self._confidence(best) >= self.threshold else NONE
        self._run = min(self._run + 1, _LONGEST) if candidate == self._candidate else 1
        self._candidate = candidate
        if self._run >= self.debounce:
            self._reported = candidate
        return self._reported, 0 if self._reported == NONE else self._confidence(self._reported)

    def _confidence(self, class_index: int) -> int:
        assert self._mean is not None
        return int(self._mean[class_index] >> 6) & ~(0xFF >> self.bits) & 0xFF
