"""The emulated peripheral: how samples and bus transactions reach firmware built for an emulator.

One window of plain memory, in a region of the address space that Arm reserves for external devices and in which
neither the STM32L4 nor the nRF52840 has anything. Nothing happens by access alone: the firmware looks at it each
time that it wakes up, so that the emulator needs no hook on memory.
"""

from __future__ import annotations

from enum import IntEnum

BASE = 0xA0000000
SIZE = 0x20000

WAITING = 0x000
"""u32: samples (of all channels) that the firmware has not taken yet."""
NEXT = 0x004
"""u32: index of the first of them."""
PHASE = 0x008
"""u32: the next phase of a bus transaction; the firmware writes NONE when it is done."""
LENGTH = 0x00C
"""u32: bytes of that phase."""
BYTES = 0x100
"""u8[256]: what the host writes or reads in that phase."""
SAMPLES = 0x200
"""int16[]: the samples, channels side by side."""

BYTES_MAXIMUM = SAMPLES - BYTES
SAMPLE_BYTES = SIZE - SAMPLES


class Phase(IntEnum):
    """Phases of a transaction, as an I2C target sees them."""

    NONE = 0
    START_WRITE = 1
    WRITE = 2
    START_READ = 3
    READ = 4
    END_READ = 5


def emit_c() -> dict[str, str]:
    """The C header `ss_port.h`."""
    offsets = {"WAITING": WAITING, "NEXT": NEXT, "PHASE": PHASE, "LENGTH": LENGTH, "BYTES": BYTES, "SAMPLES": SAMPLES}
    lines = [
        "/* The emulated peripheral. Generated; do not edit. */",
        "#ifndef SS_PORT_H",
        "#define SS_PORT_H",
        *(f"#define SS_PORT_{name} 0x{BASE + offset:08X}u" for name, offset in offsets.items()),
        *(f"#define SS_PHASE_{phase.name} {int(phase)}u" for phase in Phase),
        "#endif",
    ]
    return {"ss_port.h": "\n".join(lines) + "\n"}
