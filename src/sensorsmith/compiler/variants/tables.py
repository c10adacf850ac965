"""Tables of ss_level.h, for convolutions and fully connected layers."""

from __future__ import annotations

import numpy as np

from sensorsmith.compiler.levels import Level, find_level
from sensorsmith.compiler.lower import conv, dense
from sensorsmith.compiler.steps import Constant
from sensorsmith.graph.fixedpoint import Ints


def extremes(rows: Ints) -> tuple[Ints, Ints]:
    """The least and the largest sum of int8 values times weights, over the last axis."""
    positive, negative = np.maximum(rows, 0).sum(axis=-1), np.minimum(rows, 0).sum(axis=-1)
    return 127 * negative - 128 * positive, 127 * positive - 128 * negative


def level_table(call: conv.Conv2D | dense.FullyConnected, rows: Ints, zero_point: int) -> Constant | None:
    """The table of ss_level.h, (channels, 4) or (channels, 6); the input's zero point is folded in."""
    bias = call.bias.data.astype(np.int64) - zero_point * rows.sum(axis=1)
    low, high = extremes(rows)
    found = [
        find_level(scale, call.range, int(b + least), int(b + most))
        for scale, b, least, most in zip(call.scales.each(), bias, low, high, strict=True)
    ]
    levels = [level for level in found if level is not None]
    if len(levels) < len(found):
        return None
    words = 6 if any(level.extra for level in levels) else 4
    table = [_words(level, int(b))[:words] for level, b in zip(levels, bias, strict=True)]
    return Constant(np.array(table, np.int64).astype(np.uint32), "bias, width and fraction, factor, constant")


def _words(level: Level, bias: int) -> list[int]:
    limits = level.width << 12 | level.fraction
    return [(bias - level.offset) % (1 << 32), limits, level.factor, level.constant, level.knee, level.extra]
