"""The register table in words: Markdown, and rows for the datasheet."""

from __future__ import annotations

from typing import NamedTuple

from sensorsmith.interface.registers import MAGIC, REGISTERS, Register


class Row(NamedTuple):
    """A line of the printed register table."""

    address: str
    name: str
    size: str
    type: str
    access: str
    reset: str
    meaning: str


def rows() -> list[Row]:
    """The register table as text, one row per register in order of address."""
    return [Row(_span(r), r.name, str(r.size), r.type, r.access, _reset(r), _meaning(r)) for r in REGISTERS]


def markdown() -> str:
    """The register table as a Markdown table."""
    titles = ("Address", "Name", "Bytes", "Type", "Access", "Reset", "Meaning")
    lines = [titles, ("---",) * len(titles), *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def value_text(r: Register, data: bytes) -> str:
    """What a register says: names of bits and codes, text, a number, or bytes in hexadecimal."""
    if r.type in ("ascii", "utf8"):
        return data.rstrip(b"\0").decode(errors="replace")
    if r.type == "bytes":
        return data.hex(" ")
    number = int.from_bytes(data, "little")
    names = [bit.name for bit in r.bits if number & bit.mask] + [code.name for code in r.named if code == number]
    return f"{number} {' '.join(names)}".rstrip()


def _span(r: Register) -> str:
    return f"0x{r.address:02X}" if r.size == 1 else f"0x{r.address:02X}-0x{r.address + r.size - 1:02X}"


def _reset(r: Register) -> str:
    if r.reset is None:
        return "by sensor"
    if r.type == "ascii":
        return MAGIC.decode()
    return f"0x{r.reset:0{2 * r.size}X}" if r.type != "bytes" else str(r.reset)


def _meaning(r: Register) -> str:
    bits = [f"0x{bit.mask:02X} {bit.name} ({bit.meaning})" for bit in r.bits]
    codes = [f"{int(code)} {code.name}" for code in r.named]
    named = ", ".join(bits + codes)
    limited = f"; {r.limits[0]} to {r.limits[1]}" if r.limits and not r.codes else ""
    return f"{r.meaning}{': ' if named else ''}{named}{limited}"
