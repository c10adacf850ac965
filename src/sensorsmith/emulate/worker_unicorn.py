# SPDX-License-Identifier: MIT
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
# documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
# rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
# persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice
# and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS
# PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
# MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT
# HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
# ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""A Cortex-M in a process of its own: reads batches of operations from stdin, writes their results to stdout.

This file stands alone: it imports the standard library and unicorn, and nothing imports it. Its argument is the core:
M0, M4, M7 or M33. The frames are those of protocol.py. It knows memory, registers and addresses; what firmware runs on
it, only its parent knows.

The operations, in a request `{"ops": [[name, argument...], ...]}`:

    map address size access    memory, zeroed; access is a sum of 1 read, 2 write, 4 execute
    write address size         the next `size` bytes of the request's body
    read address size          adds `size` bytes to the reply's body
    jump address stack         sets PC and SP
    wake                       sets PC to LR: returns from the function at whose first instruction the core stands
    run until                  runs from PC to the address `until`
    step n                     runs `n` instructions from PC, or to where the core sleeps
    interrupt n vectors        takes interrupt `n`, by the vector table at the address `vectors`, as soon as interrupts
                               are not held, and runs until it returns to where the core was
    call function until a...   calls a function with up to four arguments, as an interrupt would: all registers are as
                               before when it has returned. `until` is any address that the function does not reach
    count until entries        `run`, counting instructions: [[entry, n], ...] for the functions that returned, those
                               that they called included; and [[address, n, taken], ...] for each that was executed:
                               how often, and how often the next one was not the one behind it
    begin_count                counts the instructions of all operations from here on
    end_count                  gives [[address, n, taken], ...] for each that was executed since
    save address size...       keeps registers and these ranges of memory
    restore                    brings back what was kept
