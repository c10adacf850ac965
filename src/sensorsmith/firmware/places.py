"""Where a bench has its memories: those of the emulated boards that it is built for."""

from __future__ import annotations

from dataclasses import dataclass

_KB, _MB = 1 << 10, 1 << 20


@dataclass(frozen=True)
class Places:
    """Memories of a bench, all addresses and sizes in bytes.

    Attributes:
        code: what the image is loaded to.
        ram: statics from its start, the stack from its end.
        mailbox: inputs and outputs, which do not count as the model's.
    """

    code: int
    code_bytes: int
    ram: int
    ram_bytes: int
    mailbox: int
    mailbox_bytes: int


# Those of QEMU's boards mps2-an385, an386, an500, an505, mps3-an547 and virt. All have more RAM than is used here.
PLACES = {
    "cortex-m0plus": Places(0x00000000, 4 * _MB, 0x20000000, 512 * _KB, 0x21000000, 16 * _MB),
    "cortex-m4": Places(0x00000000, 4 * _MB, 0x20000000, 512 * _KB, 0x21000000, 16 * _MB),
    "cortex-m7": Places(0x00000000, 4 * _MB, 0x20000000, 512 * _KB, 0x60000000, 16 * _MB),
    "cortex-m33": Places(0x10000000, 4 * _MB, 0x38000000, 512 * _KB, 0x80000000, 16 * _MB),
    "cortex-m55": Places(0x00000000, 512 * _KB, 0x20000000, 512 * _KB, 0x60000000, 16 * _MB),
    "riscv32": Places(0x80000000, 16 * _MB, 0x81000000, 512 * _KB, 0x82000000, 16 * _MB),
}

AVR = Places(code=0, code_bytes=128 * _KB, ram=0x800100, ram_bytes=16 * _KB, mailbox=0, mailbox_bytes=16 * _KB)
"""An ATmega1284P; its mailbox is a variable among the others. Constants are read by 16-bit addresses."""
