"""Nothing is skipped in silence: neither a test nor a whole module, in one process or in several."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MODULE = 'import pytest\npytest.importorskip("no_such_module", reason="a whole module")\ndef test_one(): pass\n'
SINGLE = 'import pytest\ndef test_one(): pass\ndef test_two(): pytest.skip("a single test")\n'


def hooks() -> str:
    """conftest.py without its fixtures, which would import all of Sensorsmith into every run."""
    text, _, _ = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8").partition("@pytest.fixture")
    ours = ("from tests", "from sensorsmith")
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(ours))


def run_suite(folder: Path, options: list[str], allowed: str, strict: str = "1") -> tuple[int, list[str]]:
    """Run two modules that skip; the exit code, and the skips that were complained about."""
    files = {
        "conftest.py": hooks(),
        "test_module.py": MODULE,
        "test_single.py": SINGLE,
        "allowed_skips.txt": allowed,
        "pytest.ini": "[pytest]",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    settings = {"SENSORSMITH_STRICT_SKIPS": strict, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=inherited | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed, 2 skipped" in done.stdout, done.stdout + done.stderr
    _, _, complaints = done.stdout.partition("skipped, but not named in tests/allowed_skips.txt:\n")
    return done.returncode, [line.strip() for line in complaints.splitlines() if line.startswith("  test_")]


@pytest.mark.parametrize("options", [[], ["-p", "xdist", "-n", "2"]], ids=["plain", "two processes"])
def test_a_skip_that_is_not_allowed_fails_the_run(tmp_path: Path, options: list[str]) -> None:
    found = run_suite(tmp_path, options, "test_single.py::test_two  # allowed\n")
    assert found == (pytest.ExitCode.TESTS_FAILED, ["test_module.py: Skipped: a whole module"])
    found = run_suite(tmp_path, options, "test_module.py\n# test_single.py::test_two\n")
    assert found == (pytest.ExitCode.TESTS_FAILED, ["test_single.py::test_two: Skipped: a single test"])
    assert run_suite(tmp_path, options, "test_module.py\ntest_single.py\n") == (pytest.ExitCode.OK, [])


def test_where_skips_are_not_counted_none_fails_the_run(tmp_path: Path) -> None:
    assert run_suite(tmp_path, [], "", strict="") == (pytest.ExitCode.OK, [])
