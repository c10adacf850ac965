"""The reference of the register map as Markdown, from the table that firmware and drivers are made from."""

from __future__ import annotations

from collections.abc import Iterable

from sensorsmith.interface.crc import crc8
from sensorsmith.interface.registers import BLOCKS, KEY, MAGIC, VERSION, Block, Command, Register, Text, register

_IDENTITY = MAGIC + bytes([*VERSION, 0xFF, 0xFF, 1, 0, 3, 1, 7, 4, 15])


def _sent(*parts: int | str) -> str:
    """Bytes that a host writes: the address of a register by its name, then values."""
    return bytes(register(part).address if isinstance(part, str) else part for part in parts).hex(" ")


def _framed(*parts: int | str) -> str:
    """The same with its check sum, as over a serial line."""
    content = bytes.fromhex(_sent(*parts))
    return f"{content.hex(' ')} {crc8(content):02x}"


_HEAD = """# Reference: the register map MLS1

Every sensor that Sensorsmith makes is read through these registers, over I2C or over a serial line. This page is
made from the table in `sensorsmith/interface/registers.py`, as the firmware and [the drivers](drivers.md) are.

![The map: 16 addresses a line, one box for each register, heavy where a host may write](registers.svg)

"""

_TALK = f"""
## How a host talks to it

Bytes are in hexadecimal. They are written to the sensor's address on the bus, the first of them to the pointer.

**Read.** Write the address of a register, then read with a repeated start: the address counts up by itself. A read
without an address gives the result, from `{_sent("STATUS")}` on. Numbers are little-endian.

**Whole blocks.** The sensor keeps a copy of the block that a read begins in and answers from it, so that no block
is half old and half new. A read that runs into the next block takes a copy of that one when it gets there. No
block is longer than 32 bytes, which is what the smallest hosts can hold.

**Check sums.** The last byte of a block is the CRC-8 of all bytes before it: polynomial 0x31, initial value 0xFF,
most significant bit first, no inversion. Over a block and its check sum the CRC is 0. `be ef` has the check sum
`{crc8(bytes.fromhex("beef")):02x}`; the identity `{_IDENTITY.hex(" ")}` has `{crc8(_IDENTITY):02x}`. MODEL_ID and
BUILD are full; their check sums stand in CHECK.

```text
crc = 0xFF
for each byte:
    crc = crc xor byte
    eight times: crc = (crc shifted left by 1) xor 0x31 if bit 7 of crc is set, else crc shifted left by 1; keep 8 bits
```

**Results.** SEQ counts them, so a host sees whether it missed one or reads one again. STATUS has NEW when STATUS
of this result is read for the first time. EVENTS has every class that was reported since CLEAR, so that a host
that looks seldom misses none; TALLIES counts how often each began. CLASS and CONF mean something when STATUS has
VALID; with ABSTAIN there is a result, but no class was certain enough.

**Event line.** INT_MASK says what raises it: a result, a change of class, a fault. Reading STATUS lowers it.
INT_POL says which level is raised.

**Settings.** What a host writes from MODE to ADDR is kept, and can be read back, but changes nothing before
COMMIT. To have one result for every second window and no class below one half:

1. Write `{_sent("RATE", 2, 0, 0x80)}`: RATE and, since the address counts up, THRESH. COMMIT now reads 1.
2. Read CONFIG, compare its check sum and what you wrote. Nothing has been put in force yet.
3. Write `{_sent("COMMIT", KEY)}`. All settings are put in force together and CFG_VER is one larger; or, when one
   of them is out of its limits, none is, STATUS has CONFIG_ERROR until a COMMIT succeeds, LAST_ERR says
   BAD_SETTING, and the settings in force can be read again.

**Lock.** Write `{_sent("LOCK", KEY)}`: settings, COMMIT and LOCK can no longer be written, and RESET is refused,
until power is off. Any other value than `{KEY:02x}` is refused by COMMIT and LOCK, so that noise on the bus does
neither.

**Commands.** Write CMD, as in `{_sent("CMD", Command.SELF_TEST)}`, then read CMD_STATE until it is no longer BUSY.
What was refused says why in LAST_ERR. One command at a time: another is refused while the first is BUSY.

| command | bytes | what it does |
| --- | --- | --- |
| SINGLE | `{_sent("CMD", Command.SINGLE)}` | one result, also in standby; done when it can be read |
| SELF_TEST | `{_sent("CMD", Command.SELF_TEST)}` | tests model, memory and transducer; SELFTEST then says what passed |
| CLEAR | `{_sent("CMD", Command.CLEAR)}` | EVENTS and TALLIES are 0 again |
| RESET | `{_sent("CMD", Command.RESET)}` | starts anew, as after power on; refused when locked |

**Self test.** The model is given an input whose answer is known, the memory of the samples is marched through, and
the transducer must answer. When one of them fails, STATUS has SENSOR_FAULT, nothing is sensed and SINGLE is
refused until a self test passes.

**Errors.** LAST_ERR has the last one, ERR_COUNT counts them all. A write to a register that is read only changes
nothing but these two.

**Texts.** Write TEXT_SEL, as in `{_sent("TEXT_SEL", 2)}` for the label of class 2 or
`{_sent("TEXT_SEL", Text.PRODUCT)}` for the name of the sensor; then read the block TEXT. The text has TEXT_LENGTH
bytes of UTF-8; 0 when there is none.

A later minor version only adds registers, bits and codes, and allows more; a host that reads major version
{VERSION[0]} reads all of them. Bits that have no name here read 0, addresses outside the blocks 0xFF.

## The same over a serial line

115,200 baud, 8 bits, no parity, 1 stop bit. Every frame ends with the CRC-8 of all bytes before it:

| host | sensor |
| --- | --- |
| `R` address count crc | `r` address count data... crc |
| `W` address count data... crc | `w` address count crc |

`count` is 1 to 32. A frame with a wrong check sum is not answered. A host that gets no answer in 50 ms sends 36
zeros, which end any frame, and asks again. `{_framed(ord("R"), "STATUS", 16)}` reads the result;
`{_framed(ord("W"), "COMMIT", 1, KEY)}` writes COMMIT, which is answered with `{_framed(ord("w"), "COMMIT", 1)}`.
"""


def registers_text() -> str:
    """The text of docs/reference/registers.md."""
    return "\n".join([_HEAD + "\n".join(_overview()), _TALK, *(line for b in BLOCKS for line in _block(b))])


def _overview() -> Iterable[str]:
    yield "| address | block | bytes | access | holds | check sum |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for b in BLOCKS:
        past = "; keeps something about the past" if "stores" in b.privacy else ""
        where = "its last byte" if b.crc else "in CHECK"
        yield f"| {b.addresses} | [{b.name}](#{b.name.lower()}) | {b.size} | {b.access} | {b.meaning}{past} | {where} |"


def _block(b: Block) -> Iterable[str]:
    yield f"## {b.name}\n"
    yield f"{b.addresses}, {b.size} bytes{', the last a check sum' if b.crc else ''}: {b.meaning}.\n"
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


def bits_file(r: Register) -> str:
    """The picture of a register's bits, beside the page."""
    return f"registers-{r.name.lower()}.svg"


def _values(r: Register) -> Iterable[str]:
    if r.bits:
        yield f"![Bits of {r.name}]({bits_file(r)})\n"
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
