"""What docs/why/cycle-model.md says of the model's error is what the committed benchmark found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sensorsmith.measure import KNOWN_ERROR

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "why" / "cycle-model.md").read_text(encoding="utf-8")
RESULT = json.loads((ROOT / "benchmarks" / "results" / "cycle_model.json").read_text(encoding="utf-8"))


def row(name: str) -> str:
    """A line of the page's table."""
    found = RESULT["models"][name]
    cells = [
        name,
        f"{found['instructions']:,}",
        f"{found['instructions_of_tflm']:,}",
        f"{found['modelled_cycles']:,}",
        f"{found['cycles_per_instruction']:.2f}",
        f"{found['published_cycles']:,}",
        f"**{100 * found['error']:+.1f} %**",
        f"{found['modelled_cycles_with_5_wait_states']:,}",
    ]
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("name", ["kws", "vww", "ic", "ad"])
def test_the_table_is_the_result(name: str) -> None:
    assert row(name) in PAGE, row(name)
    assert "-dirty" not in RESULT["commit"]


@pytest.mark.parametrize("name", ["kws", "vww", "ic", "ad"])
def test_the_result_is_consistent(name: str) -> None:
    found = RESULT["models"][name]
    low, high = found["modelled_cycles_range"]
    assert found["instructions"] < low < found["modelled_cycles"] < high < found["modelled_cycles_with_5_wait_states"]
    assert found["error"] == round(found["modelled_cycles"] / found["published_cycles"] - 1, 3)
    # The harness runs what TFLite Micro runs, but for its interpreter.
    assert found["instructions"] == pytest.approx(found["instructions_of_tflm"], rel=0.02)


def test_the_page_says_how_large_the_error_is() -> None:
    errors = [found["error"] for found in RESULT["models"].values()]
    assert (min(errors), max(errors)) == KNOWN_ERROR
    assert f"{-100 * max(errors):.0f} to {-100 * min(errors):.0f} % too low" in PAGE
