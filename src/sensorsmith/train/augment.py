"""Random training windows of motion: cut anywhere from a recording, then turned, mirrored, stretched and scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import SpecError
from sensorsmith.spec.types import Augmentation, Channel

Counts = npt.NDArray[np.int16]
Float = npt.NDArray[np.float32]

_ACCELERATION = ("g", "m/s2")


@dataclass(frozen=True)
class MotionAugmenter:
    """Draws windows from recordings.

    Attributes:
        length: samples of a window.
        triads: the columns (x, y, z) of each three-axis part, which turn together.
        rates: columns of angular rates, which grow with the speed of the motion.
        settings: how much of each change.
        noise: standard deviation of the added noise in counts, per column.
    """

    length: int
    triads: tuple[tuple[int, int, int], ...]
    rates: tuple[int, ...]
    mirrored: tuple[int, ...]
    settings: Augmentation
    noise: Float

    @classmethod
    def from_spec(
        cls, channels: Sequence[Channel], length: int, settings: Augmentation, range_counts: Sequence[float]
    ) -> MotionAugmenter:
        """Prepare for the channels of a transducer.

        Args:
            range_counts: counts at which each channel's feature saturates; the noise is a share of it.

        Raises:
            SpecError: rotations are asked for, but the channels are not triads; or a channel to mirror is not there.
        """
        names = [channel.name for channel in channels]
        unknown = [name for name in settings.mirror if name not in names]
        if unknown:
            raise SpecError(
                f"there is no channel {unknown[0]!r}",
                where="sensor.yaml: training.augmentation.mirror",
                todo=f"choose from {', '.join(names)}",
            )
        acceleration = [i for i, c in enumerate(channels) if c.unit in _ACCELERATION]
        rates = [i for i, c in enumerate(channels) if c.unit not in _ACCELERATION]
        triads = tuple((g[0], g[1], g[2]) for g in (acceleration, rates) if len(g) == 3)
        if (settings.rotation or settings.strap_rotation) and len(triads) * 3 != len(channels):
            raise SpecError(
                "only sensors with three axes of each kind can be rotated",
                where="sensor.yaml: training.augmentation",
                todo="remove rotation and strap_rotation",
            )
        mirrored = tuple(names.index(name) for name in settings.mirror)
        noise = np.asarray(range_counts, np.float32) * np.float32(settings.noise)
        return cls(length, triads, tuple(rates), mirrored, settings, noise)

    def draw(self, rng: np.random.Generator, recordings: Sequence[Counts]) -> Counts:
        """One random window from each recording.

        Args:
            recordings: int16 counts (n, C) each, n at least the window's length.

        Returns:
            int16 (N, T, C).
        """
        windows, speed = self._cut(rng, recordings)
        windows[:, :, list(self.rates)] *= speed[:, None, None]
        count = len(windows)
        if self.mirrored:
            sign = np.where(rng.random(count) < 0.5, np.float32(-1), np.float32(1))
            windows[:, :, list(self.mirrored)] *= sign[:, None, None]
        turn = self._rotations(rng, count)
        for triad in self.triads:
            windows[:, :, triad] = np.einsum("nij,ntj->nti", turn, windows[:, :, triad])
        if self.settings.scale:
            # The motion grows, gravity does not: the mean of an acceleration is left alone.
            gain = np.exp(self.settings.scale * rng.standard_normal((count, 1, 1))).astype(np.float32)
            mean = windows.mean(axis=1, keepdims=True)
            mean[:, :, list(self.rates)] = 0
            windows = mean + (windows - mean) * gain
        if self.settings.noise:
            windows = windows + rng.standard_normal(windows.shape, dtype=np.float32) * self.noise
        return np.clip(np.rint(windows), -32768, 32767).astype(np.int16)

    def _cut(self, rng: np.random.Generator, recordings: Sequence[Counts]) -> tuple[Float, Float]:
        """A random piece of each recording, played faster or slower by linear interpolation."""
        speed = np.exp(rng.uniform(-self.settings.speed, self.settings.speed, len(recordings)))
        windows = np.empty((len(recordings), self.length, recordings[0].shape[1]), np.float32)
        for i, recording in enumerate(recordings):
            last = len(recording) - 1
            speed[i] = min(speed[i], last / (self.length - 1))
            start = rng.uniform(0, last - (self.length - 1) * speed[i])
            place = np.minimum(start + np.arange(self.length) * speed[i], last)
            before = np.minimum(place.astype(np.int64), last - 1)
            part = (place - before)[:, None].astype(np.float32)
            windows[i] = recording[before] * (1 - part) + recording[before + 1] * part
        return windows, speed.astype(np.float32)

    def _rotations(self, rng: np.random.Generator, count: int) -> Float:
        """Rotation matrices (N, 3, 3): about a random axis, then about x."""
        axes = rng.standard_normal((count, 3))
        axes /= np.linalg.norm(axes, axis=1, keepdims=True)
        strap = np.tile([1.0, 0.0, 0.0], (count, 1))
        anywhere = _rotation(axes, self.settings.rotation * rng.standard_normal(count))
        about_x = _rotation(strap, self.settings.strap_rotation * rng.standard_normal(count))
        return (about_x @ anywhere).astype(np.float32)


def _rotation(axis: npt.NDArray[np.float64], angle: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rodrigues' formula for unit axes (N, 3) and angles (N) in rad: matrices (N, 3, 3)."""
    x, y, z = axis.T
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(-1, 3, 3)
    sine, cosine = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    matrices: npt.NDArray[np.float64] = np.eye(3) + sine * cross + (1 - cosine) * (cross @ cross)
    return matrices
