"""Thumb-2 machine code, decoded as far as time depends on it.

Source of the encodings: Arm v7-M Architecture Reference Manual (DDI 0403), chapter A5, "The Thumb instruction set
encoding". Instructions that do not exist are taken for plain ones: the code has run before it comes here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

PC, SP = 15, 13


class Kind(Enum):
    """What an instruction does, in the groups of the Cortex-M4's table of cycles."""

    PLAIN = auto()
    LOAD = auto()
    STORE = auto()
    STORE_INDEXED = auto()  # the address is the sum of two registers
    LOAD_MULTIPLE = auto()
    STORE_MULTIPLE = auto()
    BRANCH = auto()
    TABLE_BRANCH = auto()
    DIVIDE = auto()
    FLOAT_MEMORY = auto()
    FLOAT_FUSED = auto()
    FLOAT_DIVIDE = auto()


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        size: bytes, 2 or 4.
        words: that it loads or stores.
        writes: core registers.
        address: core registers of which its address is made, except the program counter.
    """

    size: int
    kind: Kind = Kind.PLAIN
    words: int = 0
    writes: frozenset[int] = frozenset()
    address: frozenset[int] = frozenset()


def decode(code: bytes) -> Instruction:
    """The instruction with which some bytes begin."""
    half = int.from_bytes(code[:2], "little")
    if half >> 11 < 0b11101:
        return _NARROW[half >> 12](half)
    return _wide(half, int.from_bytes(code[2:4], "little"))


def _plain(size: int, *writes: int) -> Instruction:
    return Instruction(size, writes=frozenset(writes))


def _jump(size: int) -> Instruction:
    return Instruction(size, Kind.BRANCH)


def _load(size: int, register: int, *address: int, update: bool = False) -> Instruction:
    base = frozenset(address) - {PC}
    return Instruction(size, Kind.LOAD, 1, frozenset({register}) | (base if update else frozenset()), base)


def _store(size: int, *address: int, update: bool = False) -> Instruction:
    kind = Kind.STORE_INDEXED if len(address) == 2 else Kind.STORE
    base = frozenset(address)
    return Instruction(size, kind, 1, base if update else frozenset(), base)


def _multiple(size: int, loads: bool, base: int, registers: int, update: bool) -> Instruction:
    listed = frozenset(i for i in range(16) if registers >> i & 1)
    writes = (listed if loads else frozenset()) | ({base} if update else frozenset())
    kind = Kind.LOAD_MULTIPLE if loads else Kind.STORE_MULTIPLE
    return Instruction(size, kind, len(listed), writes, frozenset({base}))


# 16 bits, by the upper four.


def _shift_add(half: int) -> Instruction:
    return _plain(2, half & 7)


def _immediate(half: int) -> Instruction:
    compares = half >> 11 == 0b00101
    return _plain(2) if compares else _plain(2, half >> 8 & 7)


def _register(half: int) -> Instruction:
    if half >> 10 == 0b010000:
        compares = half >> 6 & 15 in (8, 10, 11)  # TST, CMP, CMN
        return _plain(2) if compares else _plain(2, half & 7)
    if half >> 11 == 0b01001:
        return _load(2, half >> 8 & 7, PC)
    operation, register = half >> 8 & 3, half & 7 | half >> 4 & 8
    if operation == 1:  # CMP
        return _plain(2)
    jumps = operation == 3 or register == PC  # BX, BLX; ADD and MOV to PC
    return _jump(2) if jumps else _plain(2, register)


def _offset_register(half: int) -> Instruction:
    address = (half >> 3 & 7, half >> 6 & 7)
    stores = half >> 9 & 7 < 3
    return _store(2, *address) if stores else _load(2, half & 7, *address)


def _offset_immediate(half: int) -> Instruction:
    loads = half & 0x800
    return _load(2, half & 7, half >> 3 & 7) if loads else _store(2, half >> 3 & 7)


def _offset_stack(half: int) -> Instruction:
    return _load(2, half >> 8 & 7, SP) if half & 0x800 else _store(2, SP)


def _address(half: int) -> Instruction:
    return _plain(2, half >> 8 & 7)


def _miscellaneous(half: int) -> Instruction:
    if half & 0xF500 == 0xB100:  # CBZ, CBNZ
        return _jump(2)
    if half & 0xFE00 == 0xB400:
        return _multiple(2, False, SP, half & 0xFF | (half & 0x100) << 6, update=True)
    if half & 0xFE00 == 0xBC00:
        return _multiple(2, True, SP, half & 0xFF | (half & 0x100) << 7, update=True)
    if half & 0xFF00 == 0xB000:
        return _plain(2, SP)
    extends = half & 0xFF00 in (0xB200, 0xBA00)  # SXTB and its like, REV and its like
    return _plain(2, half & 7) if extends else _plain(2)


def _several(half: int) -> Instruction:
    return _multiple(2, bool(half & 0x800), half >> 8 & 7, half & 0xFF, update=True)


def _conditional(half: int) -> Instruction:
    return _plain(2) if half >> 8 & 15 >= 14 else _jump(2)


def _always(_half: int) -> Instruction:
    return _jump(2)


_NARROW: tuple[Callable[[int], Instruction], ...] = (
    *(_shift_add, _shift_add, _immediate, _immediate, _register, _offset_register, _offset_immediate),
    *(_offset_immediate, _offset_immediate, _offset_stack, _address, _miscellaneous, _several, _conditional, _always),
)


# 32 bits.


def _wide(first: int, second: int) -> Instruction:
    if first & 0xEC00 == 0xEC00:
        return _float(first, second)
    if first & 0xFE40 == 0xE800:
        return _multiple(4, bool(first & 0x10), first & 15, second, update=bool(first & 0x20))
    if first & 0xFE40 == 0xE840:
        return _double(first, second)
    if first & 0xF800 == 0xF000 and second & 0x8000:
        return _branch(first, second)
    if first & 0xFE00 == 0xF800:
        return _single(first, second)
    if first & 0xFF80 == 0xFB80:
        return _long_multiply(first, second)
    register = second >> 8 & 15
    return _plain(4) if register == PC else _plain(4, register)


def _double(first: int, second: int) -> Instruction:
    loads, base, registers = bool(first & 0x10), first & 15, {second >> 12, second >> 8 & 15}
    if first & 0x120:  # LDRD, STRD
        writes = (registers if loads else set()) | ({base} if first & 0x20 else set())
        kind = Kind.LOAD_MULTIPLE if loads else Kind.STORE_MULTIPLE
        return Instruction(4, kind, 2, frozenset(writes), frozenset({base}) - {PC})
    if first & 0xFFF0 == 0xE8D0 and second & 0xFFE0 == 0xF000:  # TBB, TBH
        return Instruction(4, Kind.TABLE_BRANCH, 1, address=frozenset({base, second & 15}) - {PC})
    # LDREX, STREX and their like.
    return _load(4, second >> 12, base) if loads else _store(4, base)


def _branch(first: int, second: int) -> Instruction:
    if second & 0x1000 or first >> 6 & 15 < 14:
        return _jump(4)
    return _plain(4, second >> 8 & 15) if first & 0xFFE0 == 0xF3E0 else _plain(4)  # MRS; MSR, barriers


def _single(first: int, second: int) -> Instruction:
    loads, base, register = bool(first & 0x10), first & 15, second >> 12
    far = bool(first & 0x80) or base == PC
    update = not far and second & 0x900 == 0x900
    address = (base,) if far or second & 0x800 else (base, second & 15)
    if not loads:
        return _store(4, *address, update=update)
    if register == PC and first & 0x60 != 0x40:  # PLD and its like
        return _plain(4)
    return _load(4, register, *address, update=update)


def _long_multiply(first: int, second: int) -> Instruction:
    high, low = second >> 8 & 15, second >> 12
    if first & 0x50 == 0x10:  # SDIV, UDIV
        return Instruction(4, Kind.DIVIDE, writes=frozenset({high}))
    return _plain(4, low, high)


def _float(first: int, second: int) -> Instruction:
    if first & 0xFE00 == 0xEC00:
        return _float_memory(first, second)
    if second & 0x10:  # VMOV, VMRS: between a core register and another
        return _plain(4, second >> 12) if first & 0x10 else _plain(4)
    operation = first >> 4 & 0b1011
    if operation in (0b0000, 0b0001, 0b1001, 0b1010):  # VMLA, VNMLA, VFNMA, VFMA and their like
        return Instruction(4, Kind.FLOAT_FUSED)
    root = operation == 0b1011 and first & 15 == 1 and second >> 6 & 3 == 3
    return Instruction(4, Kind.FLOAT_DIVIDE) if operation == 0b1000 or root else _plain(4)


def _float_memory(first: int, second: int) -> Instruction:
    base = first & 15
    if first & 0xFFE0 == 0xEC40:  # VMOV between two core registers and two others
        return _plain(4, *(second >> 12, base) if first & 0x10 else ())
    if first & 0x120 == 0x100:  # VLDR, VSTR
        words, update = 2 if second & 0x100 else 1, False
    else:
        words, update = second & 0xFF, bool(first & 0x20)
    writes = frozenset({base}) if update else frozenset()
    return Instruction(4, Kind.FLOAT_MEMORY, words, writes, frozenset({base}) - {PC})
