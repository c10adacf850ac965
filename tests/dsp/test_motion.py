from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sensorsmith.base import hostcc
from sensorsmith.base.errors import SpecError
from sensorsmith.data import SOURCES, find, make_windows
from sensorsmith.data.sources import load_named
from sensorsmith.dsp import HostFeatures, MotionBlock
from sensorsmith.spec.types import Sensor

Make = Callable[..., Sensor]
Raw = npt.NDArray[np.int16]

# Window, channels and features: every kind of division, narrow and wide ranges, with the mean and without.
CONFIGURATIONS: list[dict[str, Any]] = [
    {"samples": 1, "channels": 1},
    {"samples": 48, "channels": 6, "decimate": 1, "acceleration": "0.0313 g", "remove_mean": ["ax", "wz"]},
    {"samples": 48, "channels": 6, "decimate": 3, "acceleration": "7.99 g", "angular_rate": "9 rad/s"},
    {"samples": 48, "channels": 4, "decimate": 16, "acceleration": "32 mg", "remove_mean": ["ax", "ay", "wx"]},
    {"samples": 45, "channels": 2, "decimate": 5, "acceleration": "2 g", "remove_mean": ["ay"]},
]
EXTREMES = (-32768, -32767, -1, 0, 1, 32766, 32767)


@pytest.fixture(scope="module", params=CONFIGURATIONS, ids=str)
def built(request: pytest.FixtureRequest, sensor: Make) -> tuple[MotionBlock, HostFeatures]:
    block = MotionBlock.from_spec(sensor(**request.param))
    return block, HostFeatures(block)


def _exact(block: MotionBlock, window: Raw) -> list[list[int]]:
    """The formula at the top of motion.h in whole and rational numbers of any size."""
    (steps, channels), d = block.shape, block.decimate
    out = [[0] * channels for _ in range(steps)]
    for c, gain in enumerate(block.gains):
        sums = [sum(int(x) for x in window[s * d : (s + 1) * d, c]) for s in range(steps)]
        mean = floor(Fraction(sum(sums), steps) + Fraction(1, 2)) if gain.remove_mean else 0
        for s in range(steps):
            scaled = floor(Fraction((sums[s] - mean) * gain.multiplier, 2**gain.shift) + Fraction(1, 2))
            out[s][c] = max(-128, min(127, scaled))
    return out


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_numpy_and_c_follow_the_formula(built: tuple[MotionBlock, HostFeatures], data: st.DataObject) -> None:
    block, compiled = built
    values = st.one_of(st.sampled_from(EXTREMES), st.integers(-32768, 32767), st.integers(-300, 300))
    raw = data.draw(arrays(np.int16, (1, *block.window), elements=values, fill=st.sampled_from(EXTREMES)))
    features = block.transform(raw)
    assert features.tolist() == [_exact(block, raw[0])]
    assert compiled.transform(raw).tolist() == features.tolist()


@pytest.mark.parametrize("low", EXTREMES)
@pytest.mark.parametrize("high", [-32768, 0, 32767])
def test_nothing_overflows_at_the_corners(built: tuple[MotionBlock, HostFeatures], low: int, high: int) -> None:
    """A window that is at one extreme for most of its length and at the other for the rest."""
    block, compiled = built
    raw = np.full((1, *block.window), low, np.int16)
    raw[:, : block.decimate] = high
    assert block.transform(raw).tolist() == compiled.transform(raw).tolist() == [_exact(block, raw[0])]


@pytest.mark.parametrize("value", [-32768, 32767])
def test_the_longest_window(sensor: Make, value: int) -> None:
    block = MotionBlock.from_spec(sensor(samples=32767, channels=1, decimate=7, remove_mean=["ax"]))
    raw = np.full((1, 32767, 1), value, np.int16)
    raw[0, :7] = -1 - value
    assert block.transform(raw).tolist() == HostFeatures(block).transform(raw).tolist() == [_exact(block, raw[0])]


def test_many_random_windows_agree(built: tuple[MotionBlock, HostFeatures]) -> None:
    block, compiled = built
    raw = np.random.default_rng(1).integers(-32768, 32768, (500, *block.window)).astype(np.int16)
    assert (block.transform(raw) == compiled.transform(raw)).all()


def test_recorded_windows_agree(sensor: Make) -> None:
    source = SOURCES["seglearn-watch"]
    if find(source) is None:
        pytest.skip("seglearn-watch is not on this machine")
    watch = sensor(samples=200, decimate=4, acceleration="2 g", angular_rate="5 rad/s", remove_mean=["wx"])
    watch = watch.model_copy(update={"data": watch.data.model_copy(update={"unseen": ["p01"]})})
    windows = make_windows(load_named(source), watch).raw[::40]
    block = MotionBlock.from_spec(watch)
    features = block.transform(windows)
    assert (features == HostFeatures(block).transform(windows)).all()
    # Every channel of real motion uses the range, and seldom leaves it.
    assert (features.std(axis=(0, 1)) > 10).all()
    assert (np.abs(features.astype(int)) >= 127).mean() < 0.05


def test_a_step_is_a_128th_of_the_range(sensor: Make) -> None:
    """Against physical units: 1 g in a range of 4 g is 32 steps, 2 rad/s in 8 rad/s too."""
    block = MotionBlock.from_spec(sensor(samples=48, decimate=4))
    counts = np.array([1 / 0.244e-3] * 3 + [np.degrees(2) / 17.5e-3] * 3)
    raw = np.tile(np.rint(counts), (2, 48, 1)).astype(np.int16)
    raw[1] *= -1
    assert block.transform(raw).tolist() == [[[32] * 6] * 12, [[-32] * 6] * 12]
    assert (block.scale, block.zero_point, block.shape) == (1 / 128, 0, (12, 6))


