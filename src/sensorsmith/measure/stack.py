"""The most stack that a function can use, read off its machine code: no emulator, no input.

Every way through a function is followed, and with it how far the stack pointer moves: by PUSH and its like, in inline
assembly as in compiled code. A call adds the bound of what it calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sensorsmith.base.errors import DataError
from sensorsmith.firmware import Elf
from sensorsmith.firmware.elf import Symbol
from sensorsmith.measure.thumb import decode
from sensorsmith.measure.thumb_flow import conditional_instructions, flow_of, stack_movement


def stack_bound(program: Elf, entry: str) -> int:
    """Bytes below the caller's stack pointer that a function of Thumb code can use, whatever it is given.

    Interrupts come on top.

    Args:
        entry: name of the function.

    Raises:
        DataError: there is no such function; or its code, or that of one that it calls, has no bound that can be read:
            a call of itself or by a pointer, a jump by a table, a stack pointer moved by what is not a constant.
    """
    return _Walk(program).bound(program.symbol(entry).address, ())


@dataclass
class _Walk:
    program: Elf
    known: dict[int, int] = field(default_factory=dict)

    def bound(self, function: int, callers: tuple[int, ...]) -> int:
        """Of the function at an address."""
        if function in callers:
            raise self._refusal(function, "it calls itself")
        if function not in self.known:
            self.known[function] = self._follow(function, (*callers, function))
        return self.known[function]

    def _follow(self, function: int, callers: tuple[int, ...]) -> int:
        symbol = self._symbol(function)
        inside = range(symbol.address, symbol.address + symbol.size) if symbol else range(0)
        deepest = 0
        depths: dict[int, int] = {}
        waiting = [(function, 0, 0)]  # address, depth, how many conditional instructions follow from there
        while waiting:
            address, depth, conditional = waiting.pop()
            if address in depths:
                if depths[address] != depth:
                    raise self._refusal(address, "it is reached with two different stack pointers")
                continue
            depths[address] = depth
            code = self._bytes_at(address)
            instruction = decode(code)
            flow, movement = flow_of(address, code, instruction), stack_movement(code, instruction)
            if flow is None:
                raise self._refusal(address, "it jumps to where a register or a table says")
            if movement is None or (conditional and movement < 0):
                raise self._refusal(address, "it moves the stack pointer by what is not a constant")
            # What a condition gives back, it gives back to return: who goes on has not done so.
            after = depth if conditional else depth - movement
            deepest = max(deepest, after)
            if flow.target is not None and flow.target in inside and not flow.call:
                waiting.append((flow.target, depth, 0))
            elif flow.target is not None:
                deepest = max(deepest, depth + self.bound(flow.target, callers))
            if flow.next or conditional:
                left = conditional_instructions(code) or max(conditional - 1, 0)
                waiting.append((address + instruction.size, after, left))
        return deepest

    def _bytes_at(self, address: int) -> bytes:
        for segment in self.program.segments:
            if segment.address <= address < segment.address + len(segment.data):
                return segment.data[address - segment.address :][:4]
        raise self._refusal(address, "there is none")

    def _symbol(self, address: int) -> Symbol | None:
        return next((s for s in self.program.symbols if s.address <= address < s.address + s.size), None)

    def _refusal(self, address: int, why: str) -> DataError:
        symbol = self._symbol(address)
        where = f"{symbol.name}+{address - symbol.address}" if symbol else f"0x{address:08X}"
        return DataError(f"no bound of the stack can be read off the code at {where}: {why}")
