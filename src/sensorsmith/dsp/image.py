"""Feature block `image`: grey pixels to int8, once, or three times for a model of colour pictures.

The numpy twin of `runtime/features/image.h`, which states the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.data import window_samples
from sensorsmith.dsp.emit import features_header, features_source, runtime_header
from sensorsmith.spec.types import ImageFeatures, Sensor

_MIDDLE = 128


@dataclass(frozen=True)
class ImageBlock:
    """Turns pictures of counts from 0 to 255, (rows, columns), into int8 (rows, columns, planes)."""

    window: tuple[int, int]
    planes: int

    counts = np.dtype(np.uint8)
    scale = float(np.float32(1 / 255))
    zero_point = -_MIDDLE

    @property
    def shape(self) -> tuple[int, int, int]:
        return (*self.window, self.planes)

    @classmethod
    def from_spec(cls, sensor: Sensor) -> ImageBlock:
        """The block of a sensor that `load_sensor` has checked."""
        assert isinstance(sensor.features, ImageFeatures)
        return cls((window_samples(sensor)[0], sensor.transducer.values), sensor.features.planes)

    def transform(self, raw: npt.NDArray[np.int16]) -> npt.NDArray[np.int8]:
        """Pictures int16 (N, rows, columns) of counts from 0 to 255 to features int8 (N, rows, columns, planes)."""
        if raw.dtype != np.int16 or raw.shape[1:] != self.window:
            raise ValueError(f"windows must be int16 (N, {self.window[0]}, {self.window[1]})")
        return np.repeat((raw - _MIDDLE).astype(np.int8)[..., np.newaxis], self.planes, axis=-1)

    def real(self, features: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
        """int8 features as the float32 values that they stand for: 0 for black, 1 for white."""
        return (features.astype(np.float32) - self.zero_point) * np.float32(self.scale)

    def emit(self, name: str) -> dict[str, str]:
        """C files by name: `NAME_features.h`, `NAME_features.c`, `ss_image.h`.

        Args:
            name: a C identifier in lower case.
        """
        rows, columns = self.window
        call = f"    ss_image(samples, out, {rows * columns}u, {self.planes}u);"
        return {
            f"{name}_features.h": features_header(name, self.counts.name, self.window, rows, self.shape),
            f"{name}_features.c": features_source(name, self.counts.name, "ss_image.h", [call]),
            "ss_image.h": runtime_header("image"),
        }
