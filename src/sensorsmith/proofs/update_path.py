"""T6: the image cannot change itself, nor be changed over its interface."""

from __future__ import annotations

import struct

from sensorsmith.firmware import port
from sensorsmith.firmware.elf import Elf
from sensorsmith.proofs.code import Found, reachable
from sensorsmith.proofs.examined import Examined
from sensorsmith.proofs.record import Proof, told, verdict_of

CLAIM = (
    "no instruction writes to a constant address outside RAM and the board's port, none calls a debugger or a system "
    "service, none jumps to where a variable says, no variable begins as the address of a function, and no code is "
    "in RAM"
)
LIMITS = (
    "Read off the machine code, without running it: an address that is computed is not known here; when the other "
    "proofs run the image, a write outside RAM and port stops it. Debug pins and the boot loader of a chip are not "
    "part of the image."
)
_NEAR = 0x1000  # an address is made of a constant and an offset of 12 bits


def update_path(device: Examined) -> Proof:
    """Look at every instruction that can be reached, and at what variables begin with."""
    found = list(reachable(device.program))
    findings = [finding for each in found for finding in _suspicious(device, each)]
    findings += _pointers(device.program) + _code_in_ram(device)
    stores = [each for each in found if each.stores is not None]
    jumps = [each for each in found if each.jumps]
    return Proof(
        "update-path",
        CLAIM,
        verdict_of(findings),
        f"{len(found)} instructions read, {len(stores)} writes to constant addresses, {len(jumps)} jumps by a register",
        {"instructions": len(found), "constant_writes": len(stores), "register_jumps": len(jumps)},
        told(findings),
        LIMITS,
    )


def _suspicious(device: Examined, found: Found) -> list[str]:
    where = device.owner(found.address)
    if found.traps:
        return [f"{where} calls a debugger or a system service"]
    if found.jumps and found.goal is None:
        return [f"{where} jumps to where a variable says"]
    if found.jumps and not _in_flash(device.program, found.goal or 0):
        return [f"{where} jumps to 0x{found.goal:08X}, outside the image"]
    if found.stores is not None and not _writable(device, found.stores):
        return [f"{where} writes to 0x{found.stores:08X} or near it, outside RAM and port"]
    return []


def _writable(device: Examined, address: int) -> bool:
    spans = ((device.ram.start, device.ram.size), (port.BASE, port.SIZE))
    return any(start - _NEAR <= address < start + size + _NEAR for start, size in spans)


def _in_flash(program: Elf, address: int) -> bool:
    return any(s.stored and not s.writable and s.address <= address < s.address + s.size for s in program.sections)


def _pointers(program: Elf) -> list[str]:
    """Words of initialised variables that are the address of a function."""
    functions = {s.address | 1: s.name for s in program.symbols if s.function}
    findings = []
    for section in (s for s in program.sections if s.stored and s.writable):
        data = program.stored_at(section.address, section.size & ~3)
        for i, (word,) in enumerate(struct.iter_unpack("<I", data)):
            if word in functions:
                findings.append(
                    f"the variable at 0x{section.address + 4 * i:08X} begins as a pointer to {functions[word]}"
                )
    return findings


def _code_in_ram(device: Examined) -> list[str]:
    inside = range(device.ram.start, device.ram.start + device.ram.size)
    return [f"{s.name} is in RAM" for s in device.program.symbols if s.function and s.address in inside]
