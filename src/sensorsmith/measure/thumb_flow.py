"""Where control goes from a Thumb-2 instruction, and how far it moves the stack pointer. Encodings: see thumb.py."""

from __future__ import annotations

from dataclasses import dataclass

from sensorsmith.measure.thumb import PC, SP, Instruction, Kind


@dataclass(frozen=True)
class Flow:
    """Where control goes: to the target of a jump or call, and whether, now or later, also to the next instruction."""

    target: int | None = None
    call: bool = False
    next: bool = True


_RETURN = Flow(next=False)


def flow_of(address: int, code: bytes, instruction: Instruction) -> Flow | None:
    """Of an instruction at an address; None where a register or a table says where it jumps.

    MOV PC of a register goes on behind itself: only assembly makes it, to enter unrolled code there.
    """
    if instruction.kind in (Kind.LOAD, Kind.LOAD_MULTIPLE) and PC in instruction.writes:
        return _RETURN if SP in instruction.address else None
    if instruction.kind is Kind.TABLE_BRANCH:
        return None
    if instruction.kind is not Kind.BRANCH:
        return Flow()
    if instruction.size == 2:
        return _narrow(address + 4, _half(code))
    return _wide(address + 4, _half(code), _half(code[2:]))


def _narrow(here: int, half: int) -> Flow | None:
    if half & 0xF000 == 0xD000:  # B on a condition
        return Flow(here + 2 * _signed(half & 0xFF, 8))
    if half & 0xF800 == 0xE000:  # B
        return Flow(here + 2 * _signed(half & 0x7FF, 11), next=False)
    if half & 0xF500 == 0xB100:  # CBZ, CBNZ
        return Flow(here + 2 * (half >> 4 & 0x20 | half >> 3 & 0x1F))
    if half & 0xFF87 == 0x4687:  # MOV PC
        return Flow()
    return _RETURN if half == 0x4770 else None  # BX LR


def _wide(here: int, first: int, second: int) -> Flow | None:
    sign, one, two = first >> 10 & 1, second >> 13 & 1, second >> 11 & 1
    if second & 0x9000 == 0x9000:  # B, BL
        upper = sign << 23 | (one ^ sign ^ 1) << 22 | (two ^ sign ^ 1) << 21
        call = bool(second & 0x4000)
        return Flow(here + 2 * _signed(upper | (first & 0x3FF) << 11 | second & 0x7FF, 24), call, next=call)
    if second & 0xD000 == 0x8000:  # B on a condition
        upper = sign << 19 | two << 18 | one << 17
        return Flow(here + 2 * _signed(upper | (first & 0x3F) << 11 | second & 0x7FF, 20))
    # WLS, LE and their like: who goes on past each of them has seen the whole loop.
    return Flow() if second & 0xD001 == 0xC001 else None


def stack_movement(code: bytes, instruction: Instruction) -> int | None:
    """Bytes by which an instruction raises the stack pointer; None where that is no constant."""
    if SP not in instruction.writes:
        return 0
    half, second = _half(code), _half(code[2:])
    if instruction.size == 2:
        if half & 0xFF00 == 0xB000:  # ADD, SUB
            return 4 * (half & 0x7F) * (-1 if half & 0x80 else 1)
        words = instruction.words if instruction.kind in (Kind.STORE_MULTIPLE, Kind.LOAD_MULTIPLE) else None
        return None if words is None else 4 * words if half & 0x0800 else -4 * words
    match instruction.kind:
        case Kind.STORE_MULTIPLE | Kind.LOAD_MULTIPLE if half & 0xFE40 == 0xE840:  # STRD, LDRD
            return 4 * (second & 0xFF) * (1 if half & 0x80 else -1)
        case Kind.STORE_MULTIPLE | Kind.LOAD_MULTIPLE | Kind.FLOAT_MEMORY:
            return 4 * instruction.words * (1 if half & 0x80 else -1)
        case Kind.STORE | Kind.LOAD:
            return (second & 0xFF) * (1 if second & 0x200 else -1)
    return _added(half, second)


def _added(half: int, second: int) -> int | None:
    """ADD and SUB of a constant of 12 bits."""
    sign = {0xF10D: 1, 0xF1AD: -1, 0xF20D: 1, 0xF2AD: -1}.get(half & 0xFBFF)
    if sign is None or second >> 8 & 15 != SP:
        return None
    constant = (half >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF
    return sign * (constant if half & 0x200 else _expanded(constant))


def _expanded(constant: int) -> int:
    """ThumbExpandImm: a byte as it is, in several places, or rotated."""
    byte = constant & 0xFF
    if constant >> 10:
        return (0x80 | byte & 0x7F) << 32 - (constant >> 7)
    return byte * (1, 0x00010001, 0x01000100, 0x01010101)[constant >> 8]


def conditional_instructions(code: bytes) -> int:
    """How many of the next instructions an IT makes conditional; 0 for any other instruction."""
    half = _half(code)
    mask = half & 15
    return 5 - (mask & -mask).bit_length() if half & 0xFF00 == 0xBF00 and mask else 0


def _half(code: bytes) -> int:
    return int.from_bytes(code[:2], "little")


def _signed(value: int, bits: int) -> int:
    return value - (value >> bits - 1 << bits)
