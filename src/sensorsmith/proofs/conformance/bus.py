"""Checks of the bus: what a host sees when it reads in pieces, too much, or stops in the middle."""

from __future__ import annotations

from sensorsmith.firmware.port import Phase
from sensorsmith.interface import BLOCKS, block, crc8, decode_result, register
from sensorsmith.proofs.conformance.check import Section
from sensorsmith.proofs.conformance.host import Host, need

SECTION = Section()
_RESULT = block("RESULT")
_START_WRITE, _START_READ = (Phase.START_WRITE, b"", 0), (Phase.START_READ, b"", 0)
_BEGINNINGS = (
    (_START_WRITE,),
    (_START_WRITE, (Phase.WRITE, bytes([register("MODE").address]), 0)),
    (_START_READ,),
    (_START_READ, (Phase.READ, b"", 3)),
    (_START_WRITE, _START_READ, _START_WRITE),
)


@SECTION.check("a read that is paused while a window is published sees one result, whole")
def latch(host: Host) -> None:
    host.plain()
    host.first()
    bus = host.phases.bus
    for cut in range(1, _RESULT.size):
        before = host.result().sequence
        bus(Phase.START_READ)
        data = bus(Phase.READ, length=cut)
        host.more()
        data += bus(Phase.READ, length=_RESULT.size - cut)
        bus(Phase.STOP)
        found = decode_result(data)  # refuses a wrong CRC
        need(found.sequence == before, f"a read paused after {cut} bytes saw the next result")
        need(host.result().sequence == before + 1, "a read that is paused keeps results back")


@SECTION.check("a read over the end of a block goes on with the next, whose CRC is right")
def across_blocks(host: Host) -> None:
    host.first()
    everything = host.board.read(0x00, 256)
    for b in BLOCKS:
        if b.crc:
            data = everything[b.start : b.start + b.size]
            need(crc8(data[:-1]) == data[-1], f"the CRC of {b.name} is wrong in a read over all blocks")


@SECTION.check("behind 0xFF the pointer goes on at 0x00")
def wrap_around(host: Host) -> None:
    host.result()
    everything = host.everything()
    found = host.board.read(0xF0, 48)
    need(found == everything[0xF0:] + everything[:0x20], "a read over 0xFF goes on somewhere else")


@SECTION.check("a read of more than 256 bytes, and one of none, do no harm")
def lengths(host: Host) -> None:
    host.result()
    everything = host.everything()
    need(host.board.read(0x00, 600) == (everything * 3)[:600], "a read of 600 bytes does not go round")
    host.board.write(0xFF, b"")
    host.board.read(0x40, 0)
    need(host.everything() == everything, "a transfer of no bytes changed a register")


@SECTION.check("a write and a read joined by a repeated start are like those with a stop between")
def repeated_start(host: Host) -> None:
    host.result()
    bus = host.phases.bus
    for b in BLOCKS:
        expected = host.block(b.name)
        bus(Phase.START_WRITE)
        bus(Phase.WRITE, bytes([b.start]))
        bus(Phase.START_READ)
        found = bus(Phase.READ, length=b.size)
        bus(Phase.START_WRITE)  # and again, without a stop
        bus(Phase.WRITE, bytes([b.start]))
        bus(Phase.START_READ)
        again = bus(Phase.READ, length=b.size)
        bus(Phase.STOP)
        need(found == again == expected, f"{b.name} reads otherwise behind a repeated start")


@SECTION.check("a transfer that is broken off anywhere leaves the sensor as it was, and the next one whole")
def aborted(host: Host) -> None:
    host.first()
    host.result()
    before = host.everything()
    bus = host.phases.bus
    for number, beginning in enumerate(_BEGINNINGS):
        for stops in (True, False):  # a glitch may hide the stop from the sensor, too
            for phase, data, length in beginning:
                bus(phase, data, length)
            if stops:
                bus(Phase.STOP)
            need(host.everything() == before, f"transfer {number} broken off changed a register")
    bus(Phase.STOP)
    host.more()
    need(host.result().sequence == decode_result(before[0x10:0x20]).sequence + 1, "results do not go on")
