"""The reference of the register map as Markdown, from the table that firmware and drivers are made from."""

from __future__ import annotations

from collections.abc import Iterable

from sensorsmith.interface.crc import crc8
from sensorsmith.interface.registers import BLOCKS, KEY, MAGIC, VERSION, Block, Register, block

_IDENTITY = MAGIC + bytes([*VERSION, 0xFF, 0xFF, 1, 0, 3, 1, 7, 4, 15])

_HEAD = f"""# Reference: the register map MLS1

Every sensor that Sensorsmith makes is read through these registers, over I2C or over a serial line. This page is
made from the table in `sensorsmith/interface/registers.py`, as the firmware and [the drivers](drivers.md) are.

![The map: 16 addresses a line, one box for each register, heavy where a host may write](registers.svg)

## How a host talks to it

* **Read.** Write the address of a register, then read with a repeated start: the address counts up by itself. A
  read without an address gives the result from `0x{block("RESULT").start:02X}` on.
* **Whole blocks.** The sensor keeps a copy of the block that a read begins in and answers from it, so that no block
  is half old and half new. No block is longer than 32 bytes, which is what the smallest hosts can hold. Numbers are
  little-endian; addresses outside the blocks read 0xFF.
* **Check sums.** The last byte of a block is the CRC-8 of all bytes before it: polynomial 0x31, initial value 0xFF,
  most significant bit first, no inversion. Over a block and its check sum the CRC is 0. The identity
  `{_IDENTITY.hex(" ")}` has the check sum `{crc8(_IDENTITY):02x}`. MODEL_ID and BUILD are full; their check sums
  stand in CHECK.
* **Settings.** Write any of 0x20 to 0x2B. They are kept, and can be read back, but only `0x{KEY:02X}` written to
  COMMIT puts them in force: all together, or, when one is out of its limits, none. Then STATUS has CONFIG_ERROR,
  and the settings in force can be read again. After `0x{KEY:02X}` to LOCK no setting can be changed until power is
  off.
* **Commands.** Write CMD, then read CMD_STATE until it is no longer BUSY. What was refused says why in LAST_ERR.
* **Results.** SEQ counts them. STATUS has NEW when STATUS of this result is read for the first time; EVENTS has
  every class that was reported since CLEAR, so that a host that looks seldom misses none.
* **Event line.** Raised by what INT_MASK selects, lowered when STATUS is read. INT_POL says which level is raised.
* **Texts.** Write TEXT_SEL, then read the block TEXT: labels of the classes, and what else the sensor is called.

A later minor version only adds registers, bits and codes; a host that reads major version {VERSION[0]} reads all of
them.

## The same over a serial line

115,200 baud, 8 bits, no parity, 1 stop bit. Every frame ends with the CRC-8 of all bytes before it:

| host | sensor |
| --- | --- |
| `R` address count crc | `r` address count data... crc |
| `W` address count data... crc | `w` address count crc |

`count` is 1 to 32. A frame with a wrong check sum is not answered. A host that gets no answer in 50 ms sends 36
zeros, which end any frame, and asks again. `52 10 10 {crc8(bytes([0x52, 0x10, 0x10])):02x}` reads the result.
"""


def registers_text() -> str:
    """The text of docs/reference/registers.md."""
    return "\n".join([_HEAD, *(line for b in BLOCKS for line in _block(b))])


def _block(b: Block) -> Iterable[str]:
    yield f"## {b.name}\n"
    yield f"0x{b.start:02X}, {b.size} bytes{', the last a check sum' if b.crc else ''}.\n"
    yield "| address | register | bytes | type | access | reset | meaning |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    yield from (_row(r) for r in b.registers)
    yield ""
    for r in b.registers:
        yield from _values(r)


def _row(r: Register) -> str:
    limits = f"; {r.limits[0]} to {r.limits[1]}" if r.limits and not r.codes else ""
    stores = "; keeps something about the past" if "stores" in r.privacy else ""
    return (
        f"| 0x{r.address:02X} | {r.name} | {r.size} | {r.type} | {r.access} | {reset_text(r)} "
        f"| {r.meaning}{limits}{stores} |"
    )


def reset_text(r: Register) -> str:
    """Value at power on, in words."""
    if r.reset is None:
        return "by sensor"
    if r.type == "ascii":
        return f"`{MAGIC.decode()}`"
    return f"0x{r.reset:0{2 * r.size}X}" if r.type != "bytes" else str(r.reset)


def _values(r: Register) -> Iterable[str]:
    if r.bits:
        yield f"Bits of {r.name}:\n"
        yield "| bit | name | meaning |"
        yield "| --- | --- | --- |"
        yield from (f"| {bit.mask.bit_length() - 1} | {bit.name} | {bit.meaning} |" for bit in r.bits)
        yield ""
    if r.named:
        yield f"Values of {r.name}: {', '.join(f'{int(code)} {code.name}' for code in r.named)}.\n"


def value_text(r: Register, data: bytes) -> str:
    """What a register says: names of bits and codes, text, a number, or bytes in hexadecimal."""
    if r.type in ("ascii", "utf8"):
        return data.rstrip(b"\0").decode(errors="replace")
    if r.type == "bytes":
        return data.hex(" ")
    number = int.from_bytes(data, "little")
    names = [bit.name for bit in r.bits if number & bit.mask] + [code.name for code in r.named if code == number]
    return f"{number} {' '.join(names)}".rstrip()
