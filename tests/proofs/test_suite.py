"""All proofs together: their order, what was not run, and what is refused."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from tests import tiny
from tests.proofs.altered import BOARD, LITTLE, subject

from sensorsmith.base.errors import BoardError, EmulatorError, UserError
from sensorsmith.boards import load_board
from sensorsmith.firmware import build, find
from sensorsmith.interface import RECORDER
from sensorsmith.proofs import CHECKS, Proof, Subject, prove
from sensorsmith.proofs.canary_fuzz import canary_fuzz
from sensorsmith.proofs.suite import run

ROOT = Path(__file__).parents[2]
NAMES = (
    *("non-interference", "canary-fuzz", "cut-point", "memory-isolation", "information-budget", "update-path"),
    *("constant-time", "buffer-hygiene", "config-abuse", "reproducible"),
)


@pytest.fixture(scope="module")
def proofs(sound: Subject) -> dict[str, Proof]:
    return {proof.name: proof for proof in prove(sound, find("cortex-m4"), LITTLE)}


@pytest.mark.parametrize("name", NAMES)
def test_each_holds_for_the_sensor(name: str, proofs: dict[str, Proof]) -> None:
    proof = proofs[name]
    assert (proof.verdict, proof.findings) == ("not run" if name == "memory-isolation" else "holds", ())
    assert proof.claim and proof.ran and proof.limits
    assert json.loads(json.dumps(proof.as_json()))["figures"] == proof.figures


def test_their_order(proofs: dict[str, Proof]) -> None:
    assert tuple(proofs) == NAMES


def test_a_recorder_is_refused(sound: Subject) -> None:
    identity = tiny.SENSOR.identity.model_copy(update={"product_id": RECORDER})
    sensor = tiny.SENSOR.model_copy(update={"identity": identity})
    recorder = replace(sound, elf=build(sensor, BOARD, tiny.SOURCES, tiny.FACTS).elf)
    with pytest.raises(UserError) as caught:
        prove(recorder, find("cortex-m4"), LITTLE)
    assert str(caught.value) == (
        "register 0x08: PRODUCT is 0xFFFE: this firmware is a recorder, made to give its signal to the host; "
        "prove the firmware of the sensor instead"
    )


def test_a_board_that_cannot_be_looked_into(sound: Subject) -> None:
    with pytest.raises(BoardError) as caught:
        replace(sound, board=load_board("pico")).open()
    assert str(caught.value) == (
        "board: the proofs cannot look into a Raspberry Pi Pico, which rp2040py emulates; "
        "prove the same sensor on nucleo-l4r5zi: all but the drivers of the board is the same"
    )


def test_firmware_that_stops_breaks_a_proof() -> None:
    stops = subject(("device.c", "        ss_clear(&registers);", '        __asm__ volatile("udf #0");'))
    with stops.open() as device:
        proof = run("canary-fuzz", lambda: canary_fuzz(stops, device, LITTLE))
    assert (proof.name, proof.verdict) == ("canary-fuzz", "broken")
    assert proof.findings[0].startswith("nucleo-l4r5zi: the firmware stopped at 0x08000")
    assert "in ss_device_step+" in proof.findings[0]


def test_an_emulator_that_dies_says_nothing_about_the_firmware(sound: Subject) -> None:
    def proof() -> Proof:
        with sound.open() as device:
            os.kill(device.machine.pid, signal.SIGKILL)
            return canary_fuzz(sound, device, LITTLE)

    with pytest.raises(EmulatorError, match=r"^the emulator crashed while resetting \(signal 9"):
        run("canary-fuzz", proof)


def test_the_committed_campaign_broke_nothing_and_the_page_quotes_it() -> None:
    found = json.loads((ROOT / "benchmarks" / "results" / "proofs.json").read_text(encoding="utf-8"))
    assert {p["name"]: p["verdict"] for p in found["proofs"] if p["verdict"] != "holds"} == {
        "memory-isolation": "not run"
    }
    assert found["conformance"] == {check.name: "passed" for check in CHECKS}
    figures = {p["name"]: p["figures"] for p in found["proofs"]}
    page = " ".join((ROOT / "docs" / "why" / "proofs.md").read_text(encoding="utf-8").split())
    quoted = (
        f"{figures['non-interference']['signals']} signals, {figures['canary-fuzz']['transactions']:,} transactions, "
        f"{figures['buffer-hygiene']['stops']} stops, {figures['config-abuse']['tries']:,} tries with THRESH"
    )
    assert quoted in page
