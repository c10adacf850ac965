"""The finished image, its sizes, and its identity.

FW_ID is the SHA-256 of the flash content in which DOC_ID and FW_ID are 0. The first half of it, and later that of the
datasheet, are written into the slot `ss_build_id`, from which the host reads them as registers.
"""

from __future__ import annotations

from dataclasses import dataclass

from sensorsmith.base.errors import DataError
from sensorsmith.base.hashing import hash_bytes
from sensorsmith.firmware.elf import Elf, read_elf

SLOT = "ss_build_id"
_HALF = 16


@dataclass(frozen=True)
class Image:
    """Firmware for one board.

    Attributes:
        elf: the linked program with its symbols.
        binary: the content of flash, from its first byte.
        map_text: every section and symbol with its address and size.
        sections: bytes of each section that takes memory.
        flash: bytes of flash: vectors, code, compiler helpers, constants, initial values of variables.
        ram: bytes of all statics; the stack is not among them.
        stack_reserve: bytes of RAM kept free for the stack.
        fw_id: SHA-256 that names this firmware, 64 hexadecimal digits.
        toolchain: name and version of the compiler.
    """

    elf: bytes
    binary: bytes
    map_text: str
    sections: dict[str, int]
    flash: int
    ram: int
    stack_reserve: int
    fw_id: str
    toolchain: tuple[str, str]


def firmware_id(elf: bytes) -> str:
    """SHA-256 of the flash content with the identity slot zeroed: the same whatever is written in the slot."""
    return hash_bytes(read_elf(_write(elf, bytes(2 * _HALF))).flat())


def stamp(elf: bytes) -> bytes:
    """Write FW_ID into the image."""
    return _write(elf, _document(elf) + bytes.fromhex(firmware_id(elf))[:_HALF])


def patch_identity(elf: bytes, doc_id: bytes) -> tuple[bytes, bytes]:
    """Write DOC_ID into a finished image. FW_ID does not change by it.

    Args:
        doc_id: SHA-256 of the datasheet (32 bytes); its first half is written.

    Returns:
        The ELF file and the content of flash.
    """
    if len(doc_id) != 2 * _HALF:
        raise DataError(f"DOC_ID is a SHA-256 of 32 bytes, not {len(doc_id)}")
    slot = read_elf(elf).symbol(SLOT)
    at = read_elf(elf).offset_in_file(slot.address)
    patched = _write(elf, doc_id[:_HALF] + elf[at + _HALF : at + 2 * _HALF])
    return patched, read_elf(patched).flat()


def map_text(elf: Elf) -> str:
    """Every section and every symbol with its address and size, the same for every linker."""
    lines = ["section                          address      bytes"]
    lines += [f"{s.name:<32} 0x{s.address:08X} {s.size:>8}" for s in elf.sections]
    lines += ["", "symbol                           address      bytes"]
    lines += [f"{s.name:<32} 0x{s.address:08X} {s.size:>8}" for s in elf.symbols]
    return "\n".join(lines) + "\n"


def _document(elf: bytes) -> bytes:
    image = read_elf(elf)
    at = image.offset_in_file(image.symbol(SLOT).address)
    return elf[at : at + _HALF]


def _write(elf: bytes, slot: bytes) -> bytes:
    image = read_elf(elf)
    at = image.offset_in_file(image.symbol(SLOT).address)
    return elf[:at] + slot + elf[at + len(slot) :]
