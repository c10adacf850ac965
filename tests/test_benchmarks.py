"""Pages that quote a committed benchmark quote what it found."""

from __future__ import annotations

import json

from tests.chain import ROOT


def test_the_cost_on_each_board() -> None:
    rows = json.loads((ROOT / "benchmarks" / "results" / "boards.json").read_text(encoding="utf-8"))["rows"]
    page = (ROOT / "docs" / "why" / "device.md").read_text(encoding="utf-8")
    assert {(row["sensor"], row["board"]) for row in rows} == {
        (sensor, board)
        for sensor in ("motion-exercise", "person-sensor")
        for board in ("nano33ble-sense", "nucleo-l4r5zi", "pico")
    }
    for row in rows:
        unit = "cycles" if row["board"] == "pico" else "instructions"
        assert (
            f"| {row['sensor']} | {row['board']} | {row['flash_bytes']:,} B | {row['ram_bytes']:,} B | "
            f"{row['window_instructions']:,} | {row[f'read_{unit}']:,} {unit} | {row[f'start_{unit}']:,} {unit} |"
        ) in page
