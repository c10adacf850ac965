"""The pipeline as a whole: made once, found again, killed, broken, and held to its requirements."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.chain import Finished, edit, require_chain, small_demo, trainable

from sensorsmith.base.errors import BoardError, MissingTool, RequirementFailed, SpecError
from sensorsmith.base.hashing import hash_bytes, hash_file
from sensorsmith.base.records import Quantity, StageRecord, resolve_pointer
from sensorsmith.boards import load_board
from sensorsmith.dsp import feature_block
from sensorsmith.emulate import open_board
from sensorsmith.firmware import firmware_id
from sensorsmith.firmware.uf2 import RP2040, read_uf2
from sensorsmith.flow import BROUGHT, TRAINED, Project, make, release, run
from sensorsmith.spec.stage import read_record
from sensorsmith.spec.types import Sensor

pytestmark = pytest.mark.xdist_group("chain")

ROOT = Path(__file__).parent.parent


def hashes(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hash_file(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_second_run_computes_nothing(finished: Finished) -> None:
    before = hashes(finished.outcome.folder)
    again = make(Project.load(finished.project.folder))
    assert [name for name, result in again.results.items() if result.ran] == []
    assert hashes(finished.outcome.folder) == before


def test_the_released_files(finished: Finished) -> None:
    folder = finished.outcome.folder
    listing = json.loads((folder / "files.json").read_text())
    assert {"datasheet.pdf", "datasheet.html", "datasheet.json", "model.tflite", "sensor.elf", "sensor.bin"} < set(
        listing
    )
    assert {name: value for name, value in hashes(folder).items() if name != "files.json"} == listing


def test_the_device_tells_who_it_is(finished: Finished) -> None:
    folder, sensor = finished.outcome.folder, finished.project.sensor
    elf = (folder / "sensor.elf").read_bytes()
    with open_board(load_board(sensor.board), elf, feature_block(sensor).window) as board:
        assert board.read(0x40, 32).hex() == hash_file(folder / "model.tflite")
        assert board.read(0x60, 16).hex() == hash_file(folder / "datasheet.json")[:32]
        assert board.read(0x70, 16).hex() == firmware_id(elf)[:32]
    document = (folder / "datasheet.json").read_text()
    assert firmware_id(elf) in document  # the datasheet names the firmware, and not the other way round


def test_a_pico_is_flashed_with_what_was_measured(tmp_path: Path) -> None:
    """From the recordings to the file that is copied onto it; windows pass the registers of a motion sensor."""
    require_chain()
    folder = small_demo(tmp_path / "pico")
    edit(folder, "board: nucleo-l4r5zi", "board: pico")
    outcome = make(Project.load(folder))
    values = outcome.values["measure"]
    assert isinstance(found := values["disagreements"], Quantity) and found.typ == 0 and found.method == "emulated"
    start, content = read_uf2((outcome.folder / "sensor.uf2").read_bytes(), RP2040)
    assert start == load_board("pico").flash.start
    assert content.startswith((outcome.folder / "sensor.bin").read_bytes())
    assert bytes.fromhex(hash_file(outcome.folder / "datasheet.json"))[:16] in content


def test_every_value_can_be_read_again_from_its_evidence(finished: Finished) -> None:
    checked = 0
    for folder in finished.folders.values():
        record: StageRecord = read_record(folder)
        for value in record.values.values():
            for proof in getattr(value, "evidence", ()):
                assert hash_file(folder / proof.file) == proof.sha256
                if proof.file.endswith(".json") and proof.pointer:
                    there = resolve_pointer(json.loads((folder / proof.file).read_text()), proof.pointer)
                    if isinstance(value, Quantity):
                        assert value.typ in (there.values() if isinstance(there, dict) else [there]), proof
                        checked += 1
        for artefact in record.artefacts:
            assert hash_file(folder / artefact.path) == artefact.sha256
    assert checked > 20


def test_the_evidence_that_the_datasheet_names_is_released_with_it(finished: Finished) -> None:
    folder = finished.outcome.folder
    text = (folder / "datasheet.json").read_text(encoding="utf-8")
    proofs = dict(re.findall(r'"file": "([^"]+)",\s*"pointer": "[^"]*",\s*"sha256": "([0-9a-f]{64})"', text))
    assert {"measure/evaluation.json", "measure/profile.json", "firmware/firmware.json"} < set(proofs)
    for name, value in proofs.items():
        if not name.startswith("boards/"):
            assert hash_file(folder / "evidence" / name) == value, name


def test_only_what_depends_on_a_change_runs_again(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished.project.folder, folder)
    edit(folder, r"title: .*", "title: Another title")
    ran = {name: result.why for name, result in make(Project.load(folder)).results.items() if result.ran}
    # The title is part of `identity`, which names the C and goes into the register map.
    assert set(ran) == {"compile", "firmware", "measure", "readings", "footprint", "datasheet"}
    assert ran["datasheet"].startswith("ran: ")
    assert 'identity.title changed from "Shoulder exercise sensor" to "Another title"' in ran["compile"]

    edit(folder, r"country: DEU", "country: FRA")
    ran = {name: result.why for name, result in make(Project.load(folder)).results.items() if result.ran}
    assert set(ran) == {"footprint", "datasheet"}
    assert ran["footprint"] == 'ran: deployment.country changed from "DEU" to "FRA"'


def test_a_broken_requirement_says_by_how_much_and_releases_nothing(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(finished.project.folder, folder)
    before = hashes(folder / "build")
    edit(folder, r"minimum_accuracy: 80 %", "minimum_accuracy: 99 %")
    edit(folder, r"maximum_ram: 16 KiB", "maximum_ram: 2 KiB")
    with pytest.raises(RequirementFailed) as caught:
        make(Project.load(folder))
    accuracy, ram = (finished.outcome.values["measure"][n].typ for n in ("accuracy_device", "ram_total_bytes"))  # type: ignore[union-attr]
    accuracy, ram = 100 * accuracy, ram / 1024
    assert str(caught.value) == (
        f"sensor.yaml: requirements: minimum_accuracy is 99 %, found {accuracy:.4g} % ({accuracy - 99:+.3g}); "
        f"maximum_ram is 2 KiB, found {ram:.4g} KiB ({ram - 2:+.3g})"
    )
    assert hashes(folder / "build") == before


def test_a_folder_without_sensor_yaml(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        Project.load(tmp_path)
    assert str(caught.value) == (
        f'{tmp_path}: there is no sensor.yaml; write one, or start with "sensorsmith new NAME"'
    )


@pytest.mark.parametrize("stages", [TRAINED, BROUGHT])
def test_stages_read_only_what_comes_before_them(stages: tuple[object, ...]) -> None:
    names = [stage.name for stage in stages]  # type: ignore[attr-defined]
    assert len(set(names)) == len(names)
    every = {name for pipeline in (TRAINED, BROUGHT) for name in (s.name for s in pipeline)}
    for position, stage in enumerate(stages):
        known = set(names[:position])
        assert set(stage.reads) <= known | (every - set(names))  # type: ignore[attr-defined]
        assert set(stage.sections) <= set(Sensor.model_fields)  # type: ignore[attr-defined]
        for room in stage.rooms:  # type: ignore[attr-defined]
            assert (ROOT / "src" / "sensorsmith" / room).exists()


def test_a_file_that_is_no_longer_made_leaves_the_output_and_others_stay(finished: Finished, tmp_path: Path) -> None:
    folder = tmp_path / "build"
    release(folder, finished.outcome.results)
    (folder / "mine.txt").write_text("keep")
    (folder / "old.c").write_text("old")
    listing = json.loads((folder / "files.json").read_text()) | {"old.c": hash_bytes(b"old"), "../evil": "x"}
    (folder / "files.json").write_text(json.dumps(listing))
    (tmp_path / "evil").write_text("keep")
    release(folder, finished.outcome.results)
    assert not (folder / "old.c").exists()
    assert (folder / "mine.txt").exists()
    assert (tmp_path / "evil").exists()
    (folder / "files.json").write_text("{")
    release(folder, finished.outcome.results)
    assert "datasheet.pdf" in json.loads((folder / "files.json").read_text())


def test_an_unknown_stage_is_a_mistake_of_the_caller(finished: Finished) -> None:
    with pytest.raises(ValueError, match="measur"):
        run(finished.project, until="measur")


def test_a_missing_emulator_is_said_before_anything_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_chain()
    folder = small_demo(tmp_path / "demo")
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "unicorn" else find(name))
    with pytest.raises(MissingTool) as caught:
        make(Project.load(folder))
    assert str(caught.value) == 'the emulator is not installed; run: pip install "sensorsmith[emulate]"'
    assert not (folder / ".sensorsmith").exists()


def test_a_board_that_counts_no_instructions_is_refused_before_anything_runs(tmp_path: Path) -> None:
    require_chain()
    folder = small_demo(tmp_path / "demo")
    edit(folder, "board: nucleo-l4r5zi", "board: mps2-an386")
    with pytest.raises(BoardError) as caught:
        make(Project.load(folder))
    assert str(caught.value) == (
        "sensor.yaml: board: sensors are not made on Arm MPS2+ with AN386: its emulator counts no instructions; "
        "make it for nucleo-l4r5zi; build, run and prove --conformance work on this board"
    )
    assert not (folder / ".sensorsmith").exists()


def test_the_file_sensor_yaml_stands_for_its_folder(finished: Finished) -> None:
    folder = finished.project.folder
    assert Project.load(folder / "sensor.yaml").folder == folder


# Runs the pipeline and dies by SIGKILL inside one stage, with files written and the stage not complete.
KILLED = """
import os, signal, sys
from pathlib import Path
import sensorsmith.spec.stage as stage
from sensorsmith.flow import Project, make
project, victim = Path(sys.argv[1]), sys.argv[2]
intact = stage.write_record
def write_record(folder, record):
    if record.stage == victim:
        os.kill(os.getpid(), signal.SIGKILL)
    intact(folder, record)
