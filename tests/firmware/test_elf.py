from __future__ import annotations

import pytest
from tests import tiny

from sensorsmith.base.errors import DataError
from sensorsmith.boards import load_board
from sensorsmith.firmware import Image, build, read_elf
from sensorsmith.spec.types import Sensor


@pytest.fixture(scope="module")
def image(tiny_sensor: Sensor, tiny_sources: dict[str, str]) -> Image:
    return build(tiny_sensor, load_board("nucleo-l4r5zi"), tiny_sources, tiny.FACTS)


def test_symbols_have_their_address_size_and_kind(image: Image) -> None:
    run = read_elf(image.elf).symbol("tiny_run")
    assert run.function and run.size > 0 and run.address % 2 == 0
    arena = read_elf(image.elf).symbol("arena")
    assert not arena.function and arena.size == 20


def test_the_flat_image_begins_with_the_vectors(image: Image) -> None:
    flat = read_elf(image.elf).flat()
    board = load_board("nucleo-l4r5zi")
    assert int.from_bytes(flat[:4], "little") == board.ram.start + board.ram.size
    assert int.from_bytes(flat[4:8], "little") == read_elf(image.elf).symbol("ss_reset").address | 1


def test_the_place_in_the_file_of_an_address(image: Image) -> None:
    elf = read_elf(image.elf)
    weights = elf.symbol("weights") if any(s.name == "weights" for s in elf.symbols) else elf.symbol("model_id")
    at = elf.offset_in_file(weights.address)
    start = weights.address - load_board("nucleo-l4r5zi").flash.start
    assert image.elf[at : at + weights.size] == image.binary[start : start + weights.size]


def test_an_address_without_content(image: Image) -> None:
    with pytest.raises(DataError, match=r"^the image has no content at 0x40000000$"):
        read_elf(image.elf).offset_in_file(0x40000000)


def test_a_symbol_that_is_not_there(image: Image) -> None:
    with pytest.raises(DataError, match=r"^the image has no symbol 'nothing'; build it with sensorsmith build$"):
        read_elf(image.elf).symbol("nothing")


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ" + bytes(100), b"\x7fELF\x02\x01" + bytes(100)])
def test_something_else(data: bytes) -> None:
    message = r"^this is not a 32-bit little-endian ELF file; give the sensor\.elf of a build$"
    with pytest.raises(DataError, match=message):
        read_elf(data)


def test_a_file_that_is_cut_short_anywhere(image: Image) -> None:
    for size in range(52, len(image.elf) - 1, 97):
        with pytest.raises(DataError, match=r"^the ELF file is damaged: .*; build it again$"):
            read_elf(image.elf[:size])


def test_no_damage_to_the_headers_ends_in_another_error(image: Image) -> None:
    refused = 0
    for at in range(28, 84):
        damaged = bytearray(image.elf)
        damaged[at] ^= 0xFF
        try:
            read_elf(bytes(damaged))
        except DataError:
            refused += 1
    assert refused > 10
