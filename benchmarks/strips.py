"""What strips of rows save in RAM, and what they cost: vww and ic of MLPerf Tiny on an emulated Cortex-M4.

    python benchmarks/strips.py --models shared/models/mlperf-tiny

Each model is compiled for ever smaller budgets, built, run and counted as in benchmarks/compiler.py; the output must
have the same hash as TFLite Micro's. Writes benchmarks/results/strips.json.
"""

from __future__ import annotations

import argparse
import datetime
import subprocess
from pathlib import Path
from typing import Any

from compiler import HERE, MODELS, measured
from sensorsmith.base.files import write_json
from sensorsmith.compiler import compile_graph
from sensorsmith.graph import read_tflite

BUDGETS = {"vww": [None, 40_000, 36_000, 33_000], "ic": [None, 30_000, 24_000, 19_000]}
TARGET = "cortex-m4"


def one_budget(name: str, folder: Path, budget: int | None) -> dict[str, Any]:
    file, expected = MODELS[name]
    emitted = compile_graph(read_tflite((folder / file).read_bytes()), name, TARGET, ram_budget=budget)
    found = measured(emitted, TARGET, "gcc", expected)
    strips = emitted.report.as_json().get("strips")
    print(name, budget, f"{emitted.report.arena_bytes:,} bytes, {found['instructions']:,} instructions", flush=True)
    return {"budget": budget, "arena_bytes": emitted.report.arena_bytes, "strips": strips, **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True, help="folder of MLPerf Tiny's five int8 models")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "results" / "strips.json")
    options = parser.parse_args()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE, check=True
    )
    models = {name: [one_budget(name, options.models, each) for each in budgets] for name, budgets in BUDGETS.items()}
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    write_json(options.output, {"date": date, "commit": commit.stdout.strip(), "models": models})


if __name__ == "__main__":
    main()
