"""Reads what a power analyser exports: the power that a board drew, sample by sample.

Timestamp(ms),Current(uA),D0,D1,...    Nordic's Power Profiler Kit II (nRF Connect Power Profiler); no voltage
time,current,voltage                   Joulescope and others, in s, A and V, or with a unit: `current (mA)`
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sensorsmith.base.errors import DataError
from sensorsmith.base.units import DIMENSIONS

_LARGEST = 2_000_000_000  # bytes of a file: five minutes of the fastest analyser
_LONGEST_HEADER = 1000
_COLUMN = re.compile(r"#?\s*([A-Za-z]\w*)\s*(?:[(\[]\s*(\S+?)\s*[)\]])?\s*")
_NAMES = {"timestamp": "time", "t": "time"}


@dataclass(frozen=True, eq=False)
class PowerTrace:
    """What was drawn.

    Attributes:
        seconds: (n,), increasing.
        watts: (n,).
        high: bool (n,), the level of the digital channel that was asked for; None if none was.
    """

    seconds: npt.NDArray[np.float64]
    watts: npt.NDArray[np.float64]
    high: npt.NDArray[np.bool_] | None

    @property
    def duration(self) -> float:
        return float(self.seconds[-1] - self.seconds[0])

    @property
    def mean(self) -> float:
        """Mean power in W."""
        return self.joules(0, len(self.seconds)) / self.duration

    def joules(self, first: int, end: int) -> float:
        """Energy from sample `first` to the one before `end`, by the trapezoidal rule."""
        watts, seconds = self.watts[first:end], self.seconds[first:end]
        return float(((watts[1:] + watts[:-1]) / 2 * np.diff(seconds)).sum())


def read_power(path: Path, voltage: float | None = None, marker: str | None = None) -> PowerTrace:
    """Read a CSV file.

    Args:
        voltage: of the supply, in V, for a file that has none.
        marker: name of the digital channel that is high while the sensor works on a window.

    Raises:
        DataError: it is not such a file; the message names the line where there is one.
    """
    names, units = _header(path)
    for needed in ("time", "current"):
        if needed not in names:
            raise _bad(path, 1, f"there is no column {needed!r} among {', '.join(names)}")
    if "voltage" not in names and voltage is None:
        todo = 'give that of the supply: --voltage "3.3 V"'
        raise DataError("it has no column of voltage", where=path.name, todo=todo)
    if marker is not None and marker.lower() not in names:
        what = f"there is no column {marker!r} among {', '.join(names)}"
        raise _bad(path, 1, what, "export the digital channels one by one")
    wanted = ["time", "current", *(["voltage"] if "voltage" in names else []), *([marker.lower()] if marker else [])]
    data = _numbers(path, [names.index(name) for name in wanted])
    seconds = data[0] * _factor(path, "time", units[names.index("time")])
    if len(seconds) < 2:
        raise DataError("fewer than two samples", where=path.name, todo="export a longer piece")
    late = np.flatnonzero(np.diff(seconds) <= 0)
    if len(late):
        raise _bad(path, int(late[0]) + 3, "the time does not increase")
    amperes = data[1] * _factor(path, "current", units[names.index("current")])
    volts = data[2] * _factor(path, "voltage", units[names.index("voltage")]) if "voltage" in names else voltage
    return PowerTrace(seconds, amperes * volts, data[-1] > 0.5 if marker else None)


def _header(path: Path) -> tuple[list[str], list[str]]:
    """Names of the columns in lower case, and their units, empty where none is said."""
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(
                f"the file has more than {_LARGEST / 1e9:g} GB", where=path.name, todo="export a shorter piece"
            )
        with path.open(encoding="utf-8-sig") as file:
            line = file.readline(_LONGEST_HEADER)
    except OSError as error:
        raise DataError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise DataError("not a CSV file in UTF-8", where=path.name, todo="export it as CSV again") from error
    if not line.strip():
        raise DataError("the file is empty", where=path.name, todo="export it again")
    if ";" in line:
        raise _bad(path, 1, "the columns are separated by ';'", "export with ',' between columns and '.' in numbers")
    found = [_COLUMN.fullmatch(cell.strip()) for cell in line.split(",")]
    names = [match[1].lower() if match else cell.strip() for match, cell in zip(found, line.split(","), strict=True)]
    return [_NAMES.get(name, name) for name in names], [match[2] or "" if match else "" for match in found]


def _factor(path: Path, dimension: str, unit: str) -> float:
    known = DIMENSIONS[dimension]
    if unit and unit not in known.units:
        raise _bad(path, 1, f"{unit!r} is not a unit of {dimension}", f"use one of {', '.join(known.units)}")
    return known.units[unit] if unit else 1.0


def _numbers(path: Path, columns: list[int]) -> npt.NDArray[np.float64]:
    """The columns asked for, (columns, n)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there are no rows we say ourselves
            data = np.loadtxt(path, delimiter=",", skiprows=1, usecols=columns, ndmin=2, encoding="utf-8-sig").T
    except (ValueError, IndexError) as error:
        row = re.search(r"row (\d+)", str(error))
        before = 2 if "could not convert" in str(error) else 1  # numpy counts rows from 0 here, and from 1 there
        raise _bad(path, int(row[1]) + before if row else None, "a cell is missing or not a number") from error
    strange = np.argwhere(~np.isfinite(data))
    if len(strange):
        raise _bad(path, int(strange[:, 1].min()) + 2, "a number is not finite")
    return np.asarray(data, np.float64)


def _bad(path: Path, line: int | None, what: str, todo: str = "correct the line, or export it again") -> DataError:
    return DataError(what, where=f"{path.name}:{line}" if line else path.name, todo=todo)
