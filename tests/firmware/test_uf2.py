from __future__ import annotations

import struct
from pathlib import Path

import pytest

from sensorsmith.base.errors import DataError
from sensorsmith.boards import load_board
from sensorsmith.firmware import further_files, read_elf
from sensorsmith.firmware.uf2 import RP2040, read_uf2, write_uf2

CONTENT = bytes(range(256)) + b"\x01\x02\x03"


def test_every_byte_of_a_small_file() -> None:
    """By the table of https://github.com/microsoft/uf2, written out."""
    first = (
        "5546320a" "57515d9e" "00200000" "00000010" "00010000" "00000000" "02000000" "56ff8be4"
        + bytes(range(256)).hex()
        + "00" * 220
        + "306fb10a"
    )  # fmt: skip
    second = (
        "5546320a" "57515d9e" "00200000" "00010010" "00010000" "01000000" "02000000" "56ff8be4"
        + "010203"
        + "00" * 473
        + "306fb10a"
    )  # fmt: skip
    assert write_uf2(CONTENT, 0x10000000, RP2040).hex() == first + second


def test_there_and_back() -> None:
    assert read_uf2(write_uf2(CONTENT, 0x10000000, RP2040), RP2040) == (0x10000000, CONTENT.ljust(512, b"\0"))


def test_another_reader_finds_the_image(pico_elf: bytes, tmp_path: Path) -> None:
    """rp2040py's own reader puts it where the processor will look for it."""
    load_flash = pytest.importorskip("rp2040py.device.load_flash")
    from rp2040py import rp2040

    file = tmp_path / "sensor.uf2"
    file.write_bytes(further_files(load_board("pico"), pico_elf)["sensor.uf2"])
    chip = rp2040.RP2040()
    load_flash.load_uf2(file, chip)
    image = read_elf(pico_elf).flat()
    assert bytes(chip.flash[: len(image)]) == image


def test_other_boards_need_no_further_file(tiny_elf: bytes) -> None:
    assert further_files(load_board("nucleo-l4r5zi"), tiny_elf) == {}


@pytest.mark.parametrize("data", [b"", b"UF2\n", bytes(512), write_uf2(CONTENT, 0, RP2040)[:-1]])
def test_something_else(data: bytes) -> None:
    with pytest.raises(DataError, match=r"^this is not a UF2 file; give the sensor\.uf2 of a build$"):
        read_uf2(data, RP2040)


def test_a_file_for_another_family() -> None:
    with pytest.raises(DataError, match=r"^block 0 of the UF2 file is for family 0xE48BFF59, not 0xE48BFF56$"):
        read_uf2(write_uf2(CONTENT, 0, 0xE48BFF59), RP2040)


def test_blocks_in_the_wrong_order() -> None:
    data = write_uf2(CONTENT, 0, RP2040)
    with pytest.raises(DataError, match=r"^block 0 of the UF2 file is not where it belongs; build it again$"):
        read_uf2(data[512:] + data[:512], RP2040)
    gap = data[:524] + struct.pack("<I", 0x200) + data[528:]
    with pytest.raises(DataError, match=r"^block 1 of the UF2 file is not where it belongs; build it again$"):
        read_uf2(gap, RP2040)
