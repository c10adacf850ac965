"""Write the golden C anew: `python -m tests.golden.regenerate`. Read the difference before you commit it."""

from __future__ import annotations

from pathlib import Path

from tests.compiler.models import tiny

from sensorsmith.compiler import compile_graph

COMMAND = "python -m tests.golden.regenerate"


def golden_files() -> dict[Path, str]:
    """What the compiler emits now for the golden model; the runtime's headers are copies and left out."""
    folder = Path(__file__).parent / "tiny"
    files = compile_graph(tiny(), "tiny", "cortex-m4").files
    return {folder / name: files[name] for name in ("tiny.c", "tiny.h")}


if __name__ == "__main__":
    for path, text in golden_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
