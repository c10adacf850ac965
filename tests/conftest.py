"""What all tests share: where the reference material is, and that nothing is skipped in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests import tiny
from tests.chain import Finished, finish, require_chain

from sensorsmith.boards import load_board
from sensorsmith.firmware import build
from sensorsmith.spec.types import Sensor

ROOT = Path(__file__).parent.parent
_ALLOWED = Path(__file__).with_name("allowed_skips.txt")
_skipped: list[tuple[str, str]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Modules that are skipped as a whole have no test that could report it."""
    _note(report)


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append((report.nodeid, reason))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where `SENSORSMITH_STRICT_SKIPS` is set, a skip that `allowed_skips.txt` does not name fails the run."""
    if not os.environ.get("SENSORSMITH_STRICT_SKIPS") or hasattr(session.config, "workerinput"):
        return
    allowed = [line.split("#")[0].strip() for line in _ALLOWED.read_text().splitlines()]
    surprises = [(n, why) for n, why in _skipped if not any(prefix and n.startswith(prefix) for prefix in allowed)]
    if surprises:
        lines = [f"  {nodeid}: {why}" for nodeid, why in surprises]
        print("\nskipped, but not named in tests/allowed_skips.txt:\n" + "\n".join(lines))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The demo, made. Tests that use it are marked `xdist_group("chain")`, so that one process makes it."""
    require_chain()
    return finish(tmp_path_factory.mktemp("chain") / "demo")


@pytest.fixture(scope="session")
def tiny_sensor() -> Sensor:
    return tiny.SENSOR


@pytest.fixture(scope="session")
def tiny_sources() -> dict[str, str]:
    return tiny.SOURCES


@pytest.fixture(scope="session")
def tiny_elf() -> bytes:
    """Its firmware for a Cortex-M4."""
    return build(tiny.SENSOR, load_board("nucleo-l4r5zi"), tiny.SOURCES, tiny.FACTS).elf


@pytest.fixture(scope="session")
def pico_elf() -> bytes:
    """The tiny sensor's firmware for a Raspberry Pi Pico."""
    return build(tiny.SENSOR, load_board("pico"), tiny.SOURCES, tiny.FACTS).elf
