from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.data import DataSet
from sensorsmith.data.folder import hash_folder, read_folder
from sensorsmith.spec.types import Sensor

GOOD = "ax,wz\n0.5,-1\n0.25,2e-1\n-1,0\n"
CORRECT = "correct or remove the line"


@pytest.fixture
def read(tmp_path: Path, sensor: Callable[..., Sensor]) -> Callable[..., DataSet]:
    """Reads a folder with one file of the given text."""

    def read(text: str | bytes, name: str = "wave/person-anna_1.csv") -> DataSet:
        path = tmp_path / "rec" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_folder(tmp_path / "rec", sensor())

    return read


def _message(read: Callable[..., DataSet], text: str | bytes, name: str = "wave/person-anna_1.csv") -> str:
    with pytest.raises(DataError) as caught:
        read(text, name)
    return str(caught.value)


def test_a_folder_becomes_a_data_set(
    read: Callable[..., DataSet], sensor: Callable[..., Sensor], tmp_path: Path
) -> None:
    read(GOOD, "still/person-ben_side-left_trial2.CSV")
    read("# not read", "still/notes.txt")
    read("# not read", "still/.hidden.csv")
    dataset = read("time_s,wz,other,ax\n0,1,9,0.5\n0.02,2,9,0.25\n0.04,3,9,0.75\n", "wave/person-anna_1.csv")
    assert (dataset.name, dataset.labels, dataset.licence) == ("rec", ("still", "wave"), "NOASSERTION")
    assert dataset.source_hash == hash_folder(tmp_path / "rec", sensor())
    ben, anna = dataset.recordings
    assert (ben.source, ben.attributes) == ("still/person-ben_side-left_trial2.CSV", {"person": "ben", "side": "left"})
    assert (anna.source, anna.attributes) == ("wave/person-anna_1.csv", {"person": "anna"})
    assert (anna.channels, anna.units) == (("ax", "wz"), ("g", "rad/s"))
    assert anna.samples.dtype == np.float32
    assert anna.samples.tolist() == [[0.5, 1], [0.25, 2], [0.75, 3]]
    assert anna.rate_hz == pytest.approx(50)
    assert ben.rate_hz == 50


def test_files_of_spreadsheets_are_read(read: Callable[..., DataSet]) -> None:
    text = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode() + b"\r\n,\r\n"
    assert len(read(text).recordings[0].samples) == 3


def test_accents_are_spelled_one_way(read: Callable[..., DataSet]) -> None:
    dataset = read(GOOD, "wave/person-Zoe\u0308_1.csv")
    assert dataset.recordings[0].attributes == {"person": "Zo\u00eb"}


@pytest.mark.parametrize("clock", ["time_s", "t", "time_ms"])
def test_the_rate_is_checked_against_the_time(read: Callable[..., DataSet], clock: str) -> None:
    step = 10 if clock == "time_ms" else 0.01
    text = f"{clock},ax,wz\n" + "".join(f"{step * i:g},0,{i}\n" for i in range(5))
    assert _message(read, text) == (
        "wave/person-anna_1.csv: recorded at 100 Hz, but the transducer samples at 50 Hz; "
        "set transducer.rate to the rate of the recordings, or record again"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": the file is empty; remove it or record again"),
        ("\n\n", ": the file is empty; remove it or record again"),
        ("ax,wz\n", ": fewer than two samples; remove the file or record again"),
        ("ax,wz\n1,2\n", ": fewer than two samples; remove the file or record again"),
        ("ax,ay\n1,2\n", ":1: there is no column 'wz' among ax, ay; name a column 'wz'"),
        ("acc_x,wz\n1,2\n", ":1: there is no column 'ax' among acc_x, wz; name a column 'ax'"),
        ("AX,wz\n1,2\n", ":1: there is no column 'ax' among AX, wz; rename 'AX' to 'ax'"),
        ("ax,w_z\n1,2\n", ":1: there is no column 'wz' among ax, w_z; rename 'w_z' to 'wz'"),
        ("ax,ax,wz\n1,2,3\n", ":1: two columns are called 'ax'; rename one"),
        (
            "ax;wz\n0,5;1\n",
            ":1: the columns are separated by ';'; export with ',' between columns and '.' in numbers",
        ),
        ("ax,wz\n1,2\n\n1,x\n", f":4: 'x' is not a number; {CORRECT}"),
        ("ax,wz\n1,2\n1,\n", f":3: '' is not a number; {CORRECT}"),
        ("ax,wz\n1,2\nnan,2\n", f":3: 'nan' is not a finite number; {CORRECT}"),
        ("ax,wz\n1,2\n1,-inf\n", f":3: '-inf' is not a finite number; {CORRECT}"),
        ("ax,wz\n1,2\n1,1e39\n", f":3: '1e39' is not a finite number; {CORRECT}"),
        ("ax,wz\n1,2\n1,2,3\n", f":3: 3 cells under 2 column names; {CORRECT}"),
        ("t,ax,wz\n0,1,2\n0.02,1,2\n0.02,1,2\n", f":4: the time does not increase; {CORRECT}"),
        ("t,ax,wz\n0,1,2\nx,1,2\n", f":3: 'x' is not a number; {CORRECT}"),
        (b"ax,wz\n\xff,2\n", ": not a CSV file in UTF-8; export it as CSV again"),
        ('ax,wz\n"1,2\n', ": not a CSV file in UTF-8; export it as CSV again"),
        ("ax,wz\n" + "1" * 200_000 + ",2\n", ": not a CSV file in UTF-8; export it as CSV again"),
    ],
)
def test_a_bad_file_is_refused(read: Callable[..., DataSet], text: str | bytes, message: str) -> None:
    assert _message(read, text) == f"wave/person-anna_1.csv{message}"


def test_a_huge_file_is_not_opened(read: Callable[..., DataSet], tmp_path: Path) -> None:
    read(GOOD)
    os.truncate(tmp_path / "rec" / "wave" / "person-anna_1.csv", 2_000_000_000)
    assert _message(read, GOOD, "still/person-ben_1.csv") == (
        "wave/person-anna_1.csv: the file has 2000 MB, more than the 200 MB that are read; "
        "split it into shorter recordings"
    )


@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_without_recordings_is_refused(tmp_path: Path, sensor: Callable[..., Sensor], exists: bool) -> None:
    if exists:
        (tmp_path / "rec" / "wave").mkdir(parents=True)
    with pytest.raises(DataError) as caught:
        read_folder(tmp_path / "rec", sensor())
    assert str(caught.value) == (
        "rec: there are no recordings in this folder; "
        "put CSV files into one sub-folder per label, such as wave/person-anna_01.csv"
    )


def test_a_long_name_is_refused(read: Callable[..., DataSet]) -> None:
    name = "w" * 41
    assert _message(read, GOOD, f"{name}/1.csv") == (
        f"{name}/1.csv: the name {'w' * 40!r} is longer than 40 characters or not printable; rename it"
    )


def test_an_invisible_name_is_refused(read: Callable[..., DataSet]) -> None:
    message = _message(read, GOOD, "wave/person-an\u200bna_1.csv")
    assert "'person-an\\u200bna' is longer than 40 characters or not printable" in message
    assert "\u200b" not in message


def test_the_same_file_twice_is_refused(read: Callable[..., DataSet]) -> None:
    read(GOOD, "wave/person-anna_1.csv")
    assert _message(read, GOOD, "wave/person-anna_2.csv") == (
        "wave/person-anna_2.csv: the same recording as wave/person-anna_1.csv; remove one of the two"
    )
