from __future__ import annotations

import zlib

import numpy as np

from sensorsmith.boards import load_board
from sensorsmith.firmware import read_elf
from sensorsmith.firmware.boot2 import SIZE, crc32


def _reversed(value: int, bits: int) -> int:
    return int(f"{value:0{bits}b}"[::-1], 2)


def test_the_crc_has_the_published_check_value() -> None:
    """It is called CRC-32/MPEG-2 in catalogues."""
    assert crc32(b"123456789") == 0x0376E6E7


def test_the_crc_is_zlibs_with_all_bits_reversed() -> None:
    data = np.random.default_rng(0).bytes(SIZE)
    mirrored = bytes(_reversed(byte, 8) for byte in data)
    assert crc32(data) == _reversed(zlib.crc32(mirrored) ^ 0xFFFFFFFF, 32)


def test_an_image_begins_with_a_sealed_second_stage(pico_elf: bytes) -> None:
    program = read_elf(pico_elf)
    page = program.flat()[:256]
    assert program.segments[0].load == load_board("pico").flash.start
    assert int.from_bytes(page[SIZE:], "little") == crc32(page[:SIZE])
    assert program.symbol("ss_boot2").size <= SIZE


def test_the_vectors_stand_behind_it(pico_elf: bytes) -> None:
    """Where boot2.c looks for them: 16 of every Cortex-M0+ and 32 of the RP2040."""
    program, board = read_elf(pico_elf), load_board("pico")
    vectors = np.frombuffer(program.flat()[256 : 256 + 192], "<u4")
    assert vectors[0] == board.ram.start + board.ram.size
    assert vectors[1] == program.symbol("ss_reset").address | 1
    named = {16: "ss_transducer_tick_isr", 17: "ss_second_isr", 36: "ss_uart_isr", 39: "ss_i2c_isr"}
    for number, name in (named | dict.fromkeys((27, 40), "ss_transducer_isr")).items():
        assert vectors[number] == program.symbol(name).address | 1
    others = set(range(16, 48)) - {*named, 27, 40}
    assert {int(vectors[n]) for n in others} == {program.symbol("ss_fault").address | 1}
