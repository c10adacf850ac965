"""Leave one person out: how well examples/motion-exercise does on each of the ten people, trained on the other nine.

    python benchmarks/motion_loso.py                      # 10 people x 3 seeds; about 20 minutes on two cores
    python benchmarks/motion_loso.py --seeds 1 --people p01 p02 -o part.json

For every seed and person: train, quantize, and classify all windows of the person with the float model and with the
integer interpreter, whose outputs the device equals bit for bit. Settings are those of the example's sensor.yaml for
every person and seed. Writes benchmarks/results/motion_loso.json.
"""

from __future__ import annotations

import argparse
import datetime
import multiprocessing
import platform
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from sensorsmith.base.files import write_json
from sensorsmith.base.hashing import hash_json
from sensorsmith.data import load_windows
from sensorsmith.dsp import feature_block, load_features
from sensorsmith.flow import Project, run
from sensorsmith.graph import read_tflite
from sensorsmith.measure import as_json, model_scores
from sensorsmith.spec import Sensor
from sensorsmith.stats import cluster_wilson, paired_cluster_difference
from sensorsmith.train.record import framework_versions

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "examples" / "motion-exercise"
PEOPLE = [f"p{number:02}" for number in range(1, 11)]


def settings_hash(sensor: Sensor) -> str:
    """SHA-256 of the settings that the result depends on; people and seeds are chosen here, not in sensor.yaml."""
    read = {"data", "transducer", "window", "features", "model", "training"}
    chosen_here = {"data": {"unseen"}, "training": {"seed"}}
    return hash_json(sensor.model_dump(mode="json", include=read, exclude=chosen_here))


def one_fold(job: tuple[int, str, Path]) -> dict[str, Any]:
    """Train with one seed on nine people, and judge the tenth."""
    seed, person, workspace = job
    project = Project.load(PROJECT)
    training = project.sensor.training.model_copy(update={"seed": seed})
    data = project.sensor.data.model_copy(update={"unseen": [person]})
    sensor = project.sensor.model_copy(update={"training": training, "data": data})
    done = run(Project(workspace / f"{seed}-{person}", sensor, project.declarations), until="model")
    windows = load_windows(done["windows"].folder / "windows.npz")
    unseen = windows.split == "unseen"
    features = load_features(done["features"].folder)[unseen]
    truth = windows.label[unseen]
    right = {}
    for form, file in (
        ("float", done["train"].folder / "float.tflite"),
        ("int8", done["model"].folder / "model.tflite"),
    ):
        scores = model_scores(read_tflite(file.read_bytes()), feature_block(sensor), features)
        right[form] = (scores.argmax(axis=1) == truth).tolist()
    print(f"seed {seed} {person}: float {np.mean(right['float']):.3f}, int8 {np.mean(right['int8']):.3f}", flush=True)
    return {"seed": seed, "person": person, "right": right}


def summarise(folds: list[dict[str, Any]]) -> dict[str, Any]:
    """Per seed: each person, the mean over people, the worst, and the paired difference of int8 to float."""
    report = {}
    for seed in sorted({fold["seed"] for fold in folds}):
        mine = [fold for fold in folds if fold["seed"] == seed]
        people = {
            fold["person"]: {
                "windows": len(fold["right"]["int8"]),
                **{form: float(np.mean(right)) for form, right in fold["right"].items()},
            }
            for fold in mine
        }
        joined = {form: np.concatenate([fold["right"][form] for fold in mine]) for form in ("float", "int8")}
        group = np.concatenate([[fold["person"]] * len(fold["right"]["int8"]) for fold in mine])
        entry: dict[str, Any] = {"people": people}
        for form in ("float", "int8"):
            entry[form] = {
                "mean_over_people": float(np.mean([p[form] for p in people.values()])),
                "worst_person": min(people, key=lambda name: people[name][form]),
                "worst": min(p[form] for p in people.values()),
                "pooled": as_json(
                    cluster_wilson(
                        [sum(fold["right"][form]) for fold in mine], [len(fold["right"][form]) for fold in mine]
                    )
                ),
            }
        if len(mine) > 1:
            entry["int8_minus_float"] = as_json(paired_cluster_difference(joined["int8"], joined["float"], group))
        report[str(seed)] = entry
    return report


def overall(seeds: dict[str, Any]) -> dict[str, float]:
    """The figures to quote: means over the seeds, and the worst person of all."""
    return {
        "int8_mean": float(np.mean([s["int8"]["mean_over_people"] for s in seeds.values()])),
        "float_mean": float(np.mean([s["float"]["mean_over_people"] for s in seeds.values()])),
        "int8_worst": min(s["int8"]["worst"] for s in seeds.values()),
        "int8_lowest_seed_mean": min(s["int8"]["mean_over_people"] for s in seeds.values()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--people", nargs="+", default=PEOPLE, choices=PEOPLE)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "benchmarks" / "results" / "motion_loso.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        jobs = [(seed, person, Path(name)) for seed in options.seeds for person in options.people]
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
            folds = list(pool.map(one_fold, jobs))
    seeds = summarise(folds)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    record = {
        "what": "leave one person out over ten people, window accuracy, settings of examples/motion-exercise",
        "command": "python benchmarks/motion_loso.py",
        "date": datetime.date.today().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": framework_versions(),
        "settings_sha256": settings_hash(Project.load(PROJECT).sensor),
        "overall": overall(seeds),
        "seeds": seeds,
    }
    write_json(options.output, record)
    print(record["overall"])


if __name__ == "__main__":
    main()
