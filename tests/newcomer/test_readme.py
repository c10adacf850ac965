"""A newcomer follows the README: every command and every line of Python in it runs as printed."""

from __future__ import annotations

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

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def commands() -> list[list[str]]:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines]


def test_the_two_commands_are_scripts_of_the_repository() -> None:
    scripts = [words for words in commands() if words[0] == "sh"]
    assert scripts == [["sh", "scripts/demo"], ["sh", "scripts/test"]]
    for _, script in scripts:
        assert os.access(ROOT / script, os.X_OK)


@pytest.mark.xdist_group("chain")
def test_every_command_runs_and_then_the_python_example(tmp_path: Path) -> None:
    require_chain()
    ran = 0
    for words in commands():
        if words[0] == "sensorsmith":
            done = subprocess.run(
                [sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (words, done.stdout[-500:], done.stderr[-500:])
            ran += 1
    assert ran == 7
    (example,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"0\.\d{3} emulated, evidence evaluation\.json/accuracy/device/value\n", done.stdout)


def test_the_figures_are_those_of_the_committed_benchmark() -> None:
    result = json.loads((ROOT / "benchmarks" / "results" / "motion_loso.json").read_text())
    for seed, found in result["seeds"].items():
        int8, floating = found["int8"], found["float"]
        difference = found["int8_minus_float"]
        row = (
            f"| {seed} | {100 * floating['mean_over_people']:.1f} % | {100 * int8['mean_over_people']:.1f} % | "
            f"{100 * difference['value']:+.2f} ({100 * difference['low']:+.2f} to {100 * difference['high']:+.2f}) | "
            f"{100 * int8['worst']:.1f} % ({int8['worst_person']}) |"
        )
        assert row in README, row


def test_the_picture_is_the_one_that_was_noted() -> None:
    noted = json.loads((ROOT / "docs" / "images" / "datasheet.json").read_text())
    assert hash_file(ROOT / "docs" / "images" / "datasheet.png") == noted["png_sha256"]
    assert re.fullmatch(r"[0-9a-f]{64}", noted["pdf_sha256"])


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
