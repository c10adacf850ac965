"""A camera sensor small enough to check by hand: which half of a picture is brighter?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sensorsmith.dsp import feature_block
from sensorsmith.firmware import ModelFacts, known_answer
from sensorsmith.spec.types import Sensor

ROWS, COLUMNS = 12, 16
SHAPE = (ROWS, COLUMNS)
LABELS = ("left", "right", "neither")

SENSOR = Sensor.model_validate(
    {
        "sensorsmith": 1,
        "identity": {"name": "glimpse", "title": "Glimpse", "version": "1.0.0", "description": "Left or right?"},
        "task": "classify",
        "transducer": {"part": "HM01B0", "modality": "image", "rate": "5 Hz", "width": COLUMNS, "height": ROWS},
        "features": {"block": "image"},
        "model": {"file": "glimpse.tflite", "labels": list(LABELS)},
        "board": "nucleo-l4r5zi",
        "outputs": {"confidence_bits": 4, "budget": "100 bit/s"},
        "deployment": {"country": "DEU", "lifetime": "1 year", "mass": "10 g"},
    }
)

_HEADER = """\
#ifndef GLIMPSE_H
#define GLIMPSE_H
#include <stdint.h>
#define GLIMPSE_INPUT_SIZE 192
#define GLIMPSE_OUTPUT_SIZE 3
#define GLIMPSE_ARENA_BYTES 196
int8_t *glimpse_input(void);
int glimpse_run(void);
const int8_t *glimpse_output(void);
#endif
"""

_SOURCE = """\
#include "glimpse.h"
static int8_t arena[GLIMPSE_ARENA_BYTES];
int8_t *glimpse_input(void) { return arena; }
const int8_t *glimpse_output(void) { return arena + GLIMPSE_INPUT_SIZE; }
int glimpse_run(void)
{
    int32_t left = 0, right = 0;
    for (int i = 0; i < GLIMPSE_INPUT_SIZE; i++) {
        const int32_t here = (i >> 3) & 1; /* 1 in the right half of a row of 16 */
        left += arena[i] * (1 - here);
        right += arena[i] * here;
    }
    /* |difference| <= 192 * 128 < 2^15 */
    arena[GLIMPSE_INPUT_SIZE + 0] = (int8_t)((int32_t)((uint32_t)(left - right + 32768) / 256u) - 128);
    arena[GLIMPSE_INPUT_SIZE + 1] = (int8_t)((int32_t)((uint32_t)(right - left + 32768) / 256u) - 128);
    arena[GLIMPSE_INPUT_SIZE + 2] = 4;
    return 0;
}
"""


def scores(features: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """What glimpse.c computes: (N, 3) or (3,) from features of any shape with 192 values each."""
    halves = features.astype(np.int64).reshape(-1, ROWS, 2, COLUMNS // 2).sum(axis=(1, 3))
    apart = halves[:, 0] - halves[:, 1]
    found = np.stack([(apart + 32768) // 256 - 128, (32768 - apart) // 256 - 128, np.full_like(apart, 4)], axis=1)
    return found.astype(np.int8).reshape((3,) if features.ndim == 1 else (-1, 3))


SOURCES = {"glimpse.h": _HEADER, "glimpse.c": _SOURCE, **feature_block(SENSOR).emit("glimpse")}
FACTS = ModelFacts(bytes(range(32)), LABELS, known_answer(scores, ROWS * COLUMNS))


def pictures(count: int, seed: int = 0) -> npt.NDArray[np.int16]:
    """Random pictures (count, ROWS, COLUMNS), one half brighter than the other, without black and white."""
    random = np.random.default_rng(seed)
    light = random.integers(-60, 60, (count, 1, 2)).repeat(COLUMNS // 2, axis=2)
    return (128 + light + random.integers(-60, 60, (count, ROWS, COLUMNS))).astype(np.int16)