stage.write_record = write_record
make(Project.load(project))
"""


def run_python(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", text, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_in_any_stage_it_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    require_chain()
    undisturbed = make(Project.load(small_demo(tmp_path / "undisturbed"))).folder
    folder = small_demo(tmp_path / "killed")
    stages = [stage for stage in BROUGHT if not stage.on_request]
    for stage in stages:
        done = run_python(KILLED, str(folder), stage.name)
        assert done.returncode == -signal.SIGKILL, (stage.name, done.stderr)
        finished_stages = {p.parent.parent.name for p in (folder / ".sensorsmith").glob("*/*/stage.json")}
        names = [s.name for s in stages]
        assert finished_stages - {"tmp"} == set(names[: names.index(stage.name)]), stage.name
        assert not (folder / "build").exists()
    assert hashes(make(Project.load(folder)).folder) == hashes(undisturbed)
    assert list((folder / ".sensorsmith" / "tmp").iterdir()) == []


KILLED_IN_TRAINING = """
import os, signal, sys
from pathlib import Path
from sensorsmith.flow import Nobody, Project, run
class Watch(Nobody):
    def start(self, stage, number, of):
        def progress(share, what):
            if stage == "train" and share >= 0.5:
                os.kill(os.getpid(), signal.SIGKILL)
        return progress
