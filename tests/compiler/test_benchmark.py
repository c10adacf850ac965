"""What the README says of the compiler is what the committed benchmark found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULT = json.loads((ROOT / "benchmarks" / "results" / "compiler.json").read_text(encoding="utf-8"))
MODELS = ("kws", "vww", "ic", "ad", "sww")


def _row(name: str) -> str:
    peers, found = RESULT["peers"]["tflm_cmsis_nn"]["cortex-m4"][name], RESULT["models"][name]["targets"]["cortex-m4"]
    pairs = [
        (found["instructions"], peers["instructions"]),
        (found["flash"]["total"], peers["flash"]),
        (found["ram"]["total"], peers["ram"]),
    ]
    cells = [f"**{ours:,}**, {theirs:,}, {theirs / ours:.1f} x" for ours, theirs in pairs]
    return f"| {name} | {' | '.join(cells)} |"


def _other(name: str) -> str:
    targets: dict[str, Any] = RESULT["models"][name]["targets"]
    published = RESULT["peers"]["published_cycles"]
    m55 = RESULT["peers"]["tflm_cmsis_nn"]["cortex-m55"][name]["instructions"]
    cells = [
        f"{targets['cortex-m4']['modelled_cycles']['typ']:,}",
        f"{published['cortex-m4'][name]:,.0f}" if name in published["cortex-m4"] else "none",
        f"{targets['cortex-m55']['instructions']:,}",
        f"{m55:,}",
        f"{targets['cortex-m0plus']['instructions']:,}",
        f"{published['cortex-m0plus'][name]:,.0f}" if name in published["cortex-m0plus"] else "none",
    ]
    return f"| {name} | {' | '.join(cells)} |"


@pytest.mark.parametrize("name", MODELS)
def test_the_tables_are_the_result(name: str) -> None:
    assert _row(name) in README, _row(name)
    assert _other(name) in README, _other(name)


@pytest.mark.parametrize("name", MODELS)
def test_every_target_gave_the_published_output(name: str) -> None:
    targets = RESULT["models"][name]["targets"]
    assert set(targets) == {"cortex-m4", "cortex-m4 zig", "cortex-m55", "cortex-m0plus", "riscv32"}
    assert len({found["hash"] for found in targets.values()}) == 1
    assert all(found["compile_seconds"] < 2 for found in targets.values())


if __name__ == "__main__":
    print("\n".join(map(_row, MODELS)), "\n".join(map(_other, MODELS)), sep="\n\n")
