"""The proofs and the conformance suite of a sensor with a camera, whose samples are rows of bytes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests import glimpse
from tests.proofs.altered import BOARD, LITTLE, MODEL_FILE, Change

from sensorsmith.base.hashing import hash_bytes
from sensorsmith.emulate import CortexM
from sensorsmith.firmware import compile_image, find, image_sources
from sensorsmith.proofs import CHECKS, Stream, Subject, conformance, prove
from sensorsmith.proofs.hygiene import buffer_hygiene

STREAM = Stream(glimpse.ROWS, glimpse.ROWS, glimpse.COLUMNS, (0, 255))


def camera(*changes: Change) -> Subject:
    """The sensor with pieces of its C replaced."""
    facts = replace(glimpse.FACTS, sha256=bytes.fromhex(hash_bytes(MODEL_FILE)))
    sources = image_sources(glimpse.SENSOR, BOARD, glimpse.SOURCES, facts)
    for file, old, new in changes:
        assert sources[file].count(old) == 1
        sources[file] = sources[file].replace(old, new)
    nothing = np.zeros((0, *glimpse.SHAPE), np.int16)
    elf = compile_image(sources, BOARD).elf
    return Subject(glimpse.SENSOR, BOARD, elf, sources, facts, MODEL_FILE, "name: glimpse\n", nothing, hop=glimpse.ROWS)


@pytest.fixture(scope="module")
def sound() -> Subject:
    return camera()


def test_every_proof_holds(sound: Subject) -> None:
    found = prove(sound, find("cortex-m4"), LITTLE)
    wrong = {p.name: p.findings for p in found if p.verdict not in ("holds", "not run")}
    assert wrong == {}
    assert [p.name for p in found if p.verdict == "not run"] == ["memory-isolation"]
    figures = {p.name: p.figures for p in found}
    assert figures["information-budget"]["signal_bits_per_second"] == 8 * 12 * 16 * 5


def test_a_window_that_is_left_in_memory() -> None:
    leaky = camera(("sensor.c", "        window[i] = 0;", "        window[i] = window[i];"))
    with leaky.open() as device:
        proof = buffer_hygiene(leaky, device, LITTLE)
    assert proof.verdict == "broken"
    assert "after standby samples stand in window" in proof.findings


def test_it_conforms(sound: Subject) -> None:
    with CortexM(BOARD, sound.elf, glimpse.SHAPE) as board:
        found = conformance(board, STREAM)
    assert {check.name: check.verdict for check in found} == {check.name: "passed" for check in CHECKS}
