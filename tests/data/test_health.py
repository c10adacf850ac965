from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from sensorsmith.data import DataSet, Recording, health, make_windows
from sensorsmith.spec.types import Sensor

Make = Callable[..., DataSet]
MakeSensor = Callable[..., Sensor]
MakeRecording = Callable[..., Recording]


def test_amounts_add_up(dataset: Make, sensor: MakeSensor) -> None:
    mine = sensor(data={"unseen": ["cleo"], "validation": ["anna"]})
    report = health(dataset(), mine)
    assert report["total"] == {"recordings": 6, "seconds": 3.0, "windows": 24, "groups": 3}
    assert report["labels"]["wave"] == {"recordings": 3, "seconds": 1.5, "windows": 12}
    assert report["groups"]["cleo"] == {"recordings": 2, "seconds": 1.0, "windows": 8, "split": "unseen"}
    windows = make_windows(dataset(), mine)
    for side, amount in report["splits"].items():
        assert amount["windows"] == (windows.split == side).sum()
    assert report["imbalance"] == 1.0
    assert report["findings"] == []
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_every_flaw_is_found(dataset: Make, sensor: MakeSensor, recording: MakeRecording) -> None:
    samples = recording("wave", "dora", 100).samples.copy()
    samples[:, 0] = 1.0
    samples[0, 1] = 1e6
    samples[1, 1] = np.nan
    flawed = recording("wave", "dora", samples=samples)
    copy = recording("still", "dora", samples=recording("wave", "ben").samples)
    short = recording("still", "eva", 9)
    long = recording("wave", "eva", 400)
    report = health(dataset(*dataset().recordings, flawed, copy, short, long), sensor())
    assert report["too_short"] == ["still/person-eva_1.csv"]
    assert report["copies"] == [["wave/person-ben_1.csv", "still/person-dora_1.csv"]]
    assert report["channels"]["ax"]["constant"] == ["wave/person-dora_1.csv"]
    assert (report["channels"]["wz"]["saturated"], report["channels"]["wz"]["not_finite"]) == (1, 1)
    assert report["channels"]["wz"]["maximum"] == 1e6
    assert report["findings"] == [
        "1 recordings are shorter than a window and are left out, such as still/person-eva_1.csv",
        "the same signal is there more than once: wave/person-ben_1.csv, still/person-dora_1.csv",
        "channel ax never changes in 1 recordings, such as wave/person-dora_1.csv",
        "channel wz is beyond the transducer's full scale in 0.15 % of its samples",
        "channel wz has 1 samples that are not finite numbers",
        "the longest label is recorded 5.3 times as long as the shortest",
    ]


def test_saturation_is_counted_where_counts_saturate(
    dataset: Make, sensor: MakeSensor, recording: MakeRecording
) -> None:
    step = 0.244e-3  # g per count
    samples = np.zeros((25, 2), np.float32)
    samples[:4, 0] = [32767.4 * step, 32767.6 * step, -32767.4 * step, -40000 * step]
    edge = recording("wave", "dora", samples=samples)
    assert health(dataset(*dataset().recordings, edge), sensor())["channels"]["ax"]["saturated"] == 2
