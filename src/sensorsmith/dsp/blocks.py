"""What a feature block is, and the table that finds the one a sensor asks for.

A block is a trio: `dsp/<block>.py` in numpy, `runtime/features/<block>.h` in C, and `tests/dsp/test_<block>.py`,
which shows that the two give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sensorsmith.dsp.image import ImageBlock
from sensorsmith.dsp.motion import MotionBlock
from sensorsmith.spec.types import ImageFeatures, MotionFeatures, Sensor


class Block(Protocol):
    """Turns windows of raw counts into network input.

    Attributes:
        window: (T, C), samples and channels of a raw window.
        counts: type of a raw value in the device's memory.
        shape: of the features of one window.
        scale: real value of one int8 step.
        zero_point: the int8 that stands for 0.
    """

    @property
    def window(self) -> tuple[int, int]: ...
    @property
    def counts(self) -> np.dtype[Any]: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def scale(self) -> float: ...
    @property
    def zero_point(self) -> int: ...

    def transform(self, raw: npt.NDArray[np.int16]) -> npt.NDArray[np.int8]:
        """Windows int16 (N, T, C) to features int8 (N, *shape)."""
        ...

    def real(self, features: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
        """What the integers stand for: scale * (integer - zero_point), float32 of the same shape."""
        ...

    def emit(self, name: str) -> dict[str, str]:
        """C files by name: `NAME_features.h`, `NAME_features.c` and the runtime headers they include."""
        ...


BLOCKS: Mapping[type[Any], Callable[[Sensor], Block]] = {
    ImageFeatures: ImageBlock.from_spec,
    MotionFeatures: MotionBlock.from_spec,
}
"""How to make the block of each section that `features:` of sensor.yaml may hold."""


def feature_block(sensor: Sensor) -> Block:
    """The feature block of a sensor, with its constants worked out.

    Raises:
        SpecError: the constants cannot be met; the message names the field.
    """
    return BLOCKS[type(sensor.features)](sensor)
