from __future__ import annotations

from pathlib import Path

from sensorsmith.compiler.reference import KERNELS, operators_text
from sensorsmith.graph.ops import FAMILIES

FILE = Path(__file__).parents[2] / "docs" / "reference" / "operators.md"
MEND = (
    "python -c 'from sensorsmith.compiler.reference import operators_text; print(operators_text(), end=\"\")' "
    "> docs/reference/operators.md"
)


def test_the_published_table_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == operators_text(), f"run: {MEND}"


def test_it_has_every_operator() -> None:
    assert set(KERNELS) == {name for family in FAMILIES for name in family.codes.values()}
    assert all(f"\n| {name} | " in operators_text() for name in KERNELS)
