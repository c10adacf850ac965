from __future__ import annotations

from itertools import pairwise

import pytest

from sensorsmith.interface import BLOCKS, REGISTERS, SETTINGS, Block, Register, block, register

_SIZES = {"u8": 1, "u16": 2, "u32": 4}


def test_registers_neither_overlap_nor_leave_gaps_in_a_block() -> None:
    for b in BLOCKS:
        address = b.start
        for r in b.registers:
            assert r.address == address, r.name
            address += r.size
    for before, after in pairwise(REGISTERS):
        assert before.address + before.size <= after.address


def test_the_blocks_are_where_the_map_says() -> None:
    places = [(b.name, b.start, b.size) for b in BLOCKS]
    assert places == [
        ("IDENTITY", 0x00, 16),
        ("RESULT", 0x10, 16),
        ("CONFIG", 0x20, 16),
        ("CONTROL", 0x30, 8),
        ("MODEL_ID", 0x40, 32),
        ("BUILD", 0x60, 32),
        ("TEXT", 0x80, 32),
        ("TALLY", 0xA0, 32),
        ("CHECK", 0xC0, 3),
    ]


@pytest.mark.parametrize("b", BLOCKS, ids=lambda b: b.name)
def test_no_block_is_longer_than_the_buffer_of_the_smallest_host(b: Block) -> None:
    assert b.size <= 32


@pytest.mark.parametrize("b", [b for b in BLOCKS if b.crc], ids=lambda b: b.name)
def test_a_crc_is_the_last_byte_of_its_block(b: Block) -> None:
    last = b.registers[-1]
    assert last.name == f"{b.name}_CRC"
    assert last.size == 1
    assert f"0x{b.start:02X} to 0x{last.address - 1:02X}" in last.meaning


@pytest.mark.parametrize("r", REGISTERS, ids=lambda r: r.name)
def test_a_register_is_consistent(r: Register) -> None:
    assert _SIZES.get(r.type, r.size) == r.size
    assert r.reset is None or 0 <= r.reset < 256**r.size
    masks = [bit.mask for bit in r.bits]
    assert sum(masks) < 256**r.size
    assert len({1 << i for i in range(8 * r.size) for m in masks if m >> i & 1}) == sum(m.bit_count() for m in masks)
    assert not r.privacy & {"raw", "biometric"}  # nothing of the kind may ever leave a sensor


def test_names_are_unique() -> None:
    """Also those that begin with another's: C has NAME_SIZE beside NAME."""
    names = [r.name for r in REGISTERS] + [b.name for b in BLOCKS if b.name not in {r.name for r in REGISTERS}]
    assert len({*names, *(f"{name}_SIZE" for name in names)}) == 2 * len(names)


def test_settings_follow_each_other_and_are_what_a_host_may_set() -> None:
    address = SETTINGS[0].address
    for r in SETTINGS:
        assert r.address == address and r.access == "rw" and r.carries == "host" and r.limits is not None
        assert r.reset is None or r.limits[0] <= r.reset <= r.limits[1]
        address += r.size


def test_what_remembers_says_so() -> None:
    assert {r.name for r in REGISTERS if "stores" in r.privacy} == {"EVENTS", "TALLIES"}


def test_lookup_by_name() -> None:
    assert block("RESULT").registers[1] is register("CLASS")
