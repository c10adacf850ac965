"""What the examples cost on each emulated board: a window, a read of the result, the start, flash and RAM.

    python benchmarks/boards.py               # some minutes; needs the recordings, and for the person sensor its model

Writes benchmarks/results/boards.json. Counts are exact and repeatable: instructions where unicorn emulates the board,
cycles (by Arm's table, without waiting for flash) where rp2040py does.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sensorsmith.base.files import write_json
from sensorsmith.boards import BoardSpec, load_board
from sensorsmith.cli.demo import write_demo
from sensorsmith.data import load_windows
from sensorsmith.emulate import Rp2040
from sensorsmith.flow import Project, build, run
from sensorsmith.interface import block
from sensorsmith.proofs.examined import Examined
from sensorsmith.spec.stage import tool_versions

ROOT = Path(__file__).parent.parent
BOARDS = ("nucleo-l4r5zi", "nano33ble-sense", "pico")


def write_person(folder: Path) -> None:
    folder.mkdir()
    text = (ROOT / "examples" / "person-sensor" / "sensor.yaml").read_text(encoding="utf-8")
    (folder / "sensor.yaml").write_text(text, encoding="utf-8")


SENSORS: dict[str, Callable[[Path], None]] = {"motion-exercise": write_demo, "person-sensor": write_person}


def on_unicorn(board: BoardSpec, elf: bytes, window: np.ndarray) -> dict[str, Any]:
    with Examined(board, elf, window.shape) as device:
        cost = {"window_instructions": device.profile(window)["ss_window"], "stack_bytes": device.stack_used()}
        device.begin_count()
        device.read(None, block("RESULT").size)
        cost["read_instructions"] = sum(count for count, _ in device.end_count().values())
        stack, entry = np.frombuffer(device.program.segments[0].data[:8], "<u4").tolist()
        device.do(
            [("jump", entry, stack), ("begin_count",), ("run", device.program.symbol("ss_idle").address)], "starting"
        )
        return cost | {"start_instructions": sum(count for count, _ in device.end_count().values())}


def on_pico(board: BoardSpec, elf: bytes, window: np.ndarray) -> dict[str, Any]:
    with Rp2040(board, elf, window.shape) as device:
        cost = {"start_cycles": device.cycles(), "window_instructions": device.profile(window)["ss_window"]}
        device.reset()
        device.feed(window)
        cost["stack_bytes"] = device.stack_used()
        before = device.cycles()
        device.read(None, block("RESULT").size)
        return cost | {"read_cycles": device.cycles() - before}


def one(name: str, board_name: str) -> dict[str, Any]:
    board = load_board(board_name)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / name
        SENSORS[name](folder)
        file = folder / "sensor.yaml"
        text, count = re.subn(r"(?m)^board: \S+", f"board: {board_name}", file.read_text(encoding="utf-8"))
        assert count == 1
        file.write_text(text, encoding="utf-8")
        project = Project.load(folder)
        facts = build(project).facts
        windows = load_windows(run(project, "windows")["windows"].folder / "windows.npz")
        window = windows.raw[windows.split == "unseen"][0]
        elf = (folder / "build" / "sensor.elf").read_bytes()
        cost = (on_unicorn if board.emulator == "unicorn" else on_pico)(board, elf, window)
    sizes = {"flash_bytes": facts["flash_bytes"], "ram_bytes": facts["ram_bytes"] + cost.pop("stack_bytes")}
    found = {"sensor": name, "board": board_name, "emulator": board.emulator, **sizes, **cost}
    print(json.dumps(found), flush=True)
    return found | {"toolchain": facts["toolchain"], "fw_id": facts["fw_id"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "benchmarks" / "results" / "boards.json")
    options = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    about = {
        "command": "python benchmarks/boards.py",
        "date": datetime.date.today().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": platform.machine(),
        "tools": tool_versions("unicorn", "rp2040py", "numpy"),
    }
    write_json(options.output, about | {"rows": [one(name, board) for name in SENSORS for board in BOARDS]})


if __name__ == "__main__":
    main()
