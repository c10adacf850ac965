"""What Frama-C proves of the emitted C: no access outside a buffer and no undefined arithmetic, for any input.

    python benchmarks/prove_c.py                         # about 20 minutes on two cores
    python benchmarks/prove_c.py --targets avr --jobs 4  # the other targets keep what they had

One small model for each thing that a kernel can get wrong (tests/compiler), for every target whose kernels have a path
in C; and the register file, the serial line and what follows the model (tests/interface/proof_main.c). What that means
is in docs/why/c-safety.md. Fails where something is neither proven nor argued for there, or where a kernel is in no
model. Writes benchmarks/results/prove_c.json. Needs Debian's frama-c-base.
"""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.compiler import models
from tests.compiler.proof import MACHINES, Proof, lemmas, prove_lemma, prove_model, version
from tests.compiler.variants import cases, test_armv7em
from tests.graph.models import small_convnet
from tests.interface.proof import prove_interface

from sensorsmith.base.files import write_json
from sensorsmith.compiler import Emitted, compile_graph
from sensorsmith.graph import Graph

HERE = Path(__file__).parent
RUNTIME = HERE.parent / "src" / "sensorsmith" / "runtime" / "kernels"
MOST_MACS = 15_000  # each is followed by itself; what is larger only does more of the same
NO_C_PATH = ("mve",)  # intrinsics and assembly; tested on an emulated Cortex-M55


def graphs(target: str) -> dict[str, Graph]:
    """What is analysed for a target, by name."""
    found = {
        "tiny": models.tiny(),
        "operators": small_convnet(),
        "int16": models.int16_net(),
        "moves": models.every_move(),
        "positions": models.largest_of_each_row(),
        **models.corner_cases(),
        **{name: graph for name, graph in models.other_corner_cases().items() if name.startswith("int16")},
    }
    if target == "cortex-m4":
        return found | test_armv7em.CASES
    own = {name: graph for name, graph in cases.CASES.items() if not name.startswith("corner: ")}  # they are there
    return found if target == "host" else found | own


def compiled(target: str) -> dict[str, Emitted]:
    """The models in C. What a target has no kernels of its own for is analysed for the host alone, and with 16 bits."""
    found = {}
    for name, graph in graphs(target).items():
        emitted = compile_graph(graph, "m", target)
        own = target in ("host", "avr") or any(layer.variant != "ref" for layer in emitted.report.layers)
        if own and emitted.report.macs <= MOST_MACS:
            found[name] = emitted
    return found


def as_json(proof: Proof) -> dict[str, Any]:
    return {
        "open": [asdict(alarm) for alarm in proof.open],
        "by_argument": sorted({alarm.claim for alarm in proof.alarms if alarm.by_argument}),
        "statements": [proof.reached, proof.statements],
        "seconds": round(proof.seconds, 1),
    }


def proven(target: str, jobs: int) -> dict[str, Any]:
    """Every model of a target, and every lemma that one of them relies on."""
    found = compiled(target)
    needed = {heading: (emitted, lemma) for emitted in found.values() for heading, lemma in lemmas(emitted).items()}
    with ThreadPoolExecutor(jobs) as pool:
        of_models = pool.map(prove_model, found.values())
        of_lemmas = pool.map(lambda pair: prove_lemma(pair[0], *pair[1]), needed.values())
        result: dict[str, Any] = {"machine": " ".join(MACHINES[target]), "models": {}, "lemmas": {}}
        for kind, names, proofs in (("models", found, of_models), ("lemmas", needed, of_lemmas)):
            for name, proof in zip(names, proofs, strict=True):
                result[kind][name] = as_json(proof)
                print(
                    target, name, f"{proof.seconds:.1f} s", *proof.open, sep="\n    " if proof.open else " ", flush=True
                )
    result["interface"] = as_json(prove_interface(target))
    result["kernels"] = sorted({f"{layer.op}/{layer.variant}" for e in found.values() for layer in e.report.layers})
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", nargs="+", choices=list(MACHINES), default=list(MACHINES))
    parser.add_argument("--jobs", type=int, default=2, help="analyses at a time")
    parser.add_argument("-o", "--output", type=Path, default=HERE / "results" / "prove_c.json")
    options = parser.parse_args()
    result = json.loads(options.output.read_text()) if options.output.exists() else {"targets": {}}
    commit = ["git", "rev-parse", "--short", "HEAD"]
    about = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "commit": subprocess.run(commit, capture_output=True, text=True, cwd=HERE, check=True).stdout.strip(),
        "frama_c": version(),
    }
    for target in options.targets:
        result["targets"][target] = about | proven(target, options.jobs)
        write_json(options.output, result)
    there = {f"{path.parent.name}/{path.stem}" for path in RUNTIME.glob("*/*.h") if path.stem not in NO_C_PATH}
    missing = there - {kernel for target in result["targets"].values() for kernel in target["kernels"]}
    unproven = [
        f"{target}: {name}"
        for target, found in result["targets"].items()
        for name, proof in (found["models"] | found["lemmas"] | {"interface": found["interface"]}).items()
        if proof["open"]
    ]
    if missing or unproven:
        sys.exit("\n".join([*(f"{kernel} is in no model" for kernel in sorted(missing)), *unproven]))


if __name__ == "__main__":
    main()
