"""The proofs of the demo's firmware, with far more tries than `sensorsmith prove`.

    python benchmarks/proofs.py               # about half an hour on one core
    python benchmarks/proofs.py --seed 2

Writes benchmarks/results/proofs.json: every proof with its figures, and what the conformance suite found.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import subprocess
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sensorsmith.base.files import write_json
from sensorsmith.cli.demo import write_demo
from sensorsmith.firmware import find
from sensorsmith.flow import Project, check_conformance, run
from sensorsmith.proofs import CAMPAIGN, Effort, prove
from sensorsmith.proofs.stage import subject_of
from sensorsmith.spec.stage import Work, tool_versions

ROOT = Path(__file__).parent.parent


def demo(effort: Effort) -> dict[str, Any]:
    """Prove the demo, made from the model that comes with the package."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "demo"
        write_demo(folder)
        project = Project.load(folder)
        folders = {stage: result.folder for stage, result in run(project, until="firmware").items()}
        work = Work(project.sensor, project.declarations, project.folder, folders, Path())
        subject = subject_of(work)
        toolchain = find(subject.board.target)
        checks = check_conformance(project)
        proofs = prove(subject, toolchain, effort, lambda _, what: print(what, flush=True))
    return {
        "sensor": project.sensor.identity.name,
        "board": subject.board.title,
        "toolchain": f"{toolchain.name} {toolchain.version}",
        "effort": asdict(effort),
        "proofs": [proof.as_json() for proof in proofs],
        "conformance": {check.name: check.verdict for check in checks},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=CAMPAIGN.seed)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "benchmarks" / "results" / "proofs.json")
    options = parser.parse_args()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = demo(replace(CAMPAIGN, seed=options.seed))
    about = {
        "command": f"python benchmarks/proofs.py --seed {options.seed}",
        "date": datetime.date.today().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": platform.machine(),
        "tools": tool_versions("unicorn", "numpy"),
    }
    write_json(options.output, about | found)
    for proof in found["proofs"]:
        print(f"{proof['name']:<20} {proof['verdict']:<8} {proof['ran']}")


if __name__ == "__main__":
    main()
