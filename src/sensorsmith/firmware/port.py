"""The emulated peripheral: how samples and bus transactions reach firmware built for an emulator.

One window of plain memory, in a region of the address space that Arm reserves for external devices and in which
neither the STM32L4 nor the nRF52840 has anything. Nothing happens by access alone: the emulator raises an interrupt
when it has put something there, so that it needs no hook on memory.
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
"""u32: bytes of that phase; behind UART, bytes of the reply."""
LOST = 0x010
"""u32: samples that were lost before the waiting ones; the firmware writes 0 when it knows."""
SILENT = 0x014
"""u32: 1 while the transducer does not answer."""
CAUSE = 0x018
"""u32: why the processor started, as in RESET_CAUSE."""
SAMPLING = 0x01C
"""u32: 1 while the firmware keeps the transducer running."""
LIGHT = 0x020
"""u32: 1 while the light is on."""
LINE = 0x024
"""u32: level of the event line."""
ADDRESS = 0x028
"""u32: address to which the firmware answers on the bus."""
TICKET = 0x02C
"""u32: counted up by a host that cannot raise interrupts, when it has put something there; KIND says what."""
KIND = 0x030
"""u32: which interrupt is meant."""
DONE = 0x034
"""u32: TICKET when the firmware has done all that came of it."""
BYTES = 0x100
"""u8[256]: what the host writes or reads in that phase."""
SAMPLES = 0x200
"""int16[]: the samples, channels side by side."""

BYTES_MAXIMUM = SAMPLES - BYTES
SAMPLE_BYTES = SIZE - SAMPLES


class Phase(IntEnum):
    """Phases of a transaction, as an I2C target sees them; or bytes that a serial line brings, and takes back."""

    NONE = 0
    START_WRITE = 1
    WRITE = 2
    START_READ = 3
    READ = 4
    STOP = 5
    UART = 6


class Kind(IntEnum):
    """What a host asks for with a ticket."""

    SAMPLES = 0
    BUS = 1
    POWER = 2


class Interrupt(IntEnum):
    """Numbers of the interrupts that the emulator raises."""

    SAMPLES = 0
    BUS = 1


def emit_c(base: int | None = BASE) -> dict[str, str]:
    """The C header `ss_port.h`.

    Args:
        base: where the peripheral is; None when the firmware is part of a program, which has it as `ss_port`.
    """
    names = (
        *("WAITING", "NEXT", "PHASE", "LENGTH", "LOST", "SILENT", "CAUSE", "SAMPLING", "LIGHT", "LINE", "ADDRESS"),
        *("TICKET", "KIND", "DONE"),
    )
    offsets = {name: globals()[name] for name in (*names, "BYTES", "SAMPLES")}
    if base is None:
        size = f"#define SS_PORT_SIZE 0x{SIZE:X}"
        place = ["#include <stdint.h>", size, "extern uint8_t ss_port[SS_PORT_SIZE];", "#define SS_PORT ss_port"]
    else:
        place = [f"#define SS_PORT 0x{base:08X}u"]
    lines = [
        "/* The emulated peripheral. Generated; do not edit. */",
        "#ifndef SS_PORT_H",
        "#define SS_PORT_H",
        *place,
        *(f"#define SS_PORT_{name} 0x{offset:X}u" for name, offset in offsets.items()),
        *(f"#define SS_PHASE_{phase.name} {int(phase)}u" for phase in Phase),
        *(f"#define SS_KIND_{kind.name} {int(kind)}u" for kind in Kind),
        "#endif",
    ]
    return {"ss_port.h": "\n".join(lines) + "\n"}
