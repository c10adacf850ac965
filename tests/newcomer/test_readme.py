"""A newcomer follows the README: every command and every line of Python in it runs as printed."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.chain import require_chain

from sensorsmith.base.hashing import hash_file
from sensorsmith.data import MODELS, find_model
from sensorsmith.spec import load_sensor

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "motion-exercise"
RESULT = json.loads((ROOT / "benchmarks" / "results" / "motion_loso.json").read_text(encoding="utf-8"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands() -> list[list[str]]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines]


def layers_of(profile: str) -> list[str]:
    """Names and kernels of the layers that `sensorsmith profile` printed."""
    table = profile[profile.index("\nlayer ") : profile.index("\nthe rest ")]
    return [re.split(r"\s{2,}(?=[\d,]+ )", line)[0] for line in table.splitlines()[3:]]


def test_the_two_commands_are_scripts_of_the_repository() -> None:
    scripts = [words for words in commands() if words[0] == "sh"]
    assert scripts == [["sh", "scripts/demo"], ["sh", "scripts/test"]]
    for _, script in scripts:
        assert os.access(ROOT / script, os.X_OK)


@pytest.mark.xdist_group("chain")
def test_every_command_runs_and_then_the_python_examples(tmp_path: Path) -> None:
    require_chain()
    ran = 0
    here = find_model(MODELS["mlperf-vww"]) is not None
    for words in commands():
        if words[0] == "sensorsmith" and (here or not {"mlperf-vww", "person"} & {*words}):
            done = subprocess.run(
                [sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-500:])
            ran += 1
    assert ran == (16 if here else 13)
    assert (tmp_path / "wrist" / "wrist.h").is_file()
    assert (tmp_path / "arena.svg").is_file()
    assert layers_of(done.stdout) == layers_of(README[README.index("model on NUCLEO") :])
    expected = (
        r"0\.\d{3} emulated, evidence evaluation\.json/accuracy/device/value\n",
        r"\(2, 7\) [\d,]+ instructions, [\d,]+ bytes of RAM\n",
    )
    for example, printed in zip(blocks("python"), expected, strict=True):
        done = subprocess.run(
            [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(printed, done.stdout), done.stdout


def test_the_figures_are_those_of_the_committed_benchmark() -> None:
    for seed, found in RESULT["seeds"].items():
        int8, floating = found["int8"], found["float"]
        difference = found["int8_minus_float"]
        row = (
            f"| {seed} | {100 * floating['mean_over_people']:.1f} % | {100 * int8['mean_over_people']:.1f} % | "
            f"{100 * difference['value']:+.2f} ({100 * difference['low']:+.2f} to {100 * difference['high']:+.2f}) | "
            f"{100 * int8['worst']:.1f} % ({int8['worst_person']}) |"
        )
        assert row in README, row
    means = {name: f"{100 * value:.1f} %" for name, value in RESULT["overall"].items()}
    row = f"| **all** | {means['float_mean']} | **{means['int8_mean']}** | | **{means['int8_worst']}** |"
    assert row in README, row


def test_the_benchmark_was_run_with_the_settings_of_the_example() -> None:
    spec = importlib.util.spec_from_file_location("motion_loso", ROOT / "benchmarks" / "motion_loso.py")
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    assert RESULT["settings_sha256"] == benchmark.settings_hash(load_sensor(EXAMPLE / "sensor.yaml"))
    assert len(RESULT["seeds"]) == 3
    for found in RESULT["seeds"].values():
        assert sorted(found["people"]) == benchmark.PEOPLE
        assert len(found["people"]) == 10


def test_the_benchmark_keeps_the_promised_accuracy_and_loses_little_to_int8() -> None:
    assert RESULT["overall"]["int8_mean"] >= 0.80
    for found in RESULT["seeds"].values():
        difference = found["int8_minus_float"]
        assert -0.01 <= difference["low"] <= difference["value"] <= difference["high"] <= 0.01
        assert abs(found["int8"]["mean_over_people"] - found["float"]["mean_over_people"]) <= 0.01


def test_the_model_that_comes_along_was_trained_with_the_settings_of_the_example() -> None:
    sensor = load_sensor(EXAMPLE / "sensor.yaml").model_dump(mode="json")
    record = json.loads((EXAMPLE / "trained" / "training.json").read_text(encoding="utf-8"))
    assert record["network"] == sensor["model"]
    for section in ("training", "features", "transducer", "window"):
        assert record[section] == sensor[section], section
    assert record["data"]["groups"]["unseen"] == sensor["data"]["unseen"]
    assert record["model_sha256"] == hash_file(EXAMPLE / "trained" / "model.tflite")


def test_the_picture_is_the_one_that_was_noted() -> None:
    noted = json.loads((ROOT / "docs" / "images" / "datasheet.json").read_text())
    assert hash_file(ROOT / "docs" / "images" / "datasheet.png") == noted["png_sha256"]
    assert re.fullmatch(r"[0-9a-f]{64}", noted["pdf_sha256"])


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
