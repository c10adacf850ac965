"""Stages `data` and `windows`."""

from __future__ import annotations

from sensorsmith.base.files import write_json
from sensorsmith.base.records import Absent, Statement, Value, evidence
from sensorsmith.data.health import health
from sensorsmith.data.load import load_source
from sensorsmith.data.split import SPLITS
from sensorsmith.data.store import load_dataset, save_dataset
from sensorsmith.data.windows import make_windows, save_windows
from sensorsmith.spec.stage import Work

_NOTHING: Value = Absent(reason="not_applicable", why="no recordings are named; the device runs on made-up signals")


def import_data(work: Work) -> None:
    """Recordings from their source into the project's one form.

    Raises:
        DataError, SpecError: the source is missing, cannot be read, or does not suit sensor.yaml.
    """
    dataset = load_source(work.sensor, work.project)
    report = health(dataset, work.sensor)
    save_dataset(dataset, work.out, report)

    def counted(value: float, unit: str, pointer: str) -> Value:
        return work.found(value, unit, "computed", "dataset.json", pointer) if work.sensor.data else _NOTHING

    def stated(text: str, pointer: str) -> Value:
        return Statement(text=text, method="derived", evidence=(evidence(work.out / "dataset.json", pointer),))

    total = report["total"]
    work.record(
        "data",
        {
            "recordings": counted(total["recordings"], "1", "/health/total/recordings"),
            "duration_s": counted(total["seconds"], "s", "/health/total/seconds"),
            "people": counted(total["groups"], "1", "/health/total/groups"),
            "labels": stated(", ".join(dataset.labels), "/labels"),
            "licence": stated(dataset.licence, "/licence") if work.sensor.data else _NOTHING,
            "source": stated(dataset.citation or dataset.name, "/citation" if dataset.citation else "/name")
            if work.sensor.data
            else _NOTHING,
        },
    )


def cut_windows(work: Work) -> None:
    """Windows of raw counts, divided into train, validation and unseen by group; `windows.json` counts them by side.

    Raises:
        DataError, SpecError: see `make_windows`.
    """
    windows = make_windows(load_dataset(work.inputs["data"]), work.sensor)
    save_windows(windows, work.out / "windows.npz")
    counts = {side: int((windows.split == side).sum()) for side in SPLITS}
    write_json(work.out / "windows.json", counts)
    found = {side: work.found(n, "1", "computed", "windows.json", f"/{side}") for side, n in counts.items()}
    work.record("windows", found if work.sensor.data else dict.fromkeys(counts, _NOTHING))
