"""The tiny sensor with a piece of its C replaced: firmware with one deliberate fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests import tiny

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.boards import load_board
from sensorsmith.firmware import compile_image, image_sources
from sensorsmith.proofs import Effort, Subject

BOARD = load_board("nucleo-l4r5zi")
LITTLE = Effort(inputs=12, transactions=60)
"""Enough for the tiny sensor, in a second or two."""
MODEL_FILE = b"the model of the tiny sensor"
Change = tuple[str, str, str]
"""File, old text, new text."""


def texts(*changes: Change) -> dict[str, str]:
    """The sources of the image with each old text, which must stand there exactly once, replaced."""
    facts = replace(tiny.FACTS, sha256=bytes.fromhex(hash_bytes(MODEL_FILE)))
    found = image_sources(tiny.SENSOR, BOARD, tiny.SOURCES, facts)
    for file, old, new in changes:
        assert found[file].count(old) == 1, f"{file} has {found[file].count(old)} times: {old}"
        found[file] = found[file].replace(old, new)
    return found


def altered(*changes: Change) -> bytes:
    """The ELF file of such sources."""
    return compile_image(texts(*changes), BOARD).elf


def subject(*changes: Change) -> Subject:
    """A sensor to be proven."""
    facts = replace(tiny.FACTS, sha256=bytes.fromhex(hash_bytes(MODEL_FILE)))
    nothing = np.zeros((0, *tiny.SHAPE), np.int16)
    sources = texts(*changes)
    elf = compile_image(sources, BOARD).elf
    return Subject(tiny.SENSOR, BOARD, elf, sources, facts, MODEL_FILE, "name: tiny\n", nothing, hop=4)
