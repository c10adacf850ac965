"""`sensorsmith build` and `sensorsmith flash`, on the demo."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.chain import Finished

from sensorsmith.base.hashing import hash_file
from sensorsmith.cli import main
from sensorsmith.firmware import firmware_id
from sensorsmith.firmware.uf2 import RP2040

pytestmark = pytest.mark.xdist_group("chain")
INFO = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def project(finished: Finished, tmp_path: Path) -> Path:
    """A copy of the demo, with what it has in its cache."""
    shutil.copytree(finished.project.folder, tmp_path / "demo")
    return tmp_path / "demo"


def test_what_make_has_left_stays_when_it_is_of_this_firmware(project: Path) -> None:
    before = {path: hash_file(path) for path in (project / "build").rglob("*") if path.is_file()}
    shown = run("build", str(project))
    assert shown.exit_code == 0, shown.stderr
    assert {path: hash_file(path) for path in (project / "build").rglob("*") if path.is_file()} == before
    assert shown.output.splitlines()[-1] == f"  next       sensorsmith run {project}"


def test_another_firmware_takes_its_place_without_a_datasheet(project: Path) -> None:
    text = (project / "sensor.yaml").read_text(encoding="utf-8")
    (project / "sensor.yaml").write_text(text.replace("confidence_bits: 4", "confidence_bits: 3"), encoding="utf-8")
    (project / "build" / "mine.txt").write_text("mine")
    shown = run("build", str(project), "--json")
    assert shown.exit_code == 0, shown.stderr
    found = json.loads(shown.stdout)
    there = {p.relative_to(project / "build").as_posix() for p in (project / "build").rglob("*") if p.is_file()}
    assert there == {*found["files"], "files.json", "mine.txt"}
    assert "datasheet.pdf" not in there and {"sensor.elf", "sensor.bin", "sensor.map"} <= there
    assert found["fw_id"] == firmware_id((project / "build" / "sensor.elf").read_bytes())
    assert found["files"]["sensor.elf"] == hash_file(project / "build" / "sensor.elf")


def test_a_damaged_file_is_written_again(project: Path) -> None:
    whole = (project / "build" / "sensor.bin").read_bytes()
    (project / "build" / "sensor.bin").write_bytes(whole[:-1])
    assert run("build", str(project)).exit_code == 0
    assert len((project / "build" / "sensor.bin").read_bytes()) == len(whole)


def test_an_image_for_the_emulated_board_is_not_flashed(project: Path) -> None:
    shown = run("flash", str(project))
    assert (shown.exit_code, shown.stderr) == (
        2,
        "error: board: the image for NUCLEO-L4R5ZI is for the emulated board; the real one would not run it; "
        "choose pico for a real chip\n",
    )


def test_a_pico_is_flashed_by_a_copy(project: Path, tmp_path: Path) -> None:
    text = (project / "sensor.yaml").read_text(encoding="utf-8")
    (project / "sensor.yaml").write_text(text.replace("board: nucleo-l4r5zi", "board: pico"), encoding="utf-8")
    drive = tmp_path / "RPI-RP2"
    drive.mkdir()
    (drive / "INFO_UF2.TXT").write_bytes(INFO.encode())
    dry = run("flash", str(project), "--drive", str(drive), "--dry-run")
    uf2 = project / "build" / "sensor.uf2"
    assert (dry.exit_code, dry.stdout) == (0, f"would copy {uf2} to {drive}\n")
    assert not (drive / "sensor.uf2").exists()
    shown = run("flash", str(project), "--drive", str(drive), "--json")
    assert shown.exit_code == 0, shown.stderr
    found = json.loads(shown.stdout)
    assert (found["board"], found["drive"], found["dry_run"]) == ("pico", str(drive), False)
    content = (drive / "sensor.uf2").read_bytes()
    assert content == uf2.read_bytes()
    assert content[28:32] == RP2040.to_bytes(4, "little")
    probe = run("flash", str(project), "--pyocd", "--dry-run")
    elf = project / "build" / "sensor.elf"
    assert probe.stdout == f"would run pyocd load --no-wait --target rp2040 {elf}\n"
    two = run("flash", str(project), "--pyocd", "--drive", str(drive))
    assert (two.exit_code, two.stderr) == (
        2, "error: sensorsmith flash: --drive and --pyocd are two ways; give one of them\n"
    )  # fmt: skip
