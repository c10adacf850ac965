"""examples/person-sensor: a camera, a model that the user brings, nothing trained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from tests.chain import ROOT

from sensorsmith.base.records import Absent, Quantity
from sensorsmith.cli import main
from sensorsmith.data import MODELS, find_model
from sensorsmith.flow import Outcome, Project, make

pytestmark = [
    pytest.mark.xdist_group("person"),
    pytest.mark.skipif(
        find_model(MODELS["mlperf-vww"]) is None,
        reason="the model is not on this machine; sensorsmith data fetch mlperf-vww brings it",
    ),
]
DATA = "# data: {source: pictures, group: picture, unseen: [all]}"


def _project(folder: Path, *changes: tuple[str, str]) -> Project:
    pytest.importorskip("unicorn")
    text = (ROOT / "examples" / "person-sensor" / "sensor.yaml").read_text(encoding="utf-8")
    for before, after in changes:
        assert text.count(before) == 1
        text = text.replace(before, after)
    folder.mkdir(exist_ok=True)
    (folder / "sensor.yaml").write_text(text, encoding="utf-8")
    return Project.load(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Outcome]:
    project = _project(tmp_path_factory.mktemp("person"))
    return project, make(project)


def test_what_is_not_known_is_not_provided(made: tuple[Project, Outcome]) -> None:
    values = made[1].values["measure"]
    for name in ("accuracy_device", "accuracy_int8", "accuracy_float", "accuracy_worst_person"):
        value = values[name]
        assert isinstance(value, Absent)
        assert value.reason == "not_provided"
    why = "sensor.yaml names no recordings of which it is known what they show"
    assert values["accuracy_device"].why == why
    sheet = json.loads((made[1].folder / "datasheet.json").read_text(encoding="utf-8"))
    assert sheet["performance"]["accuracy_device"]["why"] == why
    assert sheet["performance"]["confusion"]["reason"] == "not_provided"
    assert sheet["signal"]["channels"]["text"] == "grey pictures, 96 x 96 pixels of 8 bits"
    assert sheet["dataset"]["recordings"]["reason"] == "not_applicable"


def test_labels_and_rate_are_not_forgotten(made: tuple[Project, Outcome], tmp_path: Path) -> None:
    """Of what has run already, all that depends on them runs again."""
    shutil.copytree(made[0].folder, tmp_path / "copy")
    project = _project(
        tmp_path / "copy", ("labels: [no person, person]", "labels: [nobody, somebody]"), ("1 Hz", "0.5 Hz")
    )
    again = make(project)
    sheet = json.loads((again.folder / "datasheet.json").read_text(encoding="utf-8"))
    assert sheet["dataset"]["labels"]["text"] == "nobody, somebody"
    before, after = (outcome.values["footprint"]["total_kg"] for outcome in (made[1], again))
    assert isinstance(before, Quantity) and isinstance(after, Quantity)
    assert before.typ is not None and after.typ is not None and after.typ < before.typ


def test_what_it_costs(made: tuple[Project, Outcome]) -> None:
    """That the device is bit-exact `make` has seen to."""
    values = made[1].values
    assert values["measure"]["disagreements"].typ == 0
    assert values["firmware"]["flash_bytes"].typ < 56 * 1024
    assert values["measure"]["ram_total_bytes"].typ < 64 * 1024
    assert values["measure"]["instructions_per_window"].typ < 6.5e6
    assert values["measure"]["information_rate"].typ == 6.0


def test_pictures_at_hand_are_judged(tmp_path: Path) -> None:
    """Noise is no person: what the sensor makes of it is what the model makes of it."""
    for number in range(3):
        noise = np.random.default_rng(number).integers(0, 256, (96, 96)).astype(np.uint8)
        label = "person" if number == 2 else "no person"
        path = tmp_path / "pictures" / label / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(noise).save(path)
    project = _project(tmp_path, (DATA, DATA.removeprefix("# ")))
    values = make(project).values["measure"]
    device, int8 = values["accuracy_device"], values["accuracy_int8"]
    assert isinstance(device, Quantity) and isinstance(int8, Quantity)
    assert device.typ is not None and device.interval is not None
    assert device.interval.groups == 3
    assert isinstance(values["accuracy_worst_person"], Absent)
    shown = CliRunner().invoke(main, ["run", str(tmp_path), "--input", str(tmp_path / "pictures" / "no person")])
    assert shown.exit_code == 0
    lines = shown.output.splitlines()
    assert f"fed with 2 files of {tmp_path / 'pictures' / 'no person'} (2 s)" in shown.output
    assert [line.split()[:2] for line in lines if line.startswith("  ") and " s " in line][-2:] == [
        ["1.00", "s"],
        ["2.00", "s"],
    ]


def test_an_empty_folder_to_run(made: tuple[Project, Outcome], tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["run", str(made[0].folder), "--input", str(tmp_path)])
    assert shown.exit_code == 2
    assert shown.output.splitlines()[-1] == (
        f"error: {tmp_path}: there is no .png or .jpg or .jpeg or .bmp or .pgm or .ppm file in this folder; "
        "name another"
    )


def test_a_model_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "user"))
    monkeypatch.delenv("SENSORSMITH_CACHE", raising=False)
    _project(tmp_path / "bare")
    shown = CliRunner().invoke(main, ["make", str(tmp_path / "bare")])
    assert shown.exit_code == 2
    assert shown.output.splitlines()[-1] == (
        "error: model 'mlperf-vww' is not on this machine; run `sensorsmith data fetch mlperf-vww`"
    )
    assert not (tmp_path / "bare" / "build").exists()
