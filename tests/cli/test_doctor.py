from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner, Result

from sensorsmith.base.errors import MissingTool
from sensorsmith.cli import doctor, main

_FINE = doctor.Trial("fine", True, lambda: "1.2.3", "do nothing")


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["doctor", *words])


def _missing() -> str:
    raise MissingTool("there is no compiler", where="firmware", todo="get one")


def _crash() -> str:
    return doctor._python("-c", "raise SystemExit('dead')")


def test_examines_this_machine() -> None:
    """Every trial runs here: those that succeed say what they found, those that fail say how to mend it."""
    findings = {finding.name: finding for finding in doctor.examine()}
    assert list(findings) == [trial.name for trial in doctor.TRIALS]
    assert findings["Python"].found.startswith("CPython") or findings["Python"].ok
    assert findings["libraries"].ok, findings["libraries"].found
    for finding in findings.values():
        assert finding.found
        assert bool(finding.mend) != finding.ok


def test_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TRIALS", (_FINE, doctor.Trial("extra", False, _missing, "pip install extra")))
    result = run()
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "fine ok 1.2.3" in lines
    assert "extra not here there is no compiler" in lines
    assert "extra: pip install extra" in lines
    assert lines[-1] == "This machine can run: sensorsmith demo"


def test_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TRIALS", (_FINE, doctor.Trial("worker", True, _crash, "mend it")))
    result = run()
    assert result.exit_code == 2
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "worker MISSING dead" in lines
    assert "worker: mend it" in lines
    assert lines[-1] == "What is MISSING is needed to build sensors."
    as_json = run("--json")
    assert as_json.exit_code == 2
    assert as_json.stderr == ""
    assert json.loads(as_json.stdout) == {
        "ready": False,
        "findings": [
            {"name": "fine", "ok": True, "needed": True, "found": "1.2.3", "mend": ""},
            {"name": "worker", "ok": False, "needed": True, "found": "dead", "mend": "mend it"},
        ],
    }


def test_a_trial_that_breaks_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "TRIALS", (doctor.Trial("odd", False, lambda: str(1 // 0), "reinstall"),))
    [finding] = doctor.examine()
    assert finding == doctor.Finding(
        "odd", False, False, "ZeroDivisionError: integer division or modulo by zero", "reinstall"
    )


def test_a_trial_that_hangs_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_TIME_LIMIT", 0.2)
    with pytest.raises(doctor.Lacking, match=r"^no answer within 0\.2 s$"):
        doctor._python("-c", "import time; time.sleep(60)")


@pytest.mark.skipif(sys.platform == "win32", reason="an empty PATH hides system libraries there")
def test_a_machine_without_compilers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)  # noqa: ARG005
    trials = tuple(trial for trial in doctor.TRIALS if trial.name in ("cross compiler", "C compiler"))
    monkeypatch.setattr(doctor, "TRIALS", trials)
    result = run()
    assert result.exit_code == 2
    assert result.stdout.count('python -m pip install "sensorsmith[zig]"') == 2
    assert "there is no C compiler for cortex-m4" in result.stdout