run(Project.load(Path(sys.argv[1])), until="model", watch=Watch() if sys.argv[2] == "kill" else None)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_killed_in_training_it_starts_again_and_gives_the_same_model(tmp_path: Path) -> None:
    require_chain()
    pytest.importorskip("jax", reason="the [train] extra is not installed")
    folder = trainable(tmp_path / "killed")
    assert run_python(KILLED_IN_TRAINING, str(folder), "kill").returncode == -signal.SIGKILL
    assert not (folder / ".sensorsmith" / "train").exists()
    other = trainable(tmp_path / "undisturbed")
    models = []
    for place in (folder, other):
        done = run_python(KILLED_IN_TRAINING, str(place), "finish")
        assert done.returncode == 0, done.stderr
        (model,) = (place / ".sensorsmith" / "model").glob("*/model.tflite")
        models.append(model.read_bytes())
    assert models[0] == models[1]


FULL = """
import sys
from pathlib import Path
from sensorsmith.cli import main
main(["make", sys.argv[1]])
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    require_chain()
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this system does not let root mount a file system")
    try:
        folder = small_demo(disk / "demo")
        done = run_python(FULL, str(folder))
        assert done.returncode == 2, done.stderr
        assert done.stderr.splitlines()[-1].endswith(
            "cannot write: no space left on device; free some room or choose another folder, then run again"
        )
        assert list((folder / ".sensorsmith" / "tmp").iterdir()) == []
        for record in (folder / ".sensorsmith").glob("*/*/stage.json"):
            files = json.loads(record.read_text())["files"]
            assert all(hash_file(record.parent / name) == value for name, value in files.items())
        subprocess.run(["mount", "-o", "remount,size=60m", str(disk)], check=True)
        assert make(Project.load(folder)).folder.is_dir()
    finally:
        subprocess.run(["umount", str(disk)], check=False)
