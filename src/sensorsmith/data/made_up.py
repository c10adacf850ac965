"""Signals that nobody recorded: the device is exercised with them, and never judged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.data.records import DataSet, Recording
from sensorsmith.data.transducer import columns, counts_per_unit, sample_range, window_samples
from sensorsmith.spec.types import Camera, ModelFile, Sensor

_WINDOWS = 10
_FULL = 32768.0


def made_window(
    random: np.random.Generator, shape: tuple[int, int], kind: int, limits: tuple[int, int]
) -> npt.NDArray[np.int16]:
    """One window (T, C) of noise of any loudness, tones, steps, half a window, or constants, with an offset.

    Args:
        kind: which of these five, in turns.
        limits: smallest and largest count; neither is reached.
    """
    time = np.arange(shape[0])[:, None] / shape[0]
    loudness = 10 ** random.uniform(1, 4.3, shape[1])
    offset = random.uniform(-12000, 12000, shape[1])
    forms = (
        lambda: random.normal(size=shape),
        lambda: np.sin(2 * np.pi * random.uniform(0.5, 20) * time + random.uniform(0, 6, shape[1])),
        lambda: np.sign(time - random.uniform(0, 1, shape[1])),
        lambda: random.uniform(-1, 1, shape) * (time < random.uniform(0, 1)),
        lambda: np.zeros(shape),
    )
    wave = offset + loudness * forms[kind % len(forms)]()
    low, high = limits
    scaled = (wave + _FULL) * ((high - low + 1) / (2 * _FULL)) + low
    return np.clip(np.rint(scaled), low + 1, high - 1).astype(np.int16)


def make_up(sensor: Sensor) -> DataSet:
    """Recordings without labels, each of one window, the same each time."""
    assert isinstance(sensor.model, ModelFile)
    assert sensor.model.labels is not None  # load_sensor has seen to it
    random = np.random.default_rng(1)
    shape, limits = (window_samples(sensor)[0], sensor.transducer.values), sample_range(sensor)
    names, units = zip(*columns(sensor), strict=True)
    recordings = tuple(
        Recording(
            label="",
            attributes={},
            rate_hz=sensor.transducer.sample_rate,
            channels=names,
            units=units,
            samples=(made_window(random, shape, kind, limits) / _counts(sensor)).astype(np.float32),
            source=f"made up: window {kind}",
        )
        for kind in range(_WINDOWS)
    )
    return DataSet("made up", tuple(sensor.model.labels), recordings, "CC0-1.0", "", hash_bytes(b"made up"))


def _counts(sensor: Sensor) -> npt.NDArray[np.float64]:
    """Counts per unit of each value in a sample."""
    if isinstance(sensor.transducer, Camera):
        return np.ones(sensor.transducer.width)
    return np.array([counts_per_unit(channel, channel.unit) for channel in sensor.transducer.channels])
