"""Checks of what does not change: identity, check sums, texts, and the places where nothing is."""

from __future__ import annotations

from sensorsmith.interface import BLOCKS, NONE, REGISTERS, Text, block, crc8, decode_identity, register
from sensorsmith.proofs.conformance.check import Section
from sensorsmith.proofs.conformance.host import Failed, Host, need

SECTION = Section()
_TEXT_BYTES = register("TEXT_UTF8").size


@SECTION.check("block IDENTITY names an ML sensor of this map, with codes that are known")
def identity(host: Host) -> None:
    found = decode_identity(host.block("IDENTITY"))
    need(1 <= found.classes <= 254, f"N_CLASS is {found.classes}, not 1 to 254")
    need(found.confidence_bits <= 8, f"CONF_BITS is {found.confidence_bits}, more than the 8 of CONF")
    known = sum(bit.mask for bit in register("CAPS").bits)
    need(not found.capabilities & ~known, f"CAPS is 0x{found.capabilities:02X}, with bits that have no meaning")


@SECTION.check("every block that ends in a CRC has the right one")
def check_sums(host: Host) -> None:
    for each in BLOCKS:
        if each.crc:
            host.checked(each.name)


@SECTION.check("block CHECK has the CRCs of MODEL_ID and of BUILD")
def identifiers(host: Host) -> None:
    for name in ("MODEL_ID", "BUILD"):
        host.expect(f"{name}_CRC", crc8(host.block(name)), f"but the CRC of the {block(name).size} bytes of {name} is")
    need(any(host.block("MODEL_ID")), "MODEL_ID is all zeros")


@SECTION.check("at power on every register has the value of the table")
def power_on(host: Host) -> None:
    for r in REGISTERS:
        if r.reset is not None:
            host.expect(r.name, r.reset, "at power on")


@SECTION.check("every address outside the blocks reads 0xFF, alone and in a row")
def unused_addresses(host: Host) -> None:
    used = {address for b in BLOCKS for address in range(b.start, b.start + b.size)}
    everything = host.everything()
    for address in sorted(set(range(256)) - used):
        alone = host.board.read(address, 1)[0]
        need(alone == everything[address] == NONE, f"0x{address:02X} reads 0x{alone:02X}, not 0xFF")


@SECTION.check("no block needs a read of more than 32 bytes, and each can be read from its middle")
def short_blocks(host: Host) -> None:
    for b in BLOCKS:
        whole = host.block(b.name)
        need(len(whole) == b.size <= 32, f"{b.name} has {b.size} bytes")
        # The first half is left out: what a host reads of the result before STATUS must not matter.
        half = b.size // 2
        rest = host.board.read(b.start + half, b.size - half)
        need(rest == whole[half:], f"{b.name} reads otherwise from 0x{b.start + half:02X} on")


@SECTION.check("every class has a label, no two the same; a text is UTF-8, then zeros; what is none has length 0")
def texts(host: Host) -> None:
    labels = [_text(host, index) for index in range(host.value("N_CLASS"))]
    need(all(labels), "a class has no label")
    need(len(set(labels)) == len(labels), "two classes have the same label")
    need(bool(_text(host, Text.PRODUCT)), "the product has no name")
    for selector in (Text.DATASHEET, Text.UNITS):
        _text(host, selector)
    need(_text(host, NONE) == "", "TEXT_SEL 255 shows a text")


def _text(host: Host, selector: int) -> str:
    host.stage("TEXT_SEL", selector)
    data = host.checked("TEXT")
    need(data[0] == selector, f"TEXT_SEL reads {data[0]} after {selector} was written")
    length, text = data[1], data[2 : 2 + _TEXT_BYTES]
    need(length <= _TEXT_BYTES, f"text {selector} says that it has {length} bytes")
    need(not any(text[length:]), f"behind text {selector} there is more than zeros")
    try:
        return text[:length].decode()
    except UnicodeDecodeError as error:
        raise Failed(f"text {selector} is not UTF-8") from error
