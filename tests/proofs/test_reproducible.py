"""The audit bundle, the one command that rebuilds it, and what an image that is another looks like."""

from __future__ import annotations

import io
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.proofs.altered import LITTLE, subject

from sensorsmith.base.errors import DataError
from sensorsmith.base.hashing import hash_bytes
from sensorsmith.firmware import compile_image, find, firmware_id
from sensorsmith.proofs import Proof, Subject, read_bundle, write_bundle
from sensorsmith.proofs.reproducible import reproducible
from sensorsmith.proofs.suite import run

TOOLCHAIN = find("cortex-m4")


def _proof(found: Subject) -> Proof:
    with found.open() as device:
        return run("reproducible", lambda: reproducible(found, device, TOOLCHAIN, LITTLE))


def test_one_command_rebuilds_the_image(sound: Subject, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(write_bundle(sound, TOOLCHAIN))) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(["sh", "rebuild.sh"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["model.tflite: OK", "sensor.bin: OK"]
    assert hash_bytes((tmp_path / "image" / "sensor.bin").read_bytes()) == firmware_id(sound.elf)


def test_the_command_finds_a_changed_source(sound: Subject, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(write_bundle(sound, TOOLCHAIN))) as archive:
        archive.extractall(tmp_path)
    file = tmp_path / "image" / "tiny.c"
    file.write_text(file.read_text().replace("{3, 0, 3", "{3, 1, 3"))
    done = subprocess.run(["sh", "rebuild.sh"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "sensor.bin: FAILED" in done.stdout


def test_a_bundle_is_read_back(sound: Subject) -> None:
    data = write_bundle(sound, TOOLCHAIN)
    bundle = read_bundle(data)
    assert (bundle.texts, bundle.model) == (sound.sources, sound.model_file)
    assert bundle.ids["fw_id"] == firmware_id(sound.elf)
    assert compile_image(bundle.texts, sound.board).elf == sound.elf
    assert write_bundle(sound, TOOLCHAIN) == data, "equal content gives equal bytes"


def test_what_is_no_bundle() -> None:
    with pytest.raises(DataError, match=r"^this is not an audit bundle: .*; give the audit\.zip of a proven sensor$"):
        read_bundle(b"nothing")


def test_an_image_of_other_sources(sound: Subject) -> None:
    other = subject(
        ("sensor.c", "    observed = 0;\n    return 1;", "    observed = 0;\n    now.rest += 0;\n    return 2 - 1;")
    )
    assert _proof(other).verdict == "holds"
    other = subject(("ss_post.h", "p->begun = 1;", "p->begun = 3;"))
    proof = _proof(replace(other, sources=sound.sources))
    assert (proof.verdict, proof.findings) == (
        "broken",
        (f"the rebuilt image is another: its FW_ID is {firmware_id(sound.elf)}",),
    )


def test_another_model(sound: Subject) -> None:
    proof = _proof(replace(sound, model_file=b"another"))
    assert proof.findings == (
        f"register 0x40, MODEL_ID, is {sound.model.sha256.hex()}, but the file's hash {hash_bytes(b'another')}",
    )


def test_firmware_that_writes_to_flash_is_stopped() -> None:
    writes = subject(("device.c", "        ss_clear(&registers);", "        *(volatile uint32_t *)0x40022010 = 1;"))
    proof = _proof(writes)
    assert proof.verdict == "broken" and "Invalid memory write" in proof.findings[0]
    assert proof.findings[0].startswith("nucleo-l4r5zi: the firmware stopped at 0x08")
