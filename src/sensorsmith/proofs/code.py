"""The machine code of an image, as far as its ways and its writes can be read off: which instructions can be reached,
where registers say to go, and which addresses are written to.

Encodings: see measure/thumb.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sensorsmith.firmware.elf import Elf, Symbol
from sensorsmith.measure.thumb import PC, Instruction, Kind, decode
from sensorsmith.measure.thumb_flow import flow_of

_STORES = (Kind.STORE, Kind.STORE_INDEXED, Kind.STORE_MULTIPLE)


@dataclass(frozen=True)
class Found:
    """An instruction that can be reached.

    Attributes:
        jumps: a register says where it goes on.
        goal: the address, where that register holds a constant.
        stores: the constant address to which it writes, without its offset; None when a register has it.
        traps: it calls a debugger or a system service.
    """

    address: int
    instruction: Instruction
    jumps: bool = False
    goal: int | None = None
    stores: int | None = None
    traps: bool = False


def reachable(program: Elf) -> Iterator[Found]:
    """Every instruction that can be reached from the entry of a function, by address.

    Constants are followed in a straight line through each function, from where they are loaded to where the register is
    written again.
    """
    for function in program.symbols:
        if function.function and function.size:
            yield from _Function(program, function).found()


@dataclass
class _Function:
    program: Elf
    symbol: Symbol
    constants: dict[int, int] = field(default_factory=dict)

    def found(self) -> Iterator[Found]:
        for address in sorted(self._addresses()):
            code = self.code(address)
            instruction = decode(code)
            yield self._judge(address, code, instruction)
            self._follow(address, code, instruction)

    def code(self, address: int) -> bytes:
        return self.program.stored_at(address, 4).ljust(4, b"\0")

    def _addresses(self) -> set[int]:
        inside = range(self.symbol.address, self.symbol.address + self.symbol.size)
        seen: set[int] = set()
        waiting = [self.symbol.address]
        while waiting:
            address = waiting.pop()
            if address in seen or address not in inside:
                continue
            seen.add(address)
            code = self.code(address)
            instruction = decode(code)
            flow = flow_of(address, code, instruction)
            if flow is None:
                calls = _half(code) & 0xFF87 == 0x4780  # BLX of a register comes back
                waiting += self._table(address, code) if instruction.kind is Kind.TABLE_BRANCH else []
                waiting += [address + instruction.size] if calls else []
                continue
            waiting += [flow.target] if flow.target is not None and not flow.call else []
            waiting += [address + instruction.size] if flow.next else []
        return seen

    def _table(self, address: int, code: bytes) -> list[int]:
        """Where a table branch goes: its table stands behind it, up to the first place that it names."""
        width = 2 if code[2] & 0x10 else 1
        start = address + 4
        targets: list[int] = []
        at = start
        while at < min(targets, default=self.symbol.address + self.symbol.size):
            offset = int.from_bytes(self.code(at)[:width], "little")
            targets.append(start + 2 * offset)
            at += width
        return targets

    def _judge(self, address: int, code: bytes, instruction: Instruction) -> Found:
        half = _half(code)
        if flow_of(address, code, instruction) is None and instruction.kind is not Kind.TABLE_BRANCH:
            register = half >> 3 & 15 if half & 0xFF00 == 0x4700 else PC
            return Found(address, instruction, jumps=True, goal=self.constants.get(register))
        stores = None
        if instruction.kind in _STORES and len(instruction.address) == 1:
            stores = self.constants.get(next(iter(instruction.address)))
        return Found(address, instruction, stores=stores, traps=half >> 8 in (0xBE, 0xDF))

    def _follow(self, address: int, code: bytes, instruction: Instruction) -> None:
        """What registers hold behind an instruction."""
        loaded = self._loaded(address, code)
        if _calls(code):
            for register in (0, 1, 2, 3, 12):
                self.constants.pop(register, None)
        for register in instruction.writes:
            self.constants.pop(register, None)
        if loaded is not None:
            self.constants[loaded[0]] = loaded[1]

    def _loaded(self, address: int, code: bytes) -> tuple[int, int] | None:
        """Register and constant, for the instructions by which compilers make addresses."""
        half, second = _half(code), _half(code[2:])
        near = (address + 4) & ~3
        if half >> 11 == 0b01001:  # LDR of a literal
            return half >> 8 & 7, self._word(near + 4 * (half & 0xFF))
        if half & 0xFF7F == 0xF85F:
            offset = second & 0xFFF
            return second >> 12, self._word(near + (offset if half & 0x80 else -offset))
        immediate = (half & 15) << 12 | (half >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF
        register = second >> 8 & 15
        if half & 0xFBF0 == 0xF240:  # MOVW
            return register, immediate
        if half & 0xFBF0 == 0xF2C0 and register in self.constants:  # MOVT
            return register, immediate << 16 | self.constants[register] & 0xFFFF
        if half & 0xFBEF == 0xF04F and immediate & 0xFFF >= 0x400:  # MOV of a byte, rotated
            turn = (immediate & 0xFFF) >> 7
            return register, (0x80 | immediate & 0x7F) << 32 - turn & 0xFFFFFFFF
        if half & 0xFF00 == 0x4600 and half >> 3 & 15 in self.constants:  # MOV of a register
            return half & 7 | half >> 4 & 8, self.constants[half >> 3 & 15]
        return None

    def _word(self, address: int) -> int:
        return int.from_bytes(self.code(address), "little")


def _calls(code: bytes) -> bool:
    half, second = _half(code), _half(code[2:])
    return half & 0xFF80 == 0x4780 or (half & 0xF800 == 0xF000 and second & 0xD000 == 0xD000)


def _half(code: bytes) -> int:
    return int.from_bytes(code[:2], "little")