def test_the_result_is_the_nearest_step(sensor: Make) -> None:
    """Within the range, no further from the real value than half a step and the tolerance of the multiplier."""
    block = MotionBlock.from_spec(sensor(samples=48, decimate=3, remove_mean=["ay", "wy"]))
    raw = np.random.default_rng(2).integers(-12000, 12000, (50, 48, 6)).astype(np.int16)
    values = raw.reshape(50, 16, 3, 6).mean(axis=2)
    values[..., [1, 4]] -= values[..., [1, 4]].mean(axis=1, keepdims=True)
    steps = values * np.repeat([128 * 0.244e-3 / 4, 128 * np.radians(17.5e-3) / 8], 3)
    inside = np.abs(steps) < 127
    assert inside.mean() > 0.5
    assert np.abs(block.transform(raw) - steps)[inside].max() < 0.5 + 127 * 2**-11


def test_a_mean_that_is_removed_does_not_matter(sensor: Make) -> None:
    block = MotionBlock.from_spec(sensor(samples=48, channels=2, decimate=2, remove_mean=["ax"]))
    raw = np.random.default_rng(3).integers(-2000, 2000, (20, 48, 2)).astype(np.int16)
    before, after = block.transform(raw), block.transform(raw + np.int16(500))
    assert (before[..., 0] == after[..., 0]).all()
    assert (before[..., 1] != after[..., 1]).all()


def test_the_emitted_c(sensor: Make) -> None:
    block = MotionBlock.from_spec(sensor(samples=200, channels=4, decimate=2, remove_mean=["wx"]))
    files = block.emit("shoulder")
    assert list(files) == ["shoulder_features.h", "shoulder_features.c", "ss_motion.h"]
    assert files["shoulder_features.c"] == (
        "/* shoulder_features.c: generated by Sensorsmith; do not edit. */\n"
        '#include "shoulder_features.h"\n'
        '#include "ss_motion.h"\n'
        "\n"
        "void shoulder_features(const int16_t *samples, int8_t *out)\n"
        "{\n"
        "    ss_motion_channel(samples, out, 0, 4, 100, 2, 0, 16375, 22);\n"
        "    ss_motion_channel(samples, out, 1, 4, 100, 2, 0, 16375, 22);\n"
        "    ss_motion_channel(samples, out, 2, 4, 100, 2, 0, 16375, 22);\n"
        "    ss_motion_channel(samples, out, 3, 4, 100, 2, 1, 10249, 22);\n"
        "}\n"
    )
    for macro in ("WINDOW_SAMPLES 200", "HOP_SAMPLES 1", "CHANNELS 4", "FEATURES_SIZE 400"):
        assert f"#define SHOULDER_{macro}\n" in files["shoulder_features.h"]


def test_the_c_needs_no_library(sensor: Make) -> None:
    files = MotionBlock.from_spec(sensor()).emit("shoulder")
    included = {line for text in files.values() for line in text.splitlines() if line.startswith("#include <")}
    assert included == {"#include <stdint.h>", "#include <stddef.h>"}


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_c_gives_no_warning(sensor: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiler: str) -> None:
    path = shutil.which(compiler)
    if path is None:
        pytest.skip(f"there is no {compiler}")
    monkeypatch.setattr(hostcc, "find_compiler", lambda: [path])
    files = MotionBlock.from_spec(sensor(decimate=3, remove_mean=["ax"])).emit("shoulder")
    hostcc.build_shared(files, tmp_path, hostcc.STRICT)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            {"acceleration": "0.03 g"},
            "features.acceleration: a range of 0.03 g does not suit channel 'ax' with 0.244 mg per count; "
            "choose a range from 0.0312 to 8 g",
        ),
        (
            {"angular_rate": "11 rad/s"},
            "features.angular_rate: a range of 11 rad/s does not suit channel 'wx' with 17.5 mdps per count; "
            "choose a range from 2.24 to 573 dps",
        ),
        (
            {"samples": 32768},
            "window.length: a window of 32768 samples is too long for the block 'motion'; choose at most 32767 samples",
        ),
    ],
)
def test_what_cannot_be_built_is_refused(sensor: Make, features: dict[str, Any], message: str) -> None:
    with pytest.raises(SpecError) as caught:
        MotionBlock.from_spec(sensor(**features))
    assert str(caught.value) == f"sensor.yaml: {message}"


def test_a_range_at_either_limit_is_accepted(sensor: Make) -> None:
    for text, milli_g in (("31.2 mg", 31.2), ("8 g", 8000)):
        block = MotionBlock.from_spec(sensor(acceleration=text))
        gain = block.gains[0]
        steps = milli_g / 0.244 * block.decimate * gain.multiplier / 2**gain.shift
        assert steps == pytest.approx(128, rel=0.01)


@pytest.mark.parametrize("raw", [np.zeros((2, 48, 6), np.int32), np.zeros((2, 6, 48), np.int16)])
def test_windows_of_another_form_are_a_bug(sensor: Make, raw: Any) -> None:
    with pytest.raises(ValueError, match=r"^windows must be int16 \(N, 48, 6\)$"):
        MotionBlock.from_spec(sensor()).transform(raw)
