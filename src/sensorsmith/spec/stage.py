"""What a stage is given to work with, and how it says what it found."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensorsmith import __version__
from sensorsmith.base.files import write_text
from sensorsmith.base.hashing import canonical_json, hash_file
from sensorsmith.base.records import Artefact, Condition, Interval, Method, Quantity, StageRecord, Tool, Value, evidence
from sensorsmith.spec.declarations import Declarations
from sensorsmith.spec.types import Sensor

Progress = Callable[[float, str], None]
"""Called with the share of a stage that is done, 0 to 1, and what it is at."""


def silent(_done: float, _what: str) -> None:
    """The progress of nobody who watches."""


@dataclass(frozen=True)
class Work:
    """One stage at work.

    Attributes:
        project: folder of sensor.yaml, for files that the user brings.
        inputs: the finished folder of each stage that this one reads, by name.
        out: the empty folder that it fills.
    """

    sensor: Sensor
    declarations: Declarations
    project: Path
    inputs: Mapping[str, Path]
    out: Path
    progress: Progress = field(default=silent)

    def read_json(self, stage: str, name: str) -> Any:
        """A JSON file of an earlier stage."""
        return json.loads((self.inputs[stage] / name).read_text(encoding="utf-8"))

    def record(self, stage: str, values: Mapping[str, Value]) -> None:
        """Write `record.json`: the values, and all files that are in the folder by now."""
        files = sorted(p for p in self.out.rglob("*") if p.is_file())
        artefacts = tuple(
            Artefact(path=p.relative_to(self.out).as_posix(), sha256=hash_file(p), bytes=p.stat().st_size)
            for p in files
        )
        write_record(self.out, StageRecord(stage=stage, values=dict(values), artefacts=artefacts))

    def found(
        self,
        value: float | None,
        unit: str,
        method: Method,
        file: str,
        pointer: str = "",
        *,
        low: float | None = None,
        high: float | None = None,
        interval: Interval | None = None,
        conditions: Mapping[str, str | float | int] | None = None,
        tool: Tool | None = None,
        note: str = "",
    ) -> Quantity:
        """A number that this stage found, proven by a file of its folder; by this toolkit unless `tool` is named."""
        return Quantity(
            unit=unit,
            min=low,
            typ=value,
            max=high,
            interval=interval,
            conditions=tuple(Condition(name=k, value=v) for k, v in (conditions or {}).items()),
            method=method,
            evidence=(evidence(self.out / file, pointer),),
            tool=tool or OURS,
            note=note,
        )


def tool_versions(*distributions: str) -> dict[str, str]:
    """Version of each distribution, for what a result depends on; `not installed` where there is none."""
    found = {}
    for name in distributions:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


OURS = Tool(name="sensorsmith", version=__version__)


def write_record(folder: Path, record: StageRecord) -> None:
    """Write a stage's record in its one canonical form."""
    write_text(folder / "record.json", canonical_json(record.model_dump(mode="json")) + "\n")


def read_record(folder: Path) -> StageRecord:
    """Read a stage's record back."""
    return StageRecord.model_validate_json((folder / "record.json").read_text(encoding="utf-8"))
