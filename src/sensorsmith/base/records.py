"""The records that stages emit: a number is never bare, it carries how it was found and where the proof lies."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sensorsmith.base.hashing import hash_file

Method = Literal["measured", "emulated", "simulated", "computed", "vendor", "declared"]
Reason = Literal["not_provided", "not_applicable", "withheld"]

_NEED_EVIDENCE = ("measured", "emulated", "simulated", "computed", "vendor")
_NEED_TOOL = ("measured", "emulated", "simulated", "computed")


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Evidence(Record):
    """Where a value can be read again: a file by content, and the place in it.

    `pointer` is a JSON pointer (RFC 6901) when the file is JSON, otherwise free text (`page 3, table 5`) or empty.
    """

    file: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    pointer: str = ""


class Tool(Record):
    name: str
    version: str


class Condition(Record):
    """One circumstance under which a value holds, such as `clock = 120 MHz`."""

    name: str
    value: str | float | int
    unit: str = ""


class Interval(Record):
    """A confidence interval, with the number of trials and of independent groups behind it."""

    low: float
    high: float
    level: float = 0.95
    method: str
    n: int
    groups: int | None = None


class Quantity(Record):
    """A number with its unit. At least one of `min`, `typ`, `max`, in that order of size.

    Emulated values must not be called measured: `measured` means on a real board.
    """

    kind: Literal["quantity"] = "quantity"
    unit: str
    min: float | None = None
    typ: float | None = None
    max: float | None = None
    interval: Interval | None = None
    conditions: tuple[Condition, ...] = ()
    method: Method
    evidence: tuple[Evidence, ...] = ()
    tool: Tool | None = None
    by: str = ""
    on: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [v for v in (self.min, self.typ, self.max) if v is not None]
        if not given:
            raise ValueError("one of min, typ and max is needed")
        if given != sorted(given):
            raise ValueError("min, typ and max are out of order")
        if not all(math.isfinite(v) for v in given):
            raise ValueError("a value must be finite")
        if self.method in _NEED_EVIDENCE and not self.evidence:
            raise ValueError(f"a value that is {self.method} needs evidence")
        if self.method in _NEED_TOOL and self.tool is None:
            raise ValueError(f"a value that is {self.method} needs the tool that found it")
        if self.method == "declared" and not (self.by and self.on):
            raise ValueError("a declared value needs who declared it (by) and when (on)")
        return self


class Statement(Record):
    """A text that is not a number: declared by a person, derived from other fields, or a vendor's."""

    kind: Literal["statement"] = "statement"
    text: str
    method: Literal["declared", "derived", "vendor"]
    by: str = ""
    on: str = ""
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.method == "declared" and not (self.by and self.on):
            raise ValueError("a declared statement needs who declared it (by) and when (on)")
        return self


class Absent(Record):
    """A value that is missing on purpose, with the reason. It is printed, never skipped."""

    kind: Literal["absent"] = "absent"
    reason: Reason
    why: str = ""


Value = Annotated[Quantity | Statement | Absent, Field(discriminator="kind")]


class Artefact(Record):
    """A file that a stage made."""

    path: str
    sha256: str
    bytes: int


class StageRecord(Record):
    """What a stage says about its result: named values and the files it made (written as `record.json`)."""

    stage: str
    values: dict[str, Value] = {}
    artefacts: tuple[Artefact, ...] = ()


def evidence(path: Path, pointer: str = "", root: Path | None = None) -> Evidence:
    """Evidence that points into an existing file, named relative to `root` (default: its own folder)."""
    name = path.relative_to(root).as_posix() if root is not None else path.name
    return Evidence(file=name, sha256=hash_file(path), pointer=pointer)


def resolve_pointer(document: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901).

    Raises:
        KeyError: the document has no such place.
    """
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise KeyError(pointer) from error
    return document
