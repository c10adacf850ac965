"""Write the golden C anew: `python -m tests.golden.regenerate`. Read the difference before you commit it."""

from __future__ import annotations

from pathlib import Path

from tests.compiler.models import tiny

from sensorsmith.compiler import compile_graph

TARGETS = ("host", "cortex-m4", "cortex-m55")
COMMAND = "python -m tests.golden.regenerate"


def golden_files() -> dict[Path, str]:
    """What the compiler emits now for the golden model; the runtime's headers are copies and left out."""
    golden = {}
    for target in TARGETS:
        files = compile_graph(tiny(), "tiny", target).files
        golden |= {Path(__file__).parent / "tiny" / target / name: files[name] for name in ("tiny.c", "tiny.h")}
    return golden


if __name__ == "__main__":
    for path, text in golden_files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
