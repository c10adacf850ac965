"""What a host may rely on: a released major version of the map is never broken, and a minor version only adds to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from sensorsmith.interface.registers import BLOCKS, VERSION, Block

Table = Mapping[str, Any]
"""A map as plain data, as `table` gives it and JSON keeps it."""

_ACTS = {"r": "read", "w": "written"}
_MAY = {"ro": "r", "rw": "rw", "wo": "w"}
_VERSION = "IF_VER"
"""The one register whose value differs in each minor version, and should."""


def table(blocks: Sequence[Block] = BLOCKS, version: tuple[int, int] = VERSION) -> Table:
    """The map as plain data: what a released version is compared by."""
    registers = {
        r.name: {
            "address": r.address,
            "size": r.size,
            "type": r.type,
            "access": r.access,
            "reset": r.reset,
            "limits": list(r.limits) if r.limits else None,
            "privacy": sorted(r.privacy),
            "block": block.name,
            "bits": {bit.name: int(bit.mask) for bit in r.bits},
            "codes": {code.name: int(code) for code in r.named},
        }
        for block in blocks
        for r in block.registers
    }
    sums = {block.name: block.crc for block in blocks}
    return {"version": list(version), "blocks": sums, "registers": registers}


def released() -> Table:
    """The last released minor version of the present major version."""
    file = files("sensorsmith.interface").joinpath("released", f"MLS1-{VERSION[0]}.json")
    found: Table = json.loads(file.read_text(encoding="utf-8"))
    return found


def breaks(old: Table, new: Table) -> list[str]:
    """What a host that was written for `old` could no longer rely on with `new`; empty when nothing.

    An addition, too, when `new` does not say by its minor version that there is one. What a register means may be said
    in better words at any time.
    """
    (major, minor), (new_major, new_minor) = old["version"], new["version"]
    if new_major != major:
        return []
    found = [*_blocks(old["blocks"], new["blocks"])]
    for name, before in old["registers"].items():
        after = new["registers"].get(name)
        found += [f"{name} is gone"] if after is None else _changes(name, before, after)
    additions = [*_additions(old["registers"], new["registers"])]
    if additions and new_minor <= minor:
        found.append(f"{', '.join(additions)} added, but the version is {new_major}.{new_minor} as before")
    elif new_minor < minor:
        found.append(f"the version was {major}.{minor}, is {new_major}.{new_minor}")
    return found


def _blocks(old: Mapping[str, bool], new: Mapping[str, bool]) -> Iterable[str]:
    for name, crc in old.items():
        if name not in new:
            yield f"block {name} is gone"
        elif new[name] != crc:
            yield f"block {name} {'no longer ends' if crc else 'now ends'} with a check sum"


def _changes(name: str, before: Table, after: Table) -> Iterable[str]:
    for aspect, words in _ASPECTS.items():
        if before[aspect] != after[aspect] and (name, aspect) != (_VERSION, "reset"):
            yield f"{name} {words(before[aspect], after[aspect])}"
    for act in _MAY[before["access"]]:
        if act not in _MAY[after["access"]]:
            yield f"{name} can no longer be {_ACTS[act]}"
    if not _holds(after["limits"], before["limits"]):
        yield f"{name} took {_range(before['limits'])}, takes {_range(after['limits'])}"
    yield from (f"{name} bit {c}" for c in _renumbered(before["bits"], after["bits"], "0x{:02X}"))
    yield from (f"{name} code {c}" for c in _renumbered(before["codes"], after["codes"], "{}"))


_ASPECTS: dict[str, Callable[[Any, Any], str]] = {
    "address": "moved from 0x{:02X} to 0x{:02X}".format,
    "size": "was {} bytes, is {}".format,
    "type": "was {}, is {}".format,
    "block": "was in block {}, is in {}".format,
    "reset": lambda before, after: f"was {_reset(before)} at power on, is {_reset(after)}",
    "privacy": lambda before, after: f"was {_tags(before)}, is {_tags(after)}",
}
"""Of each register, what must stay exactly as it is, and how to say that it did not."""


def _renumbered(before: Mapping[str, int], after: Mapping[str, int], number: str) -> Iterable[str]:
    for name, value in before.items():
        if name not in after:
            yield f"{name} is gone"
        elif after[name] != value:
            yield f"{name} was {number.format(value)}, is {number.format(after[name])}"


def _additions(old: Mapping[str, Table], new: Mapping[str, Table]) -> Iterable[str]:
    for name, after in new.items():
        before = old.get(name)
        if before is None:
            yield name
            continue
        yield from (f"{name}.{word}" for kind in ("bits", "codes") for word in after[kind] if word not in before[kind])
        if set(_MAY[after["access"]]) > set(_MAY[before["access"]]):
            yield f"access to {name}"
        if after["limits"] != before["limits"] and _holds(after["limits"], before["limits"]):
            yield f"values of {name}"


def _holds(outer: list[int] | None, inner: list[int] | None) -> bool:
    """Whether all values within `inner` are within `outer`. What is a setting on one side only holds nothing."""
    if outer is None or inner is None:
        return outer is inner
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _range(limits: list[int] | None) -> str:
    return "no setting" if limits is None else f"{limits[0]} to {limits[1]}"


def _reset(value: int | None) -> str:
    return "set by the sensor" if value is None else f"0x{value:02X}"


def _tags(privacy: list[str]) -> str:
    return f"tagged {' and '.join(privacy)}" if privacy else "without a privacy tag"
