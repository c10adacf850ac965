"""Checks of the serial line: the same map, in frames with a CRC."""

from __future__ import annotations

import numpy as np

from sensorsmith.interface import KEY, Text, crc8, register
from sensorsmith.proofs.conformance.check import Section
from sensorsmith.proofs.conformance.host import Host, need

SECTION = Section()
_FLUSH = bytes(36)
_MOST = 32
_NOISES = 20
_BEGINNINGS = (b"", b"R", b"W", b"R\x10\x20")


def _frame(*parts: int) -> bytes:
    return bytes(parts) + bytes([crc8(bytes(parts))])


def _read(host: Host, address: int, count: int) -> bytes:
    request = _frame(ord("R"), address, count)
    reply = host.board.uart(request)
    need(len(reply) == count + 4 and crc8(reply) == 0, f"{count} bytes from 0x{address:02X} are not answered")
    need(reply[:3] == bytes([ord("r"), address, count]), "the answer names another place")
    return reply[3:-1]


@SECTION.check("a read over the serial line gives the bytes of the bus")
def serial_read(host: Host) -> None:
    host.first()
    host.result()
    found = b"".join(_read(host, at, _MOST) for at in range(0, 256, _MOST))
    need(found == host.everything(), "the serial line reads something else")
    need(_read(host, 0x12, 1) == host.board.read(0x12, 1), "one byte reads otherwise")


@SECTION.check("a write over the serial line is confirmed, and is one over the bus")
def serial_write(host: Host) -> None:
    for address, data in ((register("RATE").address, bytes([3, 0])), (register("COMMIT").address, bytes([KEY]))):
        reply = host.board.uart(_frame(ord("W"), address, len(data), *data))
        need(reply == _frame(ord("w"), address, len(data)), f"a write to 0x{address:02X} is not confirmed")
    host.expect("RATE", 3, "after a write over the serial line")
    host.expect("CFG_VER", 1, "after COMMIT over the serial line")


@SECTION.check("a frame with a wrong CRC or count is not answered, and changes nothing")
def serial_errors(host: Host) -> None:
    before = host.everything()
    write = _frame(ord("W"), register("TEXT_SEL").address, 1, Text.PRODUCT)
    wrong = (
        write[:-1] + bytes([write[-1] ^ 1]),
        _frame(ord("R"), 0, 0),
        _frame(ord("R"), 0, _MOST + 1),
        _frame(ord("X"), 0, 1),
    )
    for frame in wrong:
        need(host.board.uart(frame + _FLUSH) == b"", f"the frame {frame.hex()} is answered")
    need(host.everything() == before, "a frame with an error changed a register")


@SECTION.check("after noise of any length 36 zeros bring the line back, and no setting has changed")
def serial_noise(host: Host) -> None:
    random = np.random.default_rng(2)
    before = host.block("CONFIG")
    for _ in range(_NOISES):
        noise = random.integers(0, 256, int(random.integers(1, 60))).astype(np.uint8).tobytes()
        host.board.uart(_BEGINNINGS[int(random.integers(len(_BEGINNINGS)))] + noise)
        host.board.uart(_FLUSH)
        need(_read(host, 0x00, 4) == b"MLS1", f"the line is lost after {len(noise)} bytes of noise")
    need(host.block("CONFIG") == before, "noise changed a setting")
