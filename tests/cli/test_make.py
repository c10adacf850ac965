"""The verbs of the chain, as a person calls them."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from tests.chain import Finished, edit

from sensorsmith.cli import main
from sensorsmith.cli.new import write_project

pytestmark = pytest.mark.xdist_group("chain")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_make_ends_with_a_summary_and_what_to_do_next(finished: Finished) -> None:
    folder = finished.project.folder
    result = run("make", str(folder))
    assert result.exit_code == 0, result.output
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines() if line.strip()]
    headings = [
        "accuracy",
        "interval",
        "parity",
        "flash",
        "RAM",
        "work",
        "time",
        "energy",
        "carbon",
        "tells",
        "datasheet",
        "next",
    ]
    assert [line[0] for line in lines] == headings
    texts = dict(lines)
    assert re.fullmatch(
        r"\d\d\.\d % on person p08, p09, p10, never trained on; worst \d\d\.\d % \(emulated device\)", texts["accuracy"]
    )
    assert re.fullmatch(
        r"\d\d\.\d to \d\d\.\d % with 95 % confidence; "
        r"insufficient data: 3 groups, at least 5 are needed",
        texts["interval"],
    )
    assert texts["parity"] == "device equal to the integer interpreter"
    assert re.fullmatch(r"\d+\.\d KiB", texts["flash"])
    assert re.fullmatch(r"\d{3},\d{3} instructions per window \(emulated\)", texts["work"])
    assert Path(texts["datasheet"]).is_file()
    assert texts["next"] == f"sensorsmith explain {folder}"
    assert result.stderr.count("reused") == 10


def test_make_says_why_each_stage_ran(finished: Finished) -> None:
    result = run("make", str(finished.project.folder), "--explain-cache")
    assert result.stderr.count("reused: nothing it depends on has changed") == 10


def test_make_in_json_is_the_same_in_full(finished: Finished) -> None:
    result = run("make", str(finished.project.folder), "--json")
    assert result.stderr == ""
    found = json.loads(result.stdout)
    accuracy = found["values"]["measure"]["accuracy_device"]
    assert accuracy["method"] == "emulated"
    assert accuracy["evidence"][0]["file"] == "evaluation.json"
    assert {stage["ran"] for stage in found["stages"].values()} == {False}


def test_explain_shows_every_stage_and_its_verdict(finished: Finished) -> None:
    result = run("explain", str(finished.project.folder), "--window", "2000")
    assert result.exit_code == 0, result.output
    assert "Every stage gives the same bytes everywhere." in result.output
    assert result.output.count("equal") == 7
    found = json.loads(run("explain", str(finished.project.folder), "--json").stdout)
    assert found["first"] is None
    assert found["split"] == "unseen"
    assert [step["equal"] for step in found["steps"]] == [True] * 7


def test_explain_refuses_a_window_that_is_not_there(finished: Finished) -> None:
    result = run("explain", str(finished.project.folder), "--window", "99999")
    assert (result.exit_code, result.stderr) == (2, "error: there is no window 99999; choose from 0 to 4396\n")


def test_demo_does_not_touch_another_sensor(tmp_path: Path) -> None:
    (tmp_path / "sensor.yaml").write_text("mine")
    result = run("demo", "--folder", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: {tmp_path}: its sensor.yaml is not the demo's; "
        f'"sensorsmith make {tmp_path}" builds what is there; --folder names another place for the demo\n'
    )
    assert (tmp_path / "sensor.yaml").read_text() == "mine"


def test_footprint_shows_every_line_and_what_is_missing(finished: Finished) -> None:
    result = run("footprint", str(finished.project.folder))
    assert result.stdout.count("not provided") == 2
    found = json.loads(run("footprint", str(finished.project.folder), "--json").stdout)
    total = found["total"]["sum_of_typ"]
    assert total == pytest.approx(sum(line["typ"] for line in found["lines"]))
    (shown,) = (line for line in result.stdout.splitlines() if line.startswith("total "))
    assert f" {total:.3f} " in shown
    factors = json.loads(run("footprint", "--factors", "--json").stdout)
    assert {line["factor"] for line in found["lines"] if line["factor"]} <= set(factors)


def test_data_lists_the_sets_with_licence_and_size() -> None:
    result = run("data", "list", "--json")
    assert json.loads(result.stdout)["seglearn-watch"]["licence"] == "BSD-3-Clause"
    assert "11.3 MB" in run("data", "list").stdout


def test_an_unknown_data_set_is_refused() -> None:
    result = run("data", "fetch", "seglern-watch")
    assert result.exit_code == 2
    assert result.stderr == "error: there is no data set 'seglern-watch'; choose from seglearn-watch\n"


def write_recordings(folder: Path, length: int = 500) -> None:
    """Three people, two motions; 10 s each, at 50 Hz."""
    rng = np.random.default_rng(0)
    for label in ("still", "wave"):
        (folder / "recordings" / label).mkdir(parents=True)
        for person in ("anna", "ben", "cleo"):
            samples = rng.normal(0, 0.1 if label == "still" else 1.0, (length, 6))
            rows = ["ax,ay,az,wx,wy,wz", *(",".join(f"{v:.4f}" for v in row) for row in samples)]
            (folder / "recordings" / label / f"person-{person}.csv").write_text("\n".join(rows) + "\n")


def each(folder: Path, pattern: str, change: Callable[[Path], object]) -> None:
    for file in sorted(folder.glob(f"recordings/{pattern}")):
        change(file)


def huge(file: Path) -> None:
    with file.open("r+b") as handle:
        handle.truncate(2_000_000_000)


def with_time(file: Path) -> None:
    header, *rows = file.read_text().splitlines()
    timed = [f"{i / 100:.3f},{row}" for i, row in enumerate(rows)]
    file.write_text("\n".join([f"time_s,{header}", *timed]))


def with_nan(file: Path) -> None:
    lines = file.read_text().splitlines()
    lines[8] = "nan," + lines[8].split(",", 1)[1]
    file.write_text("\n".join(lines))


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "unknown key": (
        lambda f: edit(f, r"(?m)^window:", "widnow:"),
        r'sensor\.yaml:\d+: unknown key "widnow"; did you mean "window"\?',
    ),
    "wrong unit": (
        lambda f: edit(f, r"length: 4 s", "length: 4 kg"),
        r"sensor\.yaml:\d+: window\.length: 'kg' is not a unit of time; use one of ns, us, ms, s, min, h, .*",
    ),
    "impossible window": (
        lambda f: edit(f, r"length: 4 s", "length: 4.01 s"),
        r"sensor\.yaml:\d+: window\.length of 4\.01 s is 200\.5 samples at 50 Hz, not a whole number; "
        r"choose for example 4 s",
    ),
    "window longer than any recording": (
        lambda f: edit(f, r"length: 4 s", "length: 40 s"),
        r"no recording .*40 s.*",
    ),
    "unknown board": (
        lambda f: edit(f, r"(?m)^board: nucleo-l4r5zi", "board: nucleo-l4r5z"),
        r"board: there is no board 'nucleo-l4r5z'; did you mean 'nucleo-l4r5zi'\? known are .*",
    ),
    "missing data": (
        lambda f: (f / "recordings").rename(f / "elsewhere"),
        r"sensor\.yaml: data\.source: there is neither a data set nor a folder called 'recordings'; .*",
    ),
    "one class": (
        lambda f: each(f, "wave/*", lambda p: p.unlink()),
        r"there is only one label, 'still'; record at least two things to tell apart",
    ),
    "one group": (
        lambda f: (each(f, "*/*-ben.csv", lambda p: p.unlink()), each(f, "*/*-cleo.csv", lambda p: p.unlink())),
        r"all recordings are of one person \(anna\), so none can be held out; record a second person",
    ),
    "NaN": (
        lambda f: each(f, "wave/*-ben.csv", with_nan),
        r"wave/person-ben\.csv:9: .*nan.*",
    ),
    "empty file": (
        lambda f: each(f, "still/*-anna.csv", lambda p: p.write_text("")),
        r"still/person-anna\.csv: .*empty.*",
    ),
    "wrong sample rate": (
        lambda f: each(f, "*/*", with_time),
        r"still/person-anna\.csv: recorded at 100 Hz, but the transducer samples at 50 Hz; .*",
    ),
    "2 GB file": (
        lambda f: each(f, "still/*-cleo.csv", huge),
        r"still/person-cleo\.csv: .*2000 MB.*200 MB.*",
    ),
    "YAML bomb": (
        lambda f: (f / "sensor.yaml").write_text("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
        r"sensor\.yaml:1: anchors such as \"&a\" are not read; write the value out",
    ),
}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sensor from one's own recordings."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "my-sensor"
    write_project(folder, "csv")
    write_recordings(folder)
    return folder


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_leaves_nothing_half_written(own: Path, name: str) -> None:
    spoil, message = BAD[name]
    spoil(own)
    os.chdir(own)
    before = {p for p in own.rglob("*") if ".sensorsmith" not in p.parts}
    result = run("make")
    assert result.exit_code == 2, result.output
    last = result.stderr.splitlines()[-1]
    assert re.fullmatch(rf"error: {message}", last), last
    assert {p for p in own.rglob("*") if ".sensorsmith" not in p.parts} == before
    assert list(own.glob(".sensorsmith/tmp/*")) == []


def test_a_board_without_enough_memory_is_refused_by_how_much(own: Path) -> None:
    pytest.importorskip("jax", reason="the [train] extra is not installed")
    shutil.rmtree(own / "recordings")
    write_recordings(own, length=20_000)
    edit(own, r"length: 4 s", "length: 400 s")
    edit(own, r"decimate: 4", "decimate: 16")
    edit(own, r"board: nucleo-l4r5zi", "board: nano33ble-sense")
    edit(own, r"steps: 800", "steps: 1\n  batch: 2")
    os.chdir(own)
    result = run("make")
    assert result.exit_code == 2, result.output
    message = re.fullmatch(
        r"error: board: the image needs (\d+) bytes of RAM, (\d+) more than the 262144 of Arduino Nano 33 BLE Sense; "
        r"choose a larger board, or a smaller model or window",
        result.stderr.splitlines()[-1],
    )
    assert message, result.stderr
    assert int(message[1]) - int(message[2]) == 262144
    assert not (own / "build").exists()


def test_own_recordings_become_features(own: Path) -> None:
    """The intact folder that the bad ones are made from: it fails only where a framework is missing."""
    from sensorsmith.flow import Project
    from sensorsmith.flow import run as run_stages

    results = run_stages(Project.load(own), until="features")
    assert (results["features"].folder / "features.npz").is_file()
