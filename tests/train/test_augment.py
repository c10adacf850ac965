from __future__ import annotations

import numpy as np
import pytest

from sensorsmith.base.errors import SpecError
from sensorsmith.spec.types import Augmentation, Channel
from sensorsmith.train.augment import MotionAugmenter

CHANNELS = [Channel(name=f"a{x}", unit="g", resolution="0.244 mg") for x in "xyz"] + [
    Channel(name=f"w{x}", unit="rad/s", resolution="70 mdps") for x in "xyz"
]
RANGES = [8000.0] * 3 + [4000.0] * 3


def augmenter(length: int = 40, **changes: object) -> MotionAugmenter:
    return MotionAugmenter.from_spec(CHANNELS, length, Augmentation.model_validate(changes), RANGES)


def recording(length: int = 200, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0, 60, (length, 6)), axis=0).astype(np.int16)


def draw(tool: MotionAugmenter, count: int = 20, seed: int = 1) -> np.ndarray:
    return tool.draw(np.random.default_rng(seed), [recording(seed=i) for i in range(count)])


def test_without_changes_a_window_lies_in_its_recording() -> None:
    for i, window in enumerate(draw(augmenter())):
        whole = recording(seed=i)
        # A start between two samples is interpolated, and rounding adds half a count.
        bounds = [(whole[s : s + 41].min(0) - 1, whole[s : s + 41].max(0) + 1) for s in range(len(whole) - 40)]
        assert any(((window >= low) & (window <= high)).all() for low, high in bounds)


def test_the_same_seed_draws_the_same_windows_and_another_does_not() -> None:
    tool = augmenter(rotation="10 deg", mirror=["ax"], speed="20 %", scale="10 %", noise="1 %")
    assert np.array_equal(draw(tool), draw(tool))
    assert not np.array_equal(draw(tool), draw(tool, seed=2))


def test_a_rotation_keeps_the_length_of_each_triad() -> None:
    still, turned = draw(augmenter()), draw(augmenter(rotation="40 deg", strap_rotation="40 deg"))
    assert not np.array_equal(still, turned)
    for triad in (slice(0, 3), slice(3, 6)):
        lengths = [np.linalg.norm(w[:, :, triad].astype(float), axis=2) for w in (still, turned)]
        assert np.abs(lengths[0] - lengths[1]).max() < 2.0  # counts: rounding of three components


def test_mirroring_changes_the_sign_of_its_channels_in_half_of_the_windows() -> None:
    plain = draw(augmenter(), count=200)
    mirrored = draw(augmenter(mirror=["ax", "wy"]), count=200)
    same = (mirrored == plain).all(axis=1)
    opposite = (mirrored == -plain).all(axis=1)
    assert same[:, [1, 2, 3, 5]].all()
    flipped = opposite[:, 0]
    assert (opposite[:, 4] == flipped).all()
    assert (same[~flipped][:, [0, 4]]).all()
    assert 70 < flipped.sum() < 130


def test_a_recording_as_long_as_the_window_is_enough_at_any_speed() -> None:
    windows = augmenter(length=200, speed="50 %").draw(np.random.default_rng(0), [recording(200)] * 30)
    assert windows.shape == (30, 200, 6)


def test_large_values_saturate() -> None:
    full = [np.full((60, 6), 32767, np.int16)]
    windows = augmenter(noise="100 %", scale="50 %").draw(np.random.default_rng(0), full * 10)
    assert windows.max() == 32767
    assert windows.dtype == np.int16


@pytest.mark.parametrize(
    ("channels", "changes", "message"),
    [
        (
            CHANNELS[:2],
            {"rotation": "5 deg"},
            "sensor.yaml: training.augmentation: only sensors with three axes of each kind can be rotated; "
            "remove rotation and strap_rotation",
        ),
        (
            CHANNELS,
            {"mirror": ["a1"]},
            "sensor.yaml: training.augmentation.mirror: there is no channel 'a1'; choose from ax, ay, az, wx, wy, wz",
        ),
    ],
)
def test_what_does_not_suit_the_transducer_is_refused(
    channels: list[Channel], changes: dict[str, object], message: str
) -> None:
    with pytest.raises(SpecError) as caught:
        MotionAugmenter.from_spec(channels, 40, Augmentation.model_validate(changes), RANGES)
    assert str(caught.value) == message
