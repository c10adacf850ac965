"""board.toml, typed, and how to find one."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sensorsmith.base.errors import BoardError

Source = Annotated[str, Field(min_length=8)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


class Figure(Part):
    """A number of a data sheet or a benchmark: at least one of min, typ, max, in that order of size."""

    min: float | None = None
    typ: float | None = None
    max: float | None = None
    unit: Literal["Hz", "J", "1"]
    conditions: str = ""
    source: Source

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        given = [value for value in (self.min, self.typ, self.max) if value is not None]
        if not given or given != sorted(given) or given[0] <= 0:
            raise ValueError("min, typ and max must be positive and in order of size")
        return self


class Memory(Part):
    """A memory in one piece."""

    start: int = Field(ge=0, le=0xFFFFFFFF, multiple_of=4)
    """First address."""
    size: int = Field(gt=0, multiple_of=4)
    """Bytes."""
    source: Source


class Flashing(Part):
    """How an image gets into the real part."""

    volume: str
    """Board-ID in the INFO_UF2.TXT of the drive as which its ROM shows up."""
    file: str
    """Of those that a build leaves, the one that is copied onto that drive."""
    pyocd: str
    """Name by which pyOCD knows it, for a debug probe."""
    ready: str
    """What a person does so that the drive shows up."""
    source: Source


class BoardSpec(Part):
    """A board: its processor, its memories, and what it costs to run."""

    name: str
    """Name of the folder."""
    title: str
    """As its maker calls it."""
    part: str
    """The microcontroller."""
    target: Literal["cortex-m0plus", "cortex-m4"]
    """Instruction set."""
    hal: Literal["emulated", "mps2", "rp2040"]
    """Folder of firmware/c that drives its hardware; that of `emulated` and `mps2` only an emulator has."""
    emulator: Literal["unicorn", "rp2040py", "qemu"]
    clock: Figure
    """The clock for which figures are given."""
    flash: Memory
    ram: Memory
    cycles_per_instruction: Figure
    """From instructions, which are counted, to cycles, which are modelled."""
    flashing: Flashing | None = None
    """Absent where the image is for the emulated board only."""
    energy_per_cycle: Figure | None = None
    """Of the whole microcontroller while it computes; absent where no one has published it."""


def list_boards() -> list[str]:
    """Names of the known boards, in order."""
    return sorted(
        entry.name for entry in files("sensorsmith.boards").iterdir() if entry.joinpath("board.toml").is_file()
    )


def load_board(name: str) -> BoardSpec:
    """The board of this name.

    Raises:
        BoardError: there is none; the message has the closest name and the list.
    """
    known = list_boards()
    if name not in known:
        close = get_close_matches(name, known, n=1)
        advice = f"did you mean {close[0]!r}? " if close else ""
        raise BoardError(f"there is no board {name!r}", where="board", todo=f"{advice}known are {', '.join(known)}")
    text = files("sensorsmith.boards").joinpath(name, "board.toml").read_text(encoding="utf-8")
    return BoardSpec.model_validate({"name": name} | tomllib.loads(text))
