from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.measure import read_power

PPK2 = "Timestamp(ms),Current(uA),D0,D1,D2,D3,D4,D5,D6,D7\n"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "trace.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_power_profiler_kit(tmp_path: Path) -> None:
    """Milliseconds and microampere, at the voltage that the user gives."""
    rows = "0,1000,0,0,0,0,0,0,0,0\n0.01,2000,1,0,0,0,0,0,0,0\n0.02,3000.5,0,0,0,0,0,0,0,1\n"
    trace = read_power(written(tmp_path, PPK2 + rows), voltage=3.0, marker="D0")
    assert trace.seconds.tolist() == pytest.approx([0, 1e-5, 2e-5])
    assert trace.watts.tolist() == pytest.approx([3e-3, 6e-3, 9.0015e-3])
    assert trace.high is not None and trace.high.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ("time,current,voltage", 1.0),
        ("#time (s), current (A), voltage (V)", 1.0),
        ("voltage [V],time [ms],power,current [mA]", None),
    ],
)
def test_an_analyser_with_a_column_of_voltage(tmp_path: Path, header: str, scale: float | None) -> None:
    rows = "0,0.5,4\n2,0.5,4\n" if scale else "4,0,9,500\n4,2000,9,500\n"
    trace = read_power(written(tmp_path, f"{header}\n{rows}"))
    assert (trace.duration, trace.mean) == (pytest.approx(2.0), pytest.approx(2.0))
    assert trace.high is None


def test_the_mean_minds_uneven_steps(tmp_path: Path) -> None:
    """Triangles: 0 to 6 W in one second, then three seconds at 6 W."""
    trace = read_power(written(tmp_path, "time,current,voltage\n0,0,3\n1,2,3\n4,2,3\n"))
    assert trace.mean == pytest.approx((3 + 18) / 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "trace.csv: the file is empty; export it again"),
        ("a,b\n1,2\n", "trace.csv:1: there is no column 'time' among a, b; correct the line, or export it again"),
        (
            "Timestamp(ms);Current(uA)\n0;1\n",
            "trace.csv:1: the columns are separated by ';'; export with ',' between columns and '.' in numbers",
        ),
        ("time,voltage\n0,1\n1,1\n", "trace.csv:1: there is no column 'current' among time, voltage; "
         "correct the line, or export it again"),
        ("time,current\n0,1\n1,1\n",
         'trace.csv: it has no column of voltage; give that of the supply: --voltage "3.3 V"'),
        ("time (fortnights),current,voltage\n0,1,1\n1,1,1\n", "trace.csv:1: 'fortnights' is not a unit of time; "
         "use one of ns, us, µs, ms, s, min, h, day, days, year, years"),
        ("time,current,voltage\n0,1,1\n", "trace.csv: fewer than two samples; export a longer piece"),
        ("time,current,voltage\n", "trace.csv: fewer than two samples; export a longer piece"),
        ("time,current,voltage\n0,1,1\n1,1,1\n1,1,1\n", "trace.csv:4: the time does not increase; "
         "correct the line, or export it again"),
        ("time,current,voltage\n0,1,1\n1,x,1\n2,1,1\n", "trace.csv:3: a cell is missing or not a number; "
         "correct the line, or export it again"),
        ("time,current,voltage\n0,1,1\n1,1\n2,1,1\n", "trace.csv:3: a cell is missing or not a number; "
         "correct the line, or export it again"),
        ("time,current,voltage\n0,1,1\n1,nan,1\n2,1,1\n", "trace.csv:3: a number is not finite; "
         "correct the line, or export it again"),
        (b"\xff\xfe\x00\x01", "trace.csv: not a CSV file in UTF-8; export it as CSV again"),
    ],
)  # fmt: skip
def test_files_that_are_no_traces(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_power(written(tmp_path, text))
    assert str(caught.value) == message


def test_a_channel_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_power(written(tmp_path, "Timestamp(ms),Current(uA),D0-D7\n0,1,00000001\n1,1,00000001\n"), 3.3, "D0")
    assert str(caught.value) == (
        "trace.csv:1: there is no column 'D0' among time, current, D0-D7; export the digital channels one by one"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_power(tmp_path / "none.csv")
    assert str(caught.value) == f"{tmp_path / 'none.csv'}: it cannot be read: No such file or directory"


def test_half_a_million_samples(tmp_path: Path) -> None:
    n = 500_000
    rows = np.column_stack([np.arange(n) * 0.01, np.full(n, 1000.0), np.zeros((n, 8))])
    path = tmp_path / "long.csv"
    np.savetxt(path, rows, delimiter=",", fmt=["%.2f", "%.3f", *["%d"] * 8], header=PPK2.strip(), comments="")
    assert read_power(path, 3.0).mean == pytest.approx(3e-3)
