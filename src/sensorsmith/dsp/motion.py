"""Feature block `motion`: averaging decimation, optional removal of the window's mean, a fixed gain to int8.

The numpy twin of `runtime/features/motion.h`, which states the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import SpecError
from sensorsmith.base.units import parse
from sensorsmith.data import counts_per_unit, dimension, resolution, window_samples
from sensorsmith.dsp.emit import features_header, features_source, runtime_header
from sensorsmith.spec.types import Channel, MotionFeatures, MotionSensor, Sensor

_FULL_SCALE = 32768  # counts
_STEPS = 128  # the range becomes this many int8 steps
_LONGEST = 32767  # samples; keeps the sum over a window in 32 bits
_INT32 = 2**31 - 1
_TOLERANCE = 0.01  # parts round their resolution: 0.244 mg for 8 g / 32768


@dataclass(frozen=True)
class Gain:
    """What takes one channel's sum of `decimate` counts to int8.

    Attributes:
        multiplier, shift: int8 steps per summed count = multiplier / 2^shift.
        remove_mean: whether the mean over the window is subtracted first.
    """

    multiplier: int
    shift: int
    remove_mean: bool


@dataclass(frozen=True)
class MotionBlock:
    """Turns windows of int16 counts (T, C) into int8 (T', C), T' = T / decimate."""

    window: tuple[int, int]
    hop: int
    decimate: int
    gains: tuple[Gain, ...]

    counts = np.dtype(np.int16)
    scale = 1.0 / _STEPS
    zero_point = 0

    @property
    def shape(self) -> tuple[int, int]:
        return self.window[0] // self.decimate, self.window[1]

    @classmethod
    def from_spec(cls, sensor: Sensor) -> MotionBlock:
        """Work out the constants of a sensor that `load_sensor` has checked.

        Raises:
            SpecError: the window is too long, or a range does not suit the transducer.
        """
        length, hop = window_samples(sensor)
        features, transducer = sensor.features, sensor.transducer
        assert isinstance(features, MotionFeatures)
        assert isinstance(transducer, MotionSensor)
        channels = transducer.channels
        if length > _LONGEST:
            raise SpecError(
                f"a window of {length} samples is too long for the block 'motion'",
                where="sensor.yaml: window.length",
                todo=f"choose at most {_LONGEST} samples",
            )
        gains = tuple(_gain(channel, features) for channel in channels)
        return cls((length, len(channels)), hop, features.decimate, gains)

    def transform(self, raw: npt.NDArray[np.int16]) -> npt.NDArray[np.int8]:
        """Windows int16 (N, T, C) to features int8 (N, T', C). Every step fits 32 bits, as it must in C."""
        if raw.dtype != np.int16 or raw.shape[1:] != self.window:
            raise ValueError(f"windows must be int16 (N, {self.window[0]}, {self.window[1]})")
        steps, channels = self.shape
        sums = raw.reshape(-1, steps, self.decimate, channels).sum(axis=2, dtype=np.int32)
        total = sums.sum(axis=1, dtype=np.int64, keepdims=True)
        mean = ((total + steps // 2) // steps).astype(np.int32)  # // rounds down, also below zero
        remove = np.array([gain.remove_mean for gain in self.gains])
        multiplier = np.array([gain.multiplier for gain in self.gains], np.int32)
        shift = np.array([gain.shift for gain in self.gains], np.int32)
        half = np.left_shift(np.int32(1), shift - 1)
        scaled = ((sums - mean * remove) * multiplier + half) >> shift
        features: npt.NDArray[np.int8] = np.clip(scaled, -128, 127).astype(np.int8)
        return features

    def real(self, features: npt.NDArray[np.int8]) -> npt.NDArray[np.float32]:
        """int8 features as the float32 values that they stand for, in shares of the range."""
        return (features.astype(np.float32) - self.zero_point) * np.float32(self.scale)

    def emit(self, name: str) -> dict[str, str]:
        """C files by name: `NAME_features.h`, `NAME_features.c`, `ss_motion.h`.

        Args:
            name: a C identifier in lower case.
        """
        calls = [
            f"    ss_motion_channel(samples, out, {index}, {self.window[1]}, {self.shape[0]}, {self.decimate}, "
            f"{int(gain.remove_mean)}, {gain.multiplier}, {gain.shift});"
            for index, gain in enumerate(self.gains)
        ]
        return {
            f"{name}_features.h": features_header(name, self.counts.name, self.window, self.hop, self.shape),
            f"{name}_features.c": features_source(name, self.counts.name, "ss_motion.h", calls),
            "ss_motion.h": runtime_header("motion"),
        }


def _gain(channel: Channel, features: MotionFeatures) -> Gain:
    """The finest multiplier that keeps the product and its rounding in 32 bits for every possible window."""
    counts = _range_in_counts(channel, features)
    remove_mean = channel.name in features.remove_mean
    largest = _FULL_SCALE * features.decimate * (2 if remove_mean else 1)
    gain = _STEPS / (counts * features.decimate)
    for shift in range(30, 0, -1):
        multiplier = round(gain * 2.0**shift)
        if largest * multiplier + 2 ** (shift - 1) <= _INT32:
            return Gain(multiplier, shift, remove_mean)
    raise AssertionError("a gain near 1 or below always fits")  # _range_in_counts has seen to that


def _range_in_counts(channel: Channel, features: MotionFeatures) -> float:
    kind = dimension(channel)
    field = kind.replace(" ", "_")
    text: str = getattr(features, field)
    counts = parse(text, kind) / resolution(channel)
    # Finer than one count per step shows nothing more; beyond full scale, steps would never be used.
    if not _STEPS * (1 - _TOLERANCE) <= counts <= _FULL_SCALE * (1 + _TOLERANCE):
        low, high = (n / counts_per_unit(channel, channel.unit) for n in (_STEPS, _FULL_SCALE))
        raise SpecError(
            f"a range of {text} does not suit channel {channel.name!r} with {channel.resolution} per count",
            where=f"sensor.yaml: features.{field}",
            todo=f"choose a range from {low:.3g} to {high:.3g} {channel.unit}",
        )
    return counts
