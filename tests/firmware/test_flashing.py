"""Onto the drive of a part, and through pyOCD."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sensorsmith.base.errors import BoardError, MissingTool, StorageError, UserError
from sensorsmith.boards import load_board
from sensorsmith.firmware import copy_to, find_drive, flashing_of, pyocd_command, run_pyocd

PICO = flashing_of(load_board("pico"))
# What the ROM of the chip shows (RP2040 data sheet, 2.8.4.2).
INFO = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"


def drive(folder: Path, text: str = INFO) -> Path:
    folder.mkdir(parents=True)
    (folder / "INFO_UF2.TXT").write_bytes(text.encode())
    return folder


def test_the_one_drive_among_others_is_found(tmp_path: Path) -> None:
    mine = drive(tmp_path / "a")
    others = [drive(tmp_path / "b", INFO.replace("RPI-RP2", "RP2350")), tmp_path / "nothing", drive(tmp_path / "c", "")]
    assert find_drive(PICO, places=[*others, mine]) == mine
    assert find_drive(PICO, named=mine) == mine


def test_none_and_several(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        find_drive(PICO, places=[tmp_path])
    assert str(caught.value) == (
        "flash: there is no drive RPI-RP2; hold BOOTSEL while you plug the Pico in, or name it with --drive"
    )
    both = [drive(tmp_path / "a"), drive(tmp_path / "b")]
    with pytest.raises(UserError) as caught:
        find_drive(PICO, places=both)
    assert str(caught.value) == f"flash: there are 2 drives: {both[0]}, {both[1]}; name one with --drive"


def test_a_folder_that_is_no_drive(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        find_drive(PICO, named=tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: this is no drive of a RPI-RP2: it has no INFO_UF2.TXT that says so; "
        "hold BOOTSEL while you plug the Pico in"
    )


def test_the_image_is_copied_whole(tmp_path: Path) -> None:
    content = bytes(range(256)) * 512
    copy_to(drive(tmp_path / "a"), "sensor.uf2", content)
    assert (tmp_path / "a" / "sensor.uf2").read_bytes() == content


def test_a_drive_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        copy_to(tmp_path / "gone", "sensor.uf2", b"x")
    assert str(caught.value) == f"{tmp_path / 'gone'}: the image could not be written: No such file or directory"


@pytest.mark.parametrize("name", ["nucleo-l4r5zi", "nano33ble-sense"])
def test_an_image_for_the_emulated_board_is_refused(name: str) -> None:
    board = load_board(name)
    with pytest.raises(BoardError) as caught:
        flashing_of(board)
    assert str(caught.value) == (
        f"board: the image for {board.title} is for the emulated board; the real one would not run it; "
        "choose pico for a real chip"
    )


def test_the_command_for_a_probe() -> None:
    """`pyocd load` of pyOCD 0.46 takes these words; without a probe it ends as below."""
    assert pyocd_command(PICO, Path("build/sensor.elf")) == [
        "pyocd", "load", "--no-wait", "--target", "rp2040", "build/sensor.elf"
    ]  # fmt: skip


def _program(folder: Path, script: str) -> None:
    """A program called pyocd, first on PATH: the real one is no dependency, and there is no probe here."""
    folder.mkdir()
    (folder / "pyocd").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / "pyocd").chmod(stat.S_IRWXU)


def test_pyocd_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(tmp_path / "bin", f'printf "%s\\n" "$@" > {tmp_path / "said"}')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    run_pyocd(pyocd_command(PICO, Path("sensor.elf")))
    assert (tmp_path / "said").read_text().split() == ["load", "--no-wait", "--target", "rp2040", "sensor.elf"]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (
            'echo "No connected debug probes"; echo "0000838 E No target device available [load_cmd]" >&2; exit 1',
            "No connected debug probes",
        ),
        ('echo "E flash erase sector failure" >&2; exit 1', "E flash erase sector failure"),
        ("exit 1", "it printed no reason"),
    ],
)
def test_what_pyocd_complains_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str) -> None:
    _program(tmp_path / "bin", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UserError) as caught:
        run_pyocd(pyocd_command(PICO, Path("sensor.elf")))
    assert str(caught.value) == f"flash: pyOCD: {reason}; connect a debug probe and power the board"


def test_pyocd_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingTool) as caught:
        run_pyocd(pyocd_command(PICO, Path("sensor.elf")))
    assert str(caught.value) == "flash: pyOCD is not installed; run: pip install pyocd"
