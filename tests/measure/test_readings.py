"""From the file of a power analyser to the datasheet and the footprint of the firmware that was measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.chain import Finished

from sensorsmith.base.errors import DataError
from sensorsmith.base.hashing import hash_file
from sensorsmith.base.records import Absent, Quantity
from sensorsmith.cli import main
from sensorsmith.cli.summary import summary
from sensorsmith.flow import Project, make
from sensorsmith.measure import import_power
from sensorsmith.measure.readings import FILE, read_reading

ABOUT = {"board": "A board", "fw_id": "0" * 64, "on": "2027-01-31", "analyser": "PPK2"}


def trace(path: Path, busy_ma: float = 10.0, marks: str = "0011000011100001") -> Path:
    """1 mA, and `busy_ma` where the marker is high; a sample each 10 ms."""
    lines = ["Timestamp(ms),Current(uA),D0,D1"]
    lines += [f"{10 * i},{(busy_ma if mark == '1' else 1) * 1000},{mark},0" for i, mark in enumerate(marks)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_each_time_that_the_marker_rises_and_falls_is_a_window(tmp_path: Path) -> None:
    """The last one does not fall within the trace. By the trapezoidal rule an edge of 10 ms counts half."""
    reading = import_power(tmp_path, trace(tmp_path / "t.csv"), voltage=2.0, marker="D0", **ABOUT)  # type: ignore[arg-type]
    one = 2.0 * (0.010 * 0.010 + 0.010 * (0.010 + 0.001) / 2)
    other = one + 2.0 * 0.010 * 0.010
    assert reading.energy_j is not None
    assert reading.energy_j.windows == 2
    assert (reading.energy_j.min, reading.energy_j.max) == (pytest.approx(one), pytest.approx(other))
    assert reading.energy_j.typ == pytest.approx((one + other) / 2)
    assert reading.seconds == pytest.approx(0.15)
    assert reading.sha256 == hash_file(tmp_path / "t.csv")
    assert read_reading(tmp_path) == reading


@pytest.mark.parametrize(
    ("marks", "busy", "message"),
    [
        ("0000", 1.0, "t.csv: D0 never rises and falls again; connect it to the pin that marks the work"),
        ("1110", 1.0, "t.csv: D0 never rises and falls again; connect it to the pin that marks the work"),
        ("0111", 1.0, "t.csv: D0 never rises and falls again; connect it to the pin that marks the work"),
        ("0110000", -1.1, "t.csv: no energy is drawn while D0 is high; check the leads"),
        ("0110", -9.0, "t.csv: the mean power is -0.0113 W; exchange the leads, or export it again"),
    ],
)
def test_what_cannot_be_used_leaves_the_last_reading(tmp_path: Path, marks: str, busy: float, message: str) -> None:
    first = import_power(tmp_path, trace(tmp_path / "t.csv"), voltage=2.0, marker="D0", **ABOUT)  # type: ignore[arg-type]
    with pytest.raises(DataError) as caught:
        import_power(tmp_path, trace(tmp_path / "t.csv", busy, marks), voltage=2.0, marker="D0", **ABOUT)  # type: ignore[arg-type]
    assert str(caught.value) == message
    assert read_reading(tmp_path) == first


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"file": 1}'])
def test_a_damaged_file(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(DataError) as caught:
        read_reading(tmp_path)
    assert str(caught.value) == (
        "measured.json: not a file of readings; import the measurement again, or remove the file"
    )


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["measure", "import", *words])


@pytest.mark.xdist_group("chain")
def test_a_measurement_stands_in_the_datasheet_and_counts_in_the_footprint(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(finished.project.folder, folder)
    before = finished.outcome.values
    assert isinstance(before["readings"]["measured_energy_j"], Absent)
    file = trace(tmp_path / "t.csv")
    done = run(str(file), "--project", str(folder), "--voltage", "3.3 V", "--marker", "D0", "--on", "2027-01-31")
    assert done.exit_code == 0, done.output
    assert "  energy     676 uJ (512 uJ to 842 uJ) per window, 2 windows (measured)\n" in done.output
    outcome = make(Project.load(folder))
    values = outcome.values
    assert ("energy", "676 uJ (512 uJ to 842 uJ) per window (measured)") in summary(Project.load(folder), outcome)
    energy = values["readings"]["measured_energy_j"]
    assert isinstance(energy, Quantity)
    assert (energy.method, energy.typ) == ("measured", pytest.approx(676.5e-6))
    assert {c.name: c.value for c in energy.conditions} == {
        "board": "NUCLEO-L4R5ZI", "on": "2027-01-31", "supply": "3.3 V", "windows": 2
    }  # fmt: skip
    sheet = json.loads((folder / "build" / "datasheet.json").read_text(encoding="utf-8"))
    assert sheet["execution"]["measured_energy_j"]["method"] == "measured"
    assert (folder / "build" / "evidence" / "readings" / "readings.json").is_file()
    old, new = (v["footprint"]["total_kg"] for v in (before, values))
    assert isinstance(old, Quantity) and isinstance(new, Quantity)
    assert new.typ is not None and old.typ is not None and new.typ > old.typ
    # Another firmware: the reading is not of it.
    text = (folder / "sensor.yaml").read_text(encoding="utf-8")
    (folder / "sensor.yaml").write_text(text.replace("confidence_bits: 4", "confidence_bits: 3"), encoding="utf-8")
    other = make(Project.load(folder)).values["readings"]["measured_energy_j"]
    assert isinstance(other, Absent)
    assert other.why.startswith("what was measured was another firmware, FW_ID ")


@pytest.mark.xdist_group("chain")
def test_a_mean_power_has_inference_and_the_rest_in_it(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(finished.project.folder, folder)
    done = run(str(trace(tmp_path / "t.csv", 1.0)), "--project", str(folder), "--voltage", "3.3 V", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["mean_power_w"] == pytest.approx(3.3e-3)
    values = make(Project.load(folder)).values
    assert isinstance(values["readings"]["measured_energy_j"], Absent)
    lines = json.loads((folder / "build" / "evidence" / "footprint" / "footprint.json").read_text(encoding="utf-8"))
    text = json.dumps(lines)
    assert "rest power is measured" in text and "it is part of the mean power that was measured" in text


@pytest.mark.xdist_group("chain")
def test_a_voltage_that_is_none(finished: Finished, tmp_path: Path) -> None:
    done = run(str(trace(tmp_path / "t.csv")), "--project", str(finished.project.folder), "--voltage", "3.3")
    assert done.exit_code == 2
    assert done.output.splitlines()[-1] == "error: '' is not a unit of voltage; use one of mV, V"
