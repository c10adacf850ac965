"""Checks of commands, standby and the self test."""

from __future__ import annotations

from sensorsmith.interface import (
    Capability,
    Command,
    CommandState,
    Error,
    Mode,
    ResetCause,
    SelfTest,
    Status,
    register,
)
from sensorsmith.proofs.conformance.check import Section
from sensorsmith.proofs.conformance.host import Host, NotHere, need

SECTION = Section()


@SECTION.check("in standby there are no results; continuous mode begins with a new window")
def standby(host: Host) -> None:
    host.plain(MODE=Mode.STANDBY)
    host.first(2)
    need(host.result().sequence == 0, "there is a result in standby")
    host.plain()
    host.board.feed(host.samples(host.stream.window - 1))
    need(host.result().sequence == 0, "samples from standby are in the first window")
    host.board.feed(host.samples(1))
    need(host.result().sequence == 1, "there is no result after standby")


@SECTION.check("a code that is no command is refused, and CMD reads 0")
def unknown_command(host: Host) -> None:
    for code in (0, max(Command) + 1, 0xFF):
        host.stage("CMD", code)
        host.expect("CMD_STATE", CommandState.REFUSED, f"after command {code}")
        host.expect("LAST_ERR", Error.BAD_COMMAND, f"after command {code}")
        host.expect("CMD", 0, "although it can only be written")


@SECTION.check("SINGLE in standby gives one result and stops; no other command is taken meanwhile")
def single(host: Host) -> None:
    host.plain(MODE=Mode.STANDBY)
    host.stage("CMD", Command.SINGLE)
    host.expect("CMD_STATE", CommandState.BUSY, "after SINGLE")
    host.stage("CMD", Command.CLEAR)
    host.expect("LAST_ERR", Error.BUSY, "after a command while one was running")
    host.expect("CMD_STATE", CommandState.BUSY, "after a command while one was running")
    host.first(3)
    host.expect("CMD_STATE", CommandState.DONE, "after a window")
    need(host.result().sequence == 1, f"SEQ is {host.result().sequence} after SINGLE")


@SECTION.check("SELF_TEST passes on a sound sensor, and results go on behind it")
def self_test(host: Host) -> None:
    if not host.value("CAPS") & Capability.SELF_TEST:
        raise NotHere("CAPS says that it cannot test itself")
    host.plain()
    host.command(Command.SELF_TEST)
    host.expect("SELFTEST", sum(SelfTest), "after SELF_TEST")
    host.first()
    found = host.result()
    need(Status.SENSOR_FAULT not in found.status and found.sequence == 1, "there is no result behind a self test")


@SECTION.check("RESET begins as at power on, and RESET_CAUSE says why")
def reset(host: Host) -> None:
    before = host.everything()
    host.plain(DEBOUNCE=2)
    host.first(3)
    host.stage("TEXT_SEL", 1)
    host.stage("CMD", Command.RESET)
    host.expect("RESET_CAUSE", ResetCause.COMMAND, "after RESET")
    cause = register("RESET_CAUSE").address
    after = host.everything()
    for address in range(256):
        same = before[address] == after[address] or address in (cause, register("CONTROL_CRC").address)
        need(same, f"0x{address:02X} is 0x{after[address]:02X} after RESET, 0x{before[address]:02X} at power on")
