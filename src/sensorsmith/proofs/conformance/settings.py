"""Checks of what a host may change, when it takes effect, and what it may not."""

from __future__ import annotations

from sensorsmith.firmware.port import Phase
from sensorsmith.interface import KEY, REGISTERS, SETTINGS, Command, Error, Mode, Register, Status, Text, block
from sensorsmith.proofs.conformance.check import Section
from sensorsmith.proofs.conformance.host import Host, need

SECTION = Section()
_COUNTED = {"LAST_ERR", "ERR_COUNT", "CONTROL_CRC"}  # what a refused write changes


@SECTION.check("a write to a read-only register changes nothing, and is counted as an error")
def read_only(host: Host) -> None:
    host.first()
    host.result()
    before, errors = host.everything(), host.value("ERR_COUNT")
    for address in _read_only_addresses():
        host.board.write(address, bytes([host.board.read(address, 1)[0] ^ 0xFF]))
        errors += 1
    host.expect("LAST_ERR", Error.READ_ONLY, "after a write to a read-only register")
    host.expect("ERR_COUNT", min(errors, 0xFFFF), "after these writes")
    counted = {a for r in REGISTERS if r.name in _COUNTED for a in range(r.address, r.address + r.size)}
    for address, (old, new) in enumerate(zip(before, host.everything(), strict=True)):
        need(old == new or address in counted, f"a write changed 0x{address:02X} from 0x{old:02X} to 0x{new:02X}")


def _read_only_addresses() -> list[int]:
    writable = {a for r in REGISTERS if r.access != "ro" for a in range(r.address, r.address + r.size)}
    return [address for address in range(256) if address not in writable]


@SECTION.check("a setting that is written can be read back, and is not in force before COMMIT")
def staged(host: Host) -> None:
    host.plain()
    version = host.value("CFG_VER")
    host.stage("RATE", 4)
    host.expect("RATE", 4, "after it was written")
    host.expect("COMMIT", 1, "while a setting is not in force")
    host.expect("CFG_VER", version, "before COMMIT")
    host.first(3)
    need(host.result().sequence == 3, "a setting took effect before COMMIT")


@SECTION.check("COMMIT puts the settings in force, and CFG_VER counts it")
def commit(host: Host) -> None:
    version = host.value("CFG_VER")
    host.plain(RATE=2)
    host.expect("COMMIT", 0, "after COMMIT")
    host.expect("CFG_VER", (version + 1) % 256, "after COMMIT")
    host.first(4)
    need(host.result().sequence == 2, "RATE 2 is not in force after COMMIT")


@SECTION.check("every setting takes both ends of its range, and refuses what is beyond them")
def limits(host: Host) -> None:
    host.commit(MODE=Mode.STANDBY)
    for setting in SETTINGS:
        assert setting.limits is not None
        was, most = host.value(setting.name), 256**setting.size - 1
        for good in () if setting.name == "ADDR" else setting.limits:  # at another address the host would not find it
            host.commit(**{setting.name: good})
            need(not host.value("STATUS") & Status.CONFIG_ERROR, f"{setting.name} = {good} was refused")
            host.expect(setting.name, good, "after COMMIT")
        host.commit(**{setting.name: was})
        for bad in (setting.limits[0] - 1, setting.limits[1] + 1):
            if 0 <= bad <= most:
                _refused(host, setting, bad, was)


def _refused(host: Host, setting: Register, value: int, before: int) -> None:
    host.commit(**{setting.name: value})
    need(bool(host.value("STATUS") & Status.CONFIG_ERROR), f"{setting.name} = {value} was accepted")
    host.expect(setting.name, before, f"after {value} was refused")
    host.expect("LAST_ERR", Error.BAD_SETTING, f"after {setting.name} = {value}")


@SECTION.check("one bad setting refuses all of them, and those before stay in force")
def all_or_nothing(host: Host) -> None:
    host.plain(RATE=2)
    version = host.value("CFG_VER")
    host.commit(RATE=1, DEBOUNCE=0)
    host.expect("RATE", 2, "after a COMMIT that was refused")
    host.expect("CFG_VER", version, "after a COMMIT that was refused")
    host.first(4)
    need(host.result().sequence == 2, "a setting took effect although COMMIT was refused")
    host.commit(RATE=1)
    need(not host.value("STATUS") & Status.CONFIG_ERROR, "CONFIG_ERROR stays after a COMMIT that was accepted")


@SECTION.check("COMMIT and LOCK take no value but 0xA5")
def wrong_key(host: Host) -> None:
    host.stage("RATE", 2)
    for value in (0, 1, KEY ^ 1, 0xFF):
        host.stage("COMMIT", value)
        host.expect("COMMIT", 1, f"after {value} was written to it")
        host.stage("LOCK", value)
        host.expect("LOCK", 0, f"after {value} was written to it")
        host.expect("LAST_ERR", Error.BAD_VALUE, f"after {value} was written to LOCK")


@SECTION.check("LOCK refuses settings, COMMIT and the command RESET until power is off; reading and texts go on")
def lock(host: Host) -> None:
    host.plain()
    before = host.block("CONFIG")[:-4]  # settings; behind them COMMIT, LOCK, CFG_VER, CRC
    host.stage("LOCK", KEY)
    host.expect("LOCK", 1, "after it was locked")
    host.commit(RATE=9, MODE=Mode.STANDBY)
    host.stage("LOCK", 0)
    host.expect("LOCK", 1, "after 0 was written to it")
    host.expect("LAST_ERR", Error.LOCKED, "after a write to what is locked")
    host.stage("CMD", Command.RESET)
    host.expect("LAST_ERR", Error.LOCKED, "after the command RESET")
    need(host.block("CONFIG")[:-4] == before, "a setting changed although it was locked")
    host.stage("TEXT_SEL", Text.PRODUCT)
    host.expect("TEXT_SEL", Text.PRODUCT, "although texts are not locked")
    host.first()
    need(host.result().sequence == 1, "there is no result when it is locked")
    host.board.reset()
    host.expect("LOCK", 0, "after power on")
    host.plain(RATE=2)
    host.expect("RATE", 2, "after power on and COMMIT")


@SECTION.check("power that goes in the middle of a write leaves nothing half applied")
def power_cut(host: Host) -> None:
    before = host.everything()
    half = bytes([0x34])  # the low byte of RATE, and no stop
    host.phases.bus(Phase.START_WRITE)
    host.phases.bus(Phase.WRITE, bytes([_address("RATE")]) + half)
    host.board.reset()
    need(host.everything() == before, "a register is not as at power on")
    for name in ("RATE", "SLEEP_S", "THRESH"):  # written, and cut before COMMIT
        host.stage(name, 7)
    host.board.reset()
    need(host.everything() == before, "a setting that was not in force outlived the power")


@SECTION.check("a transfer that ends in the middle of a write leaves the settings in force as they were")
def cut_write(host: Host) -> None:
    host.plain()
    host.phases.bus(Phase.START_WRITE)
    host.phases.bus(Phase.WRITE, bytes([_address("RATE"), 3]))
    host.phases.bus(Phase.STOP)
    host.expect("COMMIT", 1, "after half of a setting was written")
    host.first(2)
    need(host.result().sequence == 2, "half of a setting took effect")


def _address(name: str) -> int:
    return next(r.address for r in block("CONFIG").registers if r.name == name)
