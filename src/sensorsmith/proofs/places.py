"""Names for the addresses of the register map."""

from __future__ import annotations

from sensorsmith.interface import REGISTERS


def place(address: int) -> str:
    """`register 0x12, CONF`; addresses outside the blocks have no name."""
    for r in REGISTERS:
        if r.address <= address < r.address + r.size:
            return f"register 0x{address:02X}, {r.name},"
    return f"register 0x{address:02X}, which is unused,"
