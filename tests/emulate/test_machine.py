"""The worker process: crashes, hangs, and what remains of it."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests import tiny

from sensorsmith.base.errors import BoardError, EmulatorError, MissingTool
from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM, open_board
from sensorsmith.emulate import machine as machine_module
from sensorsmith.emulate.machine import Machine, Stop
from sensorsmith.firmware import build
from sensorsmith.spec.types import Sensor

pytest.importorskip("unicorn")

BOARD = load_board("nucleo-l4r5zi")
WINDOW = np.zeros((1, 8, 2), np.int16)
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals")


@pytest.fixture(scope="module")
def stuck_elf(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> bytes:
    stuck = tiny_sources["tiny.c"].replace("return 0;", 'for (;;) __asm__ volatile("");')
    return build(tiny_sensor, BOARD, tiny_sources | {"tiny.c": stuck}, tiny.FACTS).elf


@pytest.fixture
def stuck(stuck_elf: bytes) -> Iterator[CortexM]:
    with open_board(BOARD, stuck_elf, (8, 2), limit=60.0) as board:
        yield board


def test_firmware_that_never_finishes_is_ended(stuck_elf: bytes, tiny_elf: bytes) -> None:
    message = (
        r"^the emulator did not finish classifying windows 0 to 0 within 1\.5 s and was ended; "
        r"see whether the firmware is stuck, or allow more time$"
    )
    with open_board(BOARD, stuck_elf, (8, 2), limit=1.5) as board:
        with pytest.raises(EmulatorError, match=message):
            board.classify(WINDOW)
        with pytest.raises(EmulatorError, match=r"^the emulator crashed while resetting"):
            board.reset()
    with open_board(BOARD, tiny_elf, (8, 2)) as board:
        assert board.classify(WINDOW)[0].sequence == 1


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_that_dies_in_the_middle_of_a_run(number: signal.Signals, stuck: CortexM) -> None:
    timer = threading.Timer(0.5, os.kill, [stuck.machine.pid, number])
    timer.start()
    message = rf"^the emulator crashed while classifying windows 0 to 0 \(signal {int(number)}\); run it again$"
    with pytest.raises(EmulatorError, match=message):
        stuck.classify(WINDOW)
    timer.join()


@posix
def test_a_worker_that_is_frozen_is_ended(tiny_elf: bytes) -> None:
    with open_board(BOARD, tiny_elf, (8, 2), limit=1.5) as board:
        os.kill(board.machine.pid, signal.SIGSTOP)
        with pytest.raises(EmulatorError, match=r"^the emulator did not finish resetting within 1\.5 s and was ended"):
            board.reset()


def test_a_worker_that_cannot_start_gives_its_last_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "worker_unicorn.py"
    broken.write_text("raise ImportError('no such library')\n")
    monkeypatch.setattr(machine_module, "WORKER", broken)
    machine = Machine("cortex-m4", 60.0)
    message = r"^the emulator crashed while starting \(exit code 1: ImportError: no such library\); run it again$"
    with pytest.raises(EmulatorError, match=message):
        machine.do([("map", 0, 4096, 7)], "starting")
    machine.close()


def test_a_machine_without_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    message = r'^the emulator unicorn is not installed; run: pip install "sensorsmith\[emulate\]"$'
    with pytest.raises(MissingTool, match=message):
        Machine("cortex-m4", 60.0)


def test_a_processor_that_the_emulator_lacks() -> None:
    with pytest.raises(BoardError) as caught:
        Machine("cortex-m55", 60.0)
    assert str(caught.value) == (
        "unicorn does not emulate cortex-m55; use one of cortex-m0plus, cortex-m4, cortex-m7, cortex-m33"
    )


# Each core's own instructions, and one that it must refuse: `sxtb16 r0, r0` needs the DSP extension.
@pytest.mark.parametrize(("target", "accepts"), [("cortex-m0plus", False), ("cortex-m4", True), ("cortex-m33", True)])
def test_a_core_has_its_own_instructions_only(target: str, accepts: bool) -> None:
    machine = Machine(target, 60.0)
    try:
        machine.do([("map", 0, 4096, 7), ("write", 0, b"\x2f\xfa\x80\xf0\x70\x47")], "starting")
        if accepts:
            assert machine.do([("call", 1, 0x800)], "calling") == [0]
        else:
            with pytest.raises(Stop):
                machine.do([("call", 1, 0x800)], "calling")
    finally:
        machine.close()


def test_closing_ends_the_worker(tiny_elf: bytes) -> None:
    with open_board(BOARD, tiny_elf, (8, 2)) as board:
        process = board.machine._process
        assert process.poll() is None
    assert process.poll() is not None


@posix
def test_a_worker_ends_with_its_parent_even_in_the_middle_of_a_run(stuck_elf: bytes, tmp_path: Path) -> None:
    (tmp_path / "stuck.elf").write_bytes(stuck_elf)
    program = """
import sys
from pathlib import Path
import numpy as np
from sensorsmith.boards import load_board
from sensorsmith.emulate import open_board
board = open_board(load_board("nucleo-l4r5zi"), Path(sys.argv[1]).read_bytes(), (8, 2))
print(board.machine.pid, flush=True)
board.classify(np.zeros((1, 8, 2), np.int16))
"""
    command = [sys.executable, "-c", program, str(tmp_path / "stuck.elf")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.5)
        parent.kill()
    for _ in range(100):
        if not _runs(worker):
            return
        time.sleep(0.1)
    os.kill(worker, signal.SIGKILL)
    pytest.fail("the worker outlived its parent by 10 s")


def test_only_the_worker_imports_the_emulator() -> None:
    package = Path(machine_module.__file__).parent.parent
    users = [
        p.name for p in package.rglob("*.py") if "import unicorn" in p.read_text() or "from unicorn" in p.read_text()
    ]
    assert users == ["worker_unicorn.py"]
    importers = [
        p.name
        for p in package.rglob("*.py")
        if "import worker_unicorn" in p.read_text() or "worker_unicorn import" in p.read_text()
    ]
    assert importers == []
    text = (package / "emulate" / "worker_unicorn.py").read_text()
    assert text.startswith("# SPDX-License-Identifier: MIT\n")
    assert "import sensorsmith" not in text and "from sensorsmith" not in text


def _runs(pid: int) -> bool:
    """Whether a process runs; one that has ended but was not collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")
