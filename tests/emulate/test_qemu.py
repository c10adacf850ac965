"""The sensor on an MPS2 board in QEMU, whose interrupts come when they like."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests import glimpse, tiny

from sensorsmith.base.errors import BoardError, EmulatorError, MissingTool
from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM, Qemu, qemu_version
from sensorsmith.emulate import qemu as module
from sensorsmith.firmware import build
from sensorsmith.interface import KEY, Command, ResetCause, Result, decode_result, register
from sensorsmith.proofs import CHECKS, Stream, conformance

pytestmark = pytest.mark.skipif(shutil.which(module.PROGRAM) is None, reason="qemu-system-arm is not installed")
BOARD = load_board("mps2-an386")
BUILD = {*range(0x70, 0x80), register("BUILD_CRC").address, register("CHECK_CRC").address}


@pytest.fixture(scope="module")
def elf() -> bytes:
    return build(tiny.SENSOR, BOARD, tiny.SOURCES, tiny.FACTS).elf


@pytest.fixture
def board(elf: bytes) -> Iterator[Qemu]:
    with Qemu(BOARD, elf, tiny.SHAPE, limit=20) as board:
        yield board


def page(board: Qemu | CortexM) -> list[int]:
    return [byte for at, byte in enumerate(board.read(0x00, 256)) if at not in BUILD]


def qemu_in(folder: Path) -> int:
    """Process id of the QEMU that has its files there."""
    (found,) = (
        int(process.name)
        for process in Path("/proc").glob("[0-9]*")
        if (words := command(process))[0].endswith(module.PROGRAM) and str(folder / "sensor.elf") in words
    )
    return found


def command(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_text().split("\0")
    except OSError:  # it has ended in the meantime
        return [""]


def result(board: Qemu) -> Result:
    return decode_result(board.read(None, 16))


def test_it_keeps_every_promise(board: Qemu) -> None:
    found = conformance(board, Stream(8, 4, 2))
    assert {check.name: check.verdict for check in found} == {check.name: "passed" for check in CHECKS}


def test_its_registers_are_those_of_unicorn(board: Qemu, tiny_elf: bytes) -> None:
    """After every piece of a stream, after settings, commands and a reset."""
    pytest.importorskip("unicorn")
    stream = tiny.stream(400, 7)
    stream[50] = 32767
    with CortexM(load_board("nucleo-l4r5zi"), tiny_elf, tiny.SHAPE) as other:
        for at in range(0, 200, 40):
            for each in (board, other):
                each.feed(stream[at : at + 40])
            assert page(board) == page(other)
        for name, value in (("DEBOUNCE", 2), ("SMOOTHING", 1), ("COMMIT", KEY), ("TEXT_SEL", 1)):
            for each in (board, other):
                each.write(register(name).address, bytes([value]))
        for command in (Command.SELF_TEST, Command.CLEAR, Command.SINGLE, Command.RESET):
            for each in (board, other):
                each.write(register("CMD").address, bytes([command]))
                each.feed(stream[200:260])
            assert page(board) == page(other), command.name
        assert board.read(register("RESET_CAUSE").address, 1)[0] == ResetCause.COMMAND
        for each in (board, other):
            each.reset()
        assert page(board) == page(other)


def test_windows_are_classified_as_by_the_twin(board: Qemu) -> None:
    windows = tiny.stream(80, 3).reshape(10, 8, 2)
    found = [r.class_index for r in board.classify(windows)]
    assert found == tiny.scores(tiny.features(windows)).argmax(axis=1).tolist()


def test_what_is_kept_is_there_after_a_reset(board: Qemu) -> None:
    board.write(register("DEBOUNCE").address, bytes([3]))
    board.write(register("COMMIT").address, bytes([KEY]))
    board.keep()
    board.feed(tiny.stream(8))
    board.reset()
    assert board.read(register("DEBOUNCE").address, 1)[0] == 3
    assert result(board).sequence == 0


def test_pictures_too() -> None:
    image = build(glimpse.SENSOR, BOARD, glimpse.SOURCES, glimpse.FACTS)
    seen = glimpse.pictures(12, 3)
    with Qemu(BOARD, image.elf, glimpse.SHAPE, limit=20) as board:
        found = [r.class_index for r in board.classify(seen)]
    assert found == glimpse.scores((seen - 128).astype(np.int8)).argmax(axis=1).tolist()


def test_the_stack_that_it_used(board: Qemu) -> None:
    board.feed(tiny.stream(8))
    used = board.stack_used()
    assert 64 < used < 1024
    board.reset()
    assert 0 < board.stack_used() <= used


def test_what_it_cannot_do(board: Qemu) -> None:
    todo = "build, run and prove --conformance work on it; make the sensor for nucleo-l4r5zi"
    with pytest.raises(BoardError) as caught:
        board.profile(tiny.stream(8))
    assert str(caught.value) == f"mps2-an386: this board cannot count instructions; {todo}"
    with pytest.raises(BoardError) as caught:
        board.observe(tiny.stream(8), [])
    assert str(caught.value) == f"mps2-an386: this board cannot look into the work; {todo}"


def test_firmware_that_hangs_is_ended() -> None:
    stuck = tiny.SOURCES["tiny.c"].replace("return 0;", 'for (;;) __asm__ volatile(""); return 0;')
    image = build(tiny.SENSOR, BOARD, tiny.SOURCES | {"tiny.c": stuck}, tiny.FACTS)
    with Qemu(BOARD, image.elf, tiny.SHAPE, limit=1) as board:
        with pytest.raises(EmulatorError) as caught:
            board.feed(tiny.stream(8))
        with pytest.raises(EmulatorError, match=r"^mps2-an386: the emulator ended; run it again$"):
            board.read(0, 16)
    assert str(caught.value) == (
        "mps2-an386: the firmware did not answer within 1 s; see whether it is stuck, or allow more time"
    )


def test_a_wild_pointer_is_no_answer() -> None:
    wild = tiny.SOURCES["tiny.c"].replace("return 0;", "return *(volatile int *)0xA0000000;")
    image = build(tiny.SENSOR, BOARD, tiny.SOURCES | {"tiny.c": wild}, tiny.FACTS)
    with Qemu(BOARD, image.elf, tiny.SHAPE, limit=1) as board, pytest.raises(EmulatorError, match="did not answer"):
        board.feed(tiny.stream(8))


def test_an_emulator_that_is_killed(board: Qemu) -> None:
    os.kill(qemu_in(Path(board._machine._folder.name)), signal.SIGKILL)
    with pytest.raises(EmulatorError, match=r"^mps2-an386: the emulator ended"):
        board.read(0, 16)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_it_ends_with_its_parent_and_leaves_nothing(elf: bytes, tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "sensor.elf").write_bytes(elf)
    program = """
import sys, time
from pathlib import Path
from sensorsmith.boards import load_board
from sensorsmith.emulate import Qemu
board = Qemu(load_board("mps2-an386"), Path(sys.argv[1]).read_bytes(), (8, 2))
print(board._machine._folder.name, flush=True)
time.sleep(60)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "sensor.elf")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        folder = Path(parent.stdout.readline().strip())
        qemu = qemu_in(folder)
        parent.send_signal(number)
    for _ in range(100):
        if not folder.exists() and not Path(f"/proc/{qemu}").exists():
            return
        time.sleep(0.1)
    os.kill(qemu, signal.SIGKILL)
    pytest.fail("it outlived its parent by 10 s")


def test_a_machine_without_qemu(elf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    qemu_version.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingTool) as caught:
        Qemu(BOARD, elf, tiny.SHAPE)
    assert str(caught.value) == (
        "qemu-system-arm is not installed; install it (Debian: apt-get install qemu-system-arm)"
    )
    qemu_version.cache_clear()
