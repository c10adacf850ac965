from __future__ import annotations

import hashlib

import pytest
from tests import tiny

from sensorsmith.base.errors import DataError
from sensorsmith.boards import load_board
from sensorsmith.firmware import Image, build, firmware_id, patch_identity, read_elf
from sensorsmith.spec.types import Sensor

_DOC = bytes(range(200, 232))


@pytest.fixture(scope="module")
def image(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> Image:
    return build(tiny_sensor, load_board("nucleo-l4r5zi"), tiny_sources, tiny.FACTS)


def _slot(elf: bytes) -> int:
    """Offset of the identity slot in the content of flash."""
    return read_elf(elf).symbol("ss_build_id").address - load_board("nucleo-l4r5zi").flash.start


def test_fw_id_is_the_hash_of_the_flash_with_the_slot_zeroed(image: Image) -> None:
    at = _slot(image.elf)
    zeroed = image.binary[:at] + bytes(32) + image.binary[at + 32 :]
    assert image.fw_id == hashlib.sha256(zeroed).hexdigest()
    assert image.binary[at : at + 32] == bytes(16) + bytes.fromhex(image.fw_id)[:16]


def test_doc_id_goes_beside_fw_id_and_changes_nothing_else(image: Image) -> None:
    elf, binary = patch_identity(image.elf, _DOC)
    at = _slot(image.elf)
    assert binary == image.binary[:at] + _DOC[:16] + image.binary[at + 16 :]
    assert read_elf(elf).flat() == binary
    assert firmware_id(elf) == image.fw_id
    assert patch_identity(elf, bytes(32))[0] == image.elf


def test_a_doc_id_of_another_size(image: Image) -> None:
    with pytest.raises(DataError, match=r"^DOC_ID is a SHA-256 of 32 bytes, not 16$"):
        patch_identity(image.elf, bytes(16))


def test_the_slot_is_in_flash(image: Image) -> None:
    board = load_board("nucleo-l4r5zi")
    slot = read_elf(image.elf).symbol("ss_build_id")
    assert board.flash.start <= slot.address < board.flash.start + board.flash.size
    assert slot.size == 32


def test_the_map_has_every_section_and_the_functions(image: Image) -> None:
    for name in (*image.sections, "tiny_run", "tiny_features", "ss_publish", "arena"):
        assert f"\n{name} " in image.map_text
    assert "/" not in image.map_text
