"""What a host may rely on: a released major version of the map is never broken, and a minor version only adds to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from sensorsmith.interface.registers import BLOCKS, VERSION, Block

Table = Mapping[str, Any]
"""A map as plain data, as `table` gives it and JSON keeps it."""

_ASPECTS = ("address", "size", "type", "access", "reset", "limits", "privacy", "block")
"""Of each register, what must stay as it is. What it means may be said in better words."""


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

    An addition, too, when `new` does not say by its minor version that there is one.
    """
    if new["version"][0] != old["version"][0]:
        return []
    sums = old["blocks"].items()
    found = [f"block {name} has another check sum or is gone" for name, crc in sums if new["blocks"].get(name) != crc]
    for name, before in old["registers"].items():
        after = new["registers"].get(name)
        found += [f"{name} is gone"] if after is None else _changes(name, before, after)
    if not found and _additions(old, new) and new["version"][1] <= old["version"][1]:
        found.append(f"{', '.join(_additions(old, new))} added without a larger minor version")
    return found


def _changes(name: str, before: Table, after: Table) -> list[str]:
    found = [
        f"{name}: {aspect} was {before[aspect]}, is {after[aspect]}"
        for aspect in _ASPECTS
        if before[aspect] != after[aspect]
    ]
    for kind in ("bits", "codes"):
        for word, value in before[kind].items():
            if after[kind].get(word) != value:
                found.append(f"{name}: {kind[:-1]} {word} was {value}, is {after[kind].get(word, 'gone')}")
    return found


def _additions(old: Table, new: Table) -> list[str]:
    found = []
    for name, after in new["registers"].items():
        before = old["registers"].get(name)
        if before is None:
            found.append(name)
        else:
            found += [
                f"{name}.{word}" for kind in ("bits", "codes") for word in after[kind] if word not in before[kind]
            ]
    return found
