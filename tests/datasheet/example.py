"""A realistic sensor for the tests: seven exercises told apart on three people held out. Its numbers are made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sensorsmith.base.hashing import hash_bytes, hash_json
from sensorsmith.base.records import (
    Artefact,
    Condition,
    Evidence,
    Interval,
    Quantity,
    StageRecord,
    Statement,
    Tool,
    Value,
)
from sensorsmith.boards import load_board
from sensorsmith.datasheet import Document, collect
from sensorsmith.datasheet.render_pdf import render_png
from sensorsmith.spec import Declarations, Sensor
from sensorsmith.stats import cluster_wilson, wilson

LABELS = ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
CONFUSION = [
    [118, 0, 1, 3, 4, 0, 2],
    [0, 121, 6, 0, 0, 1, 0],
    [1, 9, 112, 0, 0, 2, 3],
    [6, 0, 0, 98, 19, 0, 2],
    [4, 0, 0, 23, 95, 1, 1],
    [0, 2, 1, 0, 0, 120, 8],
    [2, 0, 5, 1, 0, 11, 103],
]
PEOPLE = {"8": (296, 271), "9": (301, 228), "10": (288, 268)}
OURS = Tool(name="sensorsmith", version="0.1.0")
PICTURE, PPI = Path(__file__).with_name("example.png"), 50.0


def sensor(**identity: str) -> Sensor:
    """The example's sensor.yaml; `identity` replaces fields of its first section."""
    inertial = [{"name": f"acc_{a}", "unit": "m/s2", "resolution": "0.244 mg"} for a in "xyz"]
    inertial += [{"name": f"gyr_{a}", "unit": "rad/s", "resolution": "70 mdps"} for a in "xyz"]
    return Sensor.model_validate(
        {
            "sensorsmith": 1,
            "identity": {
                "name": "shoulder-coach",
                "title": "Shoulder exercise sensor",
                "version": "1.0.0",
                "description": "Worn on the wrist, it tells which of seven shoulder exercises its wearer is doing, "
                "once a second, and says nothing else. Motion is read, classified and forgotten inside the sensor.",
                "maker": "Riverside Makerspace",
            }
            | identity,
            "task": "classify",
            "transducer": {"part": "LSM6DSOX", "modality": "motion", "rate": "50 Hz", "channels": inertial},
            "setting": {
                "places": ["home", "care"],
                "children": False,
                "health": True,
                "actuation": False,
                "radio": False,
                "cloud": False,
                "updates": "none",
            },
            "data": {"source": "exercises", "unseen": list(PEOPLE), "validation": ["7"]},
            "window": {"length": "4 s", "hop": "1 s"},
            "features": {"block": "motion", "decimate": 2},
            "model": {"architecture": "conv1d", "blocks": [{"filters": 16}]},
            "board": "nucleo-l4r5zi",
            "outputs": {"confidence_bits": 4, "budget": "8 bit/s"},
            "deployment": {"country": "world", "lifetime": "3 years", "mass": "40 g"},
        }
    )


def declarations() -> Declarations:
    return Declarations.model_validate(
        {
            "by": "A. Maker",
            "on": "2025-11-02",
            "use_cases": [
                "counting practice at home between visits to a physiotherapist",
                "lessons on how a body's motion becomes a label",
            ],
            "out_of_scope": ["diagnosis", "deciding on treatment or insurance", "people under 18"],
            "answers": {"contact": "sensors@makerspace.example"},
        }
    )


def tables() -> dict[str, Any]:
    people = []
    for person, (n, correct) in PEOPLE.items():
        interval = wilson(correct, n)
        people.append({"person": person, "n": n, "correct": correct, "low": interval.low, "high": interval.high})
    lines = [
        ("processing", "STM32L4R5ZI die", 0.12, 0.17, 0.26),
        ("sensing", "LSM6DSOX die", 0.02, 0.03, 0.05),
        ("pcb", "four layers", 0.05, 0.16, 0.16),
        ("power", "Li-ion cell", 0.14, 0.25, 0.25),
        ("power", "regulator", 0.09, 0.11, 0.13),
        ("casing", "printed case", 0.03, 0.07, 0.09),
        ("others", "passives", 0.06, 0.11, 0.14),
        ("transport", "lorry and aeroplane", 0.09, 0.16, 0.24),
        ("use", "electricity", 0.004, 0.011, 0.021),
    ]
    return {
        "evaluation.json": {"labels": list(LABELS), "confusion": CONFUSION, "people": people},
        "firmware.json": {"model_id": hash_bytes(b"model"), "fw_id": hash_bytes(b"firmware")},
        "footprint.json": {
            "lines": [{"block": b, "name": n, "low": lo, "typ": typ, "high": hi} for b, n, lo, typ, hi in lines],
            "not_provided": [],
        },
        "proofs.json": {
            "proofs": [
                {"name": "non-interference", "verdict": "holds"},
                {"name": "canary-fuzz", "verdict": "holds"},
                {"name": "memory-isolation", "verdict": "not run"},
            ]
        },
    }