"""

from __future__ import annotations

import json
import os
import queue
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from unicorn import UC_ARCH_ARM, UC_HOOK_BLOCK, UC_MODE_THUMB, Uc, UcError
from unicorn.arm_const import (
    UC_ARM_REG_CPSR,
    UC_ARM_REG_LR,
    UC_ARM_REG_PC,
    UC_ARM_REG_PRIMASK,
    UC_ARM_REG_R0,
    UC_ARM_REG_R1,
    UC_ARM_REG_R2,
    UC_ARM_REG_R3,
    UC_ARM_REG_R12,
    UC_ARM_REG_SP,
    UC_ARM_REG_XPSR,
    UC_CPU_ARM_CORTEX_M0,
    UC_CPU_ARM_CORTEX_M4,
    UC_CPU_ARM_CORTEX_M7,
    UC_CPU_ARM_CORTEX_M33,
)

CORES = {
    "M0": UC_CPU_ARM_CORTEX_M0,
    "M4": UC_CPU_ARM_CORTEX_M4,
    "M7": UC_CPU_ARM_CORTEX_M7,
    "M33": UC_CPU_ARM_CORTEX_M33,
}

_EXCEPTION_RETURN = 0xFFFFFFF9  # to thread mode, main stack, no registers of the FPU
_STACKED = (
    *(UC_ARM_REG_R0, UC_ARM_REG_R1, UC_ARM_REG_R2, UC_ARM_REG_R3),
    *(UC_ARM_REG_R12, UC_ARM_REG_LR, UC_ARM_REG_PC),
)
_SYSTEM_EXCEPTIONS = 16
_ALIGNED = 1 << 9  # of the status register on the stack: a word was skipped below it

_IT = 0x0600FC00  # bits of the status register: how far the core is in a block of conditional instructions


class Stopped(Exception):
    """The core stands where it should not."""


class Core:
    def __init__(self, core: str) -> None:
        # UC_MODE_MCLASS would make it a Cortex-M33, whatever model is set.
        self._uc = Uc(UC_ARCH_ARM, UC_MODE_THUMB)
        self._uc.ctl_set_cpu_model(CORES[core])
        self._kept: tuple[Any, list[tuple[int, bytes]]] | None = None
        self._until: int | None = None
        self._counter: tuple[_Counter, int] | None = None
        self.body = memoryview(b"")
        self.out = bytearray()

    @property
    def pc(self) -> int:
        return int(self._uc.reg_read(UC_ARM_REG_PC))

    def map(self, address: int, size: int, access: int) -> None:
        self._uc.mem_map(address, size, access)

    def write(self, address: int, size: int) -> None:
        self._uc.mem_write(address, bytes(self.body[:size]))
        self.body = self.body[size:]

    def read(self, address: int, size: int) -> None:
        self.out += self._uc.mem_read(address, size)

    def jump(self, address: int, stack: int) -> None:
        self._uc.reg_write(UC_ARM_REG_SP, stack)
        self._uc.reg_write(UC_ARM_REG_PC, address | 1)

    def wake(self) -> None:
        self._uc.reg_write(UC_ARM_REG_PC, self._uc.reg_read(UC_ARM_REG_LR))

    def run(self, until: int) -> None:
        if until != self._until:
            self._uc.ctl_flush_tb()  # blocks translated before run past the new place to stop
            self._until = until
        self._uc.emu_start(self.pc | 1, until)
        if self.pc != until:
            raise Stopped("the core sleeps")

    def step(self, count: int) -> None:
        self._uc.ctl_flush_tb()  # blocks translated before are not counted
        self._uc.emu_start(self.pc | 1, 0, count=count)
        self._uc.ctl_flush_tb()  # and those translated now run past the place where `run` stops

    def interrupt(self, number: int, vectors: int) -> None:
        """Exception entry and return as the Armv7-M manual has them (B1.5.6 and B1.5.8), from thread mode."""
        while self._uc.reg_read(UC_ARM_REG_PRIMASK):
            self.step(1)
        sp = self._uc.reg_read(UC_ARM_REG_SP)
        frame = (sp - 32) & ~7
        words = [self._uc.reg_read(register) for register in _STACKED]
        words.append(self._uc.reg_read(UC_ARM_REG_XPSR) | (_ALIGNED if sp - 32 != frame else 0))
        status = self._uc.reg_read(UC_ARM_REG_CPSR)
        self._uc.mem_write(frame, struct.pack("<8I", *words))
        (handler,) = struct.unpack("<I", self._uc.mem_read(vectors + 4 * (_SYSTEM_EXCEPTIONS + number), 4))
        self._uc.reg_write(UC_ARM_REG_SP, frame)
        self._uc.reg_write(UC_ARM_REG_LR, _EXCEPTION_RETURN)
        self._uc.reg_write(UC_ARM_REG_CPSR, status & ~_IT)
        self._uc.reg_write(UC_ARM_REG_PC, handler)
        self._run_handler(handler)
        if self._uc.reg_read(UC_ARM_REG_SP) != frame:
            raise Stopped("the handler left its stack unbalanced")
        *values, _ = struct.unpack("<8I", self._uc.mem_read(frame, 32))
        for register, value in zip(_STACKED, values, strict=True):
            self._uc.reg_write(register, value)
        self._uc.reg_write(UC_ARM_REG_SP, sp)
        self._uc.reg_write(UC_ARM_REG_CPSR, status)
        self._uc.reg_write(UC_ARM_REG_PC, values[-1] | 1)

    def _run_handler(self, handler: int) -> None:
        """The return is a jump to where nothing is: unicorn reports it as an error."""
        try:
            self._uc.emu_start(handler | 1, 0)
        except UcError:
            if self.pc | 1 != _EXCEPTION_RETURN:
                raise
            return
        raise Stopped("the core sleeps in an interrupt")

    def call(self, function: int, until: int, *arguments: int) -> int:
        before = self._uc.context_save()
        self._uc.reg_write(UC_ARM_REG_CPSR, self._uc.reg_read(UC_ARM_REG_CPSR) & ~_IT)
        for i, value in enumerate(arguments):
            self._uc.reg_write(UC_ARM_REG_R0 + i, value)
        self._uc.reg_write(UC_ARM_REG_LR, until | 1)
        self._uc.reg_write(UC_ARM_REG_PC, function | 1)
        self.run(until)
        result = int(self._uc.reg_read(UC_ARM_REG_R0))
        self._uc.context_restore(before)
        return result

    def count(self, until: int, entries: list[int]) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
        self._attach(_Counter(frozenset(entries)))
        try:
            self.run(until)
        finally:
            counter = self._detach()
        return sorted(counter.totals.items()), counter.instructions()

    def begin_count(self) -> None:
        self._attach(_Counter(frozenset()))

    def end_count(self) -> list[tuple[int, int, int]]:
        return self._detach().instructions()

    def _attach(self, counter: _Counter) -> None:
        if self._counter is not None:  # an operation failed before it could be detached
            self._detach()
        self._counter = counter, self._uc.hook_add(UC_HOOK_BLOCK, counter.on_block)
        self._uc.ctl_flush_tb()  # blocks translated before do not call the hook

    def _detach(self) -> _Counter:
        assert self._counter is not None
        (counter, hook), self._counter = self._counter, None
        self._uc.hook_del(hook)
        self._uc.ctl_flush_tb()
        return counter

    def save(self, *ranges: int) -> None:
        spans = zip(ranges[::2], ranges[1::2], strict=True)
        memory = [(address, bytes(self._uc.mem_read(address, size))) for address, size in spans]
        self._kept = (self._uc.context_save(), memory)

    def restore(self) -> None:
        assert self._kept is not None
        registers, memory = self._kept
        self._uc.context_restore(registers)
        for address, content in memory:
            self._uc.mem_write(address, content)


class _Block:
    """Instructions that are executed one after the other. Blocks may overlap."""

    def __init__(self, addresses: list[int], end: int) -> None:
        self.addresses, self.end = addresses, end
        self.length = len(addresses)
        self.count = self.taken = 0


class _Counter:
    """Counts instructions by block, and gives them to every function that is active.

    A function is entered by a jump to its entry, and left by one to its return address. There is no recursion in this
    firmware, so an entry into the innermost function is a jump back to its first instruction.
    """

    def __init__(self, entries: frozenset[int]) -> None:
        self._entries = entries
        self._blocks: dict[tuple[int, int], _Block] = {}
        self._last = _Block([], -1)
        self._active: list[tuple[int, int, int]] = []  # entry, return address, count at entry
        self._done = 0
        self.totals: dict[int, int] = {}

    def on_block(self, uc: Uc, address: int, size: int, _: object) -> None:
        if self._last.end != address:
            self._last.taken += 1
            self._jump(uc, address)
        try:
            block = self._blocks[address, size]
        except KeyError:
            block = _Block(_addresses(address, bytes(uc.mem_read(address, size))), address + size)
            self._blocks[address, size] = block
        block.count += 1
        self._done += block.length
        self._last = block

    def _jump(self, uc: Uc, address: int) -> None:
        while self._active and address == self._active[-1][1]:
            entry, _back, start = self._active.pop()
            self.totals[entry] = self.totals.get(entry, 0) + self._done - start
        if address in self._entries and not (self._active and self._active[-1][0] == address):
            self._active.append((address, uc.reg_read(UC_ARM_REG_LR) & ~1, self._done))

    def instructions(self) -> list[tuple[int, int, int]]:
        """Address, times executed, times taken."""
        executed: dict[int, int] = {}
        taken: dict[int, int] = {}
        for block in self._blocks.values():
            for address in block.addresses:
                executed[address] = executed.get(address, 0) + block.count
            taken[block.addresses[-1]] = taken.get(block.addresses[-1], 0) + block.taken
        return [(address, count, taken.get(address, 0)) for address, count in sorted(executed.items())]


def _addresses(start: int, code: bytes) -> list[int]:
    """Where Thumb-2 instructions begin: the first half word of a long one starts with 0b11101, 0b11110 or 0b11111."""
    halves = struct.unpack(f"<{len(code) // 2}H", code)
    at, addresses = 0, []
    while at < len(halves):
        addresses.append(start + 2 * at)
        at += 2 if halves[at] >> 11 in (0b11101, 0b11110, 0b11111) else 1
    return addresses


def _serve(core: Core, ops: list[list[Any]], body: bytes) -> dict[str, Any]:
    core.body, core.out = memoryview(body), bytearray()
    results = []
    for i, (name, *arguments) in enumerate(ops):
        act: Callable[..., Any] = getattr(core, name)
        try:
            results.append(act(*arguments))
        except (UcError, Stopped) as error:
            return {"error": str(error), "op": i, "pc": core.pc}
    return {"results": results}


def _receive(stream: BinaryIO, requests: queue.Queue[tuple[dict[str, Any], bytes]]) -> None:
    """Read requests until the parent is gone; then end, even in the middle of a run."""
    while len(sizes := stream.read(8)) == 8:
        head, tail = struct.unpack("<II", sizes)
        requests.put((json.loads(stream.read(head)), stream.read(tail)))
    os._exit(0)


def main() -> None:
    requests: queue.Queue[tuple[dict[str, Any], bytes]] = queue.Queue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True).start()
    core = Core(sys.argv[1])
    while True:
        request, body = requests.get()
        header = json.dumps(_serve(core, request["ops"], body)).encode()
        sys.stdout.buffer.write(struct.pack("<II", len(header), len(core.out)) + header + core.out)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
