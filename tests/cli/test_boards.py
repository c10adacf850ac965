from __future__ import annotations

import json

from click.testing import CliRunner, Result

from sensorsmith.boards import list_boards, load_board
from sensorsmith.cli import main


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["boards", *words])


def test_lists_every_board() -> None:
    lines = run().stdout.splitlines()
    assert lines[0].split() == ["name", "board", "part", "clock", "flash", "RAM"]
    assert [line.split()[0] for line in lines[2:]] == list_boards()
    row = next(line for line in lines if line.startswith("nucleo-l4r5zi"))
    assert row.rstrip().split("  ")[-1].strip() == "640 KiB"
    assert "120 MHz" in row


def test_details_name_their_sources() -> None:
    board = load_board("nucleo-l4r5zi")
    result = run("nucleo-l4r5zi")
    assert result.exit_code == 0
    assert "1.19 / 1.25 / 1.45" in result.stdout
    assert "0.32 / 0.37 nJ" in result.stdout
    words = " ".join(result.stdout.split())
    assert board.flash.source[:60] in words
    assert "2048 KiB at 0x08000000" in words
    assert "not published" in run("nano33ble-sense").stdout


def test_json() -> None:
    assert [board["name"] for board in json.loads(run("--json").stdout)] == list_boards()
    assert json.loads(run("nucleo-l4r5zi", "--json").stdout) == load_board("nucleo-l4r5zi").model_dump(mode="json")


def test_unknown_board() -> None:
    result = run("nucleo")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: board: there is no board 'nucleo'; ")
    assert result.stderr.count("\n") == 1