def records() -> dict[str, StageRecord]:
    written = tables()
    n, correct = sum(p[0] for p in PEOPLE.values()), sum(p[1] for p in PEOPLE.values())
    mean = cluster_wilson([c for _, c in PEOPLE.values()], [w for w, _ in PEOPLE.values()])
    around = Interval(low=mean.low, high=mean.high, method="cluster Wilson", n=n, groups=len(PEOPLE))
    clock = Condition(name="clock", value=120, unit="MHz")
    runs = Tool(name="unicorn", version="2.1.4")

    def scored(accuracy: float, file: str, pointer: str, method: str, tool: Tool) -> Quantity:
        return _found(accuracy, "1", method, file, pointer, tool=tool, interval=around)

    stages: dict[str, dict[str, Value]] = {
        "data": {
            "recordings": _found(212, "recordings", "computed", "dataset.json", "/health/total/recordings"),
            "people": _found(10, "people", "computed", "dataset.json", "/health/total/groups"),
            "labels": Statement(text=", ".join(LABELS), method="derived"),
            "duration_s": _found(9840, "s", "computed", "dataset.json", "/health/total/seconds"),
            "licence": Statement(text="CC-BY-4.0", method="declared", by="A. Maker", on="2025-11-02"),
            "source": Statement(text="shoulder exercises, wrist inertial unit", method="derived"),
        },
        "windows": {
            "train": _found(5824, "windows", "computed", "windows.json", "/train"),
            "validation": _found(911, "windows", "computed", "windows.json", "/validation"),
            "unseen": _found(n, "windows", "computed", "windows.json", "/unseen"),
        },
        "train": {"final_loss": _found(0.31, "1", "computed", "history.jsonl", "")},
        "model": {
            "weights_bytes": _found(8912, "B", "computed", "model.tflite", ""),
            "parameters": _found(8471, "1", "computed", "training.json", "/parameters"),
            "steps": _found(6000, "1", "computed", "training.json", "/training/steps"),
            "held_out": Statement(text="1, 2, 3, 4, 5, 6, 7 of exercises", method="derived"),
        },
        "compile": {
            "macs": _found(418_560, "MAC", "computed", "compile.json", "/macs"),
            "arena_bytes": _found(6400, "B", "computed", "compile.json", "/arena_bytes"),
            "weights_bytes": _found(8960, "B", "computed", "compile.json", "/weights_bytes"),
        },
        "firmware": {
            "flash_bytes": _found(21_892, "B", "computed", "firmware.json", "/flash"),
            "ram_static_bytes": _found(9412, "B", "computed", "firmware.json", "/ram"),
            "code_bytes": _found(11_740, "B", "computed", "firmware.json", "/sections/.text"),
            "toolchain": Statement(text="arm-none-eabi-gcc 12.2.1", method="derived"),
        },
        "measure": {
            "accuracy_float": scored(0.8689, "evaluation.json", "/accuracy/float", "computed", OURS),
            "accuracy_int8": scored(correct / n, "evaluation.json", "/accuracy/int8", "computed", OURS),
            "accuracy_device": scored(correct / n, "evaluation.json", "/accuracy/device", "emulated", runs),
            "accuracy_worst_person": _found(
                228 / 301,
                "1",
                "emulated",
                "evaluation.json",
                "/people/1",
                tool=runs,
                conditions=(Condition(name="person", value="9"), Condition(name="windows", value=301)),
            ),
            "disagreements": _found(0, "1", "emulated", "evaluation.json", "/disagreements", tool=runs),
            "instructions_per_window": _found(
                1_418_233,
                "instructions",
                "emulated",
                "profile.json",
                "/instructions",
                low=1_418_233,
                high=1_418_236,
                tool=runs,
            ),
            "modelled_time_s": _found(
                0.01477, "s", "computed", "profile.json", "/time", low=0.01406, high=0.01714, conditions=(clock,)
            ),
            "modelled_energy_j": _found(
                0.000614, "J", "computed", "profile.json", "/energy", low=0.00054, high=0.00076, conditions=(clock,)
            ),
            "stack_bytes": _found(912, "B", "emulated", "profile.json", "/stack", tool=runs, note="painted, then read"),
            "ram_total_bytes": _found(10_324, "B", "emulated", "profile.json", "/ram", tool=runs),
            "information_rate": _found(6.807, "bit/s", "computed", "profile.json", "/information"),
        },
        "footprint": {
            "total_kg": _found(1.071, "kg CO2e", "computed", "footprint.json", "/total", low=0.604, high=1.341),
            "lines": _found(9, "1", "computed", "footprint.json", "/lines"),
        },
        "prove": {},
    }
    files = {
        "evaluation.json": "measure",
        "firmware.json": "firmware",
        "footprint.json": "footprint",
        "proofs.json": "prove",
    }
    return {
        stage: StageRecord(
            stage=stage,
            values=values,
            artefacts=tuple(
                Artefact(path=file, sha256=hash_json(written[file]), bytes=1)
                for file, owner in files.items()
                if owner == stage
            ),
        )
        for stage, values in stages.items()
    }


def example(**identity: str) -> Document:
    return collect(sensor(**identity), load_board("nucleo-l4r5zi"), declarations(), records(), tables())


def empty() -> Document:
    """A project in which nothing has run and nothing is declared."""
    bare = sensor(maker="").model_copy(update={"setting": Sensor.model_fields["setting"].default})
    return collect(bare, None, Declarations(), {}, {})


def _found(
    value: float,
    unit: str,
    method: Any,
    file: str,
    pointer: str,
    *,
    low: float | None = None,
    high: float | None = None,
    interval: Interval | None = None,
    conditions: tuple[Condition, ...] = (),
    tool: Tool = OURS,
    note: str = "",
) -> Quantity:
    return Quantity(
        unit=unit,
        min=low,
        typ=value,
        max=high,
        interval=interval,
        conditions=conditions,
        method=method,
        evidence=(Evidence(file=file, sha256=hash_bytes(file.encode()), pointer=pointer),),
        tool=tool,
        note=note,
    )


if __name__ == "__main__":
    PICTURE.write_bytes(render_png(example(), PPI))
