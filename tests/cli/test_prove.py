"""`sensorsmith prove`, as a person calls it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.chain import Finished, edit
from tests.proofs.altered import LITTLE

from sensorsmith.boards import BoardSpec
from sensorsmith.cli import main
from sensorsmith.cli.prove import tell_proofs
from sensorsmith.firmware import ModelFacts, image_sources
from sensorsmith.flow import Project, make
from sensorsmith.flow import run as run_stages
from sensorsmith.proofs import CHECKS, read_bundle
from sensorsmith.spec import Sensor

pytestmark = pytest.mark.xdist_group("chain")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def project(finished: Finished, tmp_path: Path) -> Path:
    """The finished demo, in a folder that a test may change."""
    return Path(shutil.copytree(finished.project.folder, tmp_path / "demo"))


def test_a_proven_sensor_has_its_verdicts_in_the_datasheet(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = json.loads((project / "build" / "datasheet.json").read_text())
    assert before["privacy"]["verdicts"]["text"] == "not proven"
    monkeypatch.setattr("sensorsmith.proofs.stage.EFFORT", LITTLE)
    result = run("prove", str(project))
    assert result.exit_code == 0, result.output
    lines = [line.split()[:2] for line in result.stdout.splitlines() if " holds " in line]
    assert len(lines) == 9
    found = json.loads((project / "build" / "proofs.json").read_text())
    assert [p["verdict"] for p in found["proofs"]].count("holds") == 9
    after = json.loads((project / "build" / "datasheet.json").read_text())
    assert after["privacy"]["verdicts"]["text"].endswith("; not run: memory-isolation")
    assert after["identity"] == before["identity"], "the firmware is the same"
    bundle = read_bundle((project / "build" / "audit.zip").read_bytes())
    assert bundle.ids["fw_id"] == found["fw_id"] and bundle.model == (project / "build" / "model.tflite").read_bytes()

    assert json.loads(run("prove", str(project), "--json").stdout) == found
    outcome = make(Project.load(project))
    assert not outcome.results["prove"].ran, "make keeps the verdicts"
    edit(project, r"confidence_bits: \d", "confidence_bits: 3")
    assert "prove" not in run_stages(Project.load(project), until="prove"), "another firmware is not proven"


def test_the_conformance_of_the_demo(finished: Finished) -> None:
    result = run("prove", "--conformance", str(finished.project.folder), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["checks"]
    assert [(c["name"], c["verdict"]) for c in found] == [(check.name, "passed") for check in CHECKS]


def test_a_check_that_fails_is_told_in_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(sensor: Sensor, board: BoardSpec, sources: Mapping[str, str], model: ModelFacts) -> dict[str, str]:
        texts = image_sources(sensor, board, sources, model)
        old = "bus->registers->seen = get_u32(bus->latched + (SS_SEQ - SS_RESULT));"
        assert old in texts["ss_registers.c"]
        return texts | {"ss_registers.c": texts["ss_registers.c"].replace(old, "")}

    monkeypatch.setattr("sensorsmith.firmware.stage.image_sources", broken)
    shutil.rmtree(project / ".sensorsmith" / "firmware")
    result = run("prove", "--conformance", str(project))
    assert result.exit_code == 1
    assert "new: NEW is set when the same result is read again" in result.stdout.splitlines()
    assert sum(line.startswith(tuple(f"{c.name}: " for c in CHECKS)) for line in result.stdout.splitlines()) == 1


def test_a_recorder_is_refused(project: Path) -> None:
    edit(project, r"name: motion-exercise\n", "name: motion-exercise\n  product_id: 0xFFFE\n")
    result = run("prove", str(project))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        "error: register 0x08: PRODUCT is 0xFFFE: this firmware is a recorder, made to give its signal to the host; "
        "prove the firmware of the sensor instead"
    )


def test_what_breaks_a_proof_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    found: dict[str, Any] = {
        "proofs": [
            {
                "name": "canary-fuzz",
                "verdict": "broken",
                "ran": "10 transactions",
                "findings": ["0xE0 leaks", "0xE1 too"],
            },
            {"name": "cut-point", "verdict": "holds", "ran": "all", "findings": []},
        ]
    }
    assert tell_proofs(found, as_json=False) == ["canary-fuzz: 0xE0 leaks", "canary-fuzz: 0xE1 too"]
    assert capsys.readouterr().out.splitlines()[-2:] == ["canary-fuzz: 0xE0 leaks", "canary-fuzz: 0xE1 too"]
