from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.data import DataSet, Recording, Windows, load_windows, make_windows, save_windows, to_counts
from sensorsmith.spec.types import Sensor

Make = Callable[..., DataSet]
MakeSensor = Callable[..., Sensor]
MakeRecording = Callable[..., Recording]


def _message(dataset: DataSet, sensor: Sensor) -> str:
    with pytest.raises(DataError) as caught:
        make_windows(dataset, sensor)
    return str(caught.value)


def test_windows_are_pieces_of_their_recording(dataset: Make, sensor: MakeSensor) -> None:
    mine = dataset()
    windows = make_windows(mine, sensor())
    # 25 samples give windows of 10 at 0, 5, 10 and 15.
    assert len(windows) == 6 * 4
    assert windows.raw.shape == (24, 10, 2)
    assert windows.start.tolist() == [0, 5, 10, 15] * 6
    assert [windows.raw.dtype, windows.label.dtype, windows.start.dtype] == [np.int16, np.int16, np.int32]
    counts = {r.id: to_counts(r, sensor()) for r in mine.recordings}
    known = {r.id: (mine.labels.index(r.label), r.attributes["person"]) for r in mine.recordings}
    for raw, label, group, name, start in zip(
        windows.raw, windows.label, windows.group, windows.recording, windows.start, strict=True
    ):
        assert (raw == counts[name][start : start + 10]).all()
        assert (label, group) == known[name]


@pytest.mark.parametrize(("length", "number"), [(9, 0), (10, 1), (14, 1), (15, 2)])
def test_no_window_reaches_beyond_a_recording(
    dataset: Make, sensor: MakeSensor, recording: MakeRecording, length: int, number: int
) -> None:
    extra = recording("wave", "dora", length)
    windows = make_windows(dataset(*dataset().recordings, extra), sensor())
    assert (windows.recording == extra.id).sum() == number


def test_samples_become_counts(sensor: MakeSensor, recording: MakeRecording) -> None:
    # One count is 0.244 mg, or 70 mdps; the columns are swapped, and one is in another unit.
    samples = np.array([[70e-3, 0.244e-3 * 9.80665], [-140e-3, 1e3], [1e6, -1e3]], np.float32)
    swapped = recording(samples=samples, channels=("wz", "ax"), units=("dps", "m/s2"))
    assert to_counts(swapped, sensor()).tolist() == [[1, 1], [32767, -2], [-32768, 32767]]


def test_a_recording_that_does_not_suit_is_refused(sensor: MakeSensor, recording: MakeRecording) -> None:
    samples = recording().samples.copy()
    samples[3, 1] = np.nan
    cases: dict[str, dict[str, Any]] = {
        "recorded at 100 Hz, but the transducer samples at 50 Hz; "
        "set transducer.rate to the rate of the recordings, or record again": {"rate_hz": 100.0},
        "there is no channel 'wz'; choose transducer.channels from ax, gz": {"channels": ("ax", "gz")},
        "sample 3 of channel 'wz' is not a finite number; correct or remove the recording": {"samples": samples},
    }
    for message, change in cases.items():
        with pytest.raises(DataError) as caught:
            to_counts(recording(**change), sensor())
        assert str(caught.value) == f"still/person-anna_1.csv: {message}"


def test_one_label_is_refused(dataset: Make, sensor: MakeSensor, recording: MakeRecording) -> None:
    alone = dataset(recording("wave", "anna"), recording("wave", "ben"))
    assert _message(alone, sensor()) == "there is only one label, 'wave'; record at least two things to tell apart"


def test_recordings_that_are_all_too_short_are_refused(
    dataset: Make, sensor: MakeSensor, recording: MakeRecording
) -> None:
    todo = "record longer, or shorten window.length"
    short = [recording("wave", person, 9) for person in ("anna", "ben")]
    long = [recording("still", person) for person in ("anna", "ben")]
    assert _message(dataset(*short, *long), sensor()) == (
        f"no recording of 'wave' is as long as a window of 0.2 s; {todo}"
    )
    others = [recording("still", person, 9) for person in ("anna", "ben")]
    assert _message(dataset(*short, *others), sensor()) == (f"no recording is as long as a window of 0.2 s; {todo}")


def test_a_label_that_is_all_held_out_is_refused(dataset: Make, sensor: MakeSensor, recording: MakeRecording) -> None:
    mine = dataset(recording("still", "anna"), recording("still", "ben"), recording("wave", "anna"))
    assert _message(mine, sensor()) == (
        "there is nothing of 'wave' to train on: all of it is held out; "
        "record it with another person, or hold out others"
    )


@pytest.mark.parametrize("side", ["unseen", "validation"])
def test_a_side_without_windows_is_refused(
    dataset: Make, sensor: MakeSensor, recording: MakeRecording, side: str
) -> None:
    mine = dataset(*dataset().recordings, recording("wave", "dora", 9))
    assert _message(mine, sensor(data={"unseen": ["anna"]} | {side: ["dora"]})) == (
        f"sensor.yaml: data.{side}: no recording held out here is as long as a window of 0.2 s; "
        "hold out others, or shorten window.length"
    )


def test_windows_are_saved_whole_and_alike(dataset: Make, sensor: MakeSensor, tmp_path: Path) -> None:
    windows = make_windows(dataset(), sensor())
    save_windows(windows, tmp_path / "a.npz")
    save_windows(make_windows(dataset(), sensor()), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = load_windows(tmp_path / "a.npz")
    for field in fields(Windows):
        before, after = getattr(windows, field.name), getattr(back, field.name)
        assert before.dtype == after.dtype
        assert (before == after).all()


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"PK")
    with pytest.raises(DataError) as caught:
        load_windows(tmp_path / "a.npz")
    assert str(caught.value) == f"{tmp_path / 'a.npz'}: not a readable file of windows; run `sensorsmith make`"
