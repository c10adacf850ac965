"""Readings of a real board: imported into `measured.json` beside sensor.yaml, and taken from there by a stage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sensorsmith.base.errors import DataError
from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_file
from sensorsmith.base.records import Absent, Tool, Value
from sensorsmith.measure.power_trace import PowerTrace, read_power
from sensorsmith.spec.stage import Work

FILE = "measured.json"


class Energy(BaseModel):
    """Of one window, in J."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    min: float = Field(gt=0)
    typ: float = Field(gt=0)
    max: float = Field(gt=0)
    windows: int = Field(ge=1)


class Reading(BaseModel):
    """What one file of a power analyser says of one firmware."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    file: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    samples: int = Field(ge=2)
    seconds: float = Field(gt=0)
    analyser: str
    on: str
    board: str
    fw_id: str
    supply_v: float | None
    marker: str | None
    mean_power_w: float = Field(gt=0)
    energy_j: Energy | None


def import_power(
    project: Path,
    path: Path,
    *,
    board: str,
    fw_id: str,
    on: str,
    analyser: str,
    voltage: float | None = None,
    marker: str | None = None,
) -> Reading:
    """Read a file of a power analyser, and keep what it says in `measured.json` of a project; an earlier reading goes.

    Args:
        board, fw_id: what was measured: title of the board, identity of its firmware.
        on: the day.
        analyser: what measured.
        voltage, marker: as for `read_power`.

    Raises:
        DataError: the file cannot be used.
    """
    trace = read_power(path, voltage, marker)
    if not trace.mean > 0:
        raise DataError(
            f"the mean power is {trace.mean:.3g} W", where=path.name, todo="exchange the leads, or export it again"
        )
    reading = Reading(
        file=path.name,
        sha256=hash_file(path),
        samples=len(trace.seconds),
        seconds=trace.duration,
        analyser=analyser,
        on=on,
        board=board,
        fw_id=fw_id,
        supply_v=voltage,
        marker=marker,
        mean_power_w=trace.mean,
        energy_j=_energy(trace, path.name, marker) if marker else None,
    )
    write_json(project / FILE, reading.model_dump(mode="json"))
    return reading


def _energy(trace: PowerTrace, name: str, marker: str) -> Energy:
    """Energy while the marker is high, for each time that it rises and falls within the trace."""
    assert trace.high is not None
    rises, falls = (np.flatnonzero(np.diff(trace.high.astype(np.int8)) == step) + 1 for step in (1, -1))
    falls = falls[falls > rises[0]] if len(rises) else falls[:0]
    joules = [trace.joules(int(rise), int(fall) + 1) for rise, fall in zip(rises, falls, strict=False)]
    if not joules:
        raise DataError(
            f"{marker} never rises and falls again", where=name, todo="connect it to the pin that marks the work"
        )
    if min(joules) <= 0:
        raise DataError(f"no energy is drawn while {marker} is high", where=name, todo="check the leads")
    return Energy(min=min(joules), typ=float(np.mean(joules)), max=max(joules), windows=len(joules))


def read_reading(project: Path) -> Reading | None:
    """What has been imported into a project.

    Raises:
        DataError: the file is damaged.
    """
    file = project / FILE
    if not file.is_file():
        return None
    try:
        return Reading.model_validate_json(file.read_bytes())
    except (ValidationError, OSError) as error:
        raise DataError(
            "not a file of readings", where=FILE, todo="import the measurement again, or remove the file"
        ) from error


def take_readings(work: Work) -> None:
    """Stage `readings`: what was measured on a real board, if it was measured on this very firmware.

    Raises:
        DataError: `measured.json` is damaged.
    """
    reading = read_reading(work.project)
    fw_id = str(work.read_json("firmware", "firmware.json")["fw_id"])
    found = reading if reading is not None and reading.fw_id == fw_id else None
    write_json(work.out / "readings.json", found.model_dump(mode="json") if found else {})
    if reading is None:
        why = "nothing has been measured on a real board"
    else:
        why = f"what was measured was another firmware, FW_ID {reading.fw_id[:16]}"
    absent: Value = Absent(reason="not_provided", why=why)
    work.record(
        "readings",
        {
            "measured_energy_j": _energy_value(work, found) if found else absent,
            "measured_power_w": _power_value(work, found) if found else absent,
        },
    )


def _energy_value(work: Work, reading: Reading) -> Value:
    energy = reading.energy_j
    if energy is None:
        return Absent(reason="not_provided", why="the measurement has no digital channel that marks the windows")
    return work.found(
        energy.typ,
        "J",
        "measured",
        "readings.json",
        "/energy_j/typ",
        low=energy.min,
        high=energy.max,
        conditions=_conditions(reading) | {"windows": energy.windows},
        tool=Tool(name=reading.analyser, version="as exported"),
        note=f"mean, smallest and largest of the windows that {reading.marker} marks in {reading.file}",
    )


def _power_value(work: Work, reading: Reading) -> Value:
    return work.found(
        reading.mean_power_w,
        "W",
        "measured",
        "readings.json",
        "/mean_power_w",
        conditions=_conditions(reading),
        tool=Tool(name=reading.analyser, version="as exported"),
        note=f"mean over the {reading.seconds:.4g} s of {reading.file}",
    )


def _conditions(reading: Reading) -> dict[str, str | float | int]:
    supply = {} if reading.supply_v is None else {"supply": f"{reading.supply_v:g} V"}
    return {"board": reading.board, "on": reading.on, **supply}
