"""runtime/interface/ss_registers.c, compiled for this machine."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import tiny
from tests.interface.device import BUILD_ID, LABELS, MODEL_ID, Device, library

from sensorsmith.interface import (
    BLOCKS,
    KEY,
    NONE,
    REGISTERS,
    SETTINGS,
    Command,
    CommandState,
    Error,
    Event,
    Register,
    ResetCause,
    SelfTest,
    Status,
    Text,
    crc8,
    decode_identity,
    decode_result,
    power_on,
    register,
)


@pytest.fixture(scope="module")
def lib(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    return library(tiny.SENSOR, tmp_path_factory.mktemp("registers"))


@pytest.fixture
def device(lib: ctypes.CDLL) -> Device:
    return Device(lib)


def test_the_crc_is_that_of_python(lib: ctypes.CDLL) -> None:
    for data in (b"", b"123456789", bytes(range(255)), b"\xff" * 32):
        assert lib.ss_crc8(data, len(data)) == crc8(data)


# ------------------------------------------------------------------------------------------------------------- reading


def test_identity(device: Device) -> None:
    identity = decode_identity(device.block("IDENTITY"))
    assert (identity.vendor, identity.product, identity.classes, identity.confidence_bits) == (0x1234, 0x0203, 7, 4)


def test_power_on_is_what_the_table_says(device: Device) -> None:
    expected = bytearray(power_on(tiny.SENSOR, LABELS, MODEL_ID))
    expected[0x60:0x80] = BUILD_ID
    expected[0x81:0x87] = b"\x04rest\0"
    expected[0xC0:0xC2] = bytes([crc8(MODEL_ID), crc8(BUILD_ID)])
    for b in (b for b in BLOCKS if b.crc):
        end = b.start + b.size - 1
        expected[end] = crc8(bytes(expected[b.start : end]))
    assert device.read(0x00, 256) == bytes(expected)
    for address in range(256):
        assert device.read(address, 1)[0] == expected[address], hex(address)


def test_a_read_without_pointer_gives_the_result(device: Device) -> None:
    device.publish(5, 0xF0, 0x01020304)
    result = decode_result(device.read(None, 16))
    assert (result.class_index, result.confidence, result.time) == (5, 0xF0 / 256, 0x01020304 / 1000)


def test_the_pointer_advances_and_returns_to_the_result_after_a_read(device: Device) -> None:
    assert device.read(0x0E, 4)[2:] == b"\x04\xff"
    assert device.read(None, 1) == b"\x04"


def test_the_pointer_wraps_around(device: Device) -> None:
    assert device.read(0xFE, 6) == b"\xff\xffMLS1"


def test_a_pointer_may_be_written_in_a_transaction_before_the_read(device: Device) -> None:
    device.write(0x00)
    device.start_read()
    assert device.take(4) == b"MLS1"


def test_a_read_sees_one_result_whatever_is_published_meanwhile(device: Device) -> None:
    device.publish(1, 0x10, 100)
    device.start_read()
    first = device.take(5)
    device.publish(2, 0x20, 200)
    device.publish(3, 0x30, 300)
    old = decode_result(first + device.take(11))
    assert (old.class_index, old.sequence, old.time) == (1, 1, 0.1)
    device.stop()
    new = decode_result(device.read(None, 16))
    assert (new.class_index, new.sequence, new.time) == (3, 3, 0.3)


def test_each_block_of_a_long_read_is_whole(device: Device) -> None:
    device.write(0x00)
    device.start_read()
    identity = device.take(16)
    device.publish(1, 0x10, 100)
    result = device.take(16)
    assert decode_identity(identity) and decode_result(result).sequence == 1


def test_two_buses_do_not_disturb_each_other(device: Device) -> None:
    other = Device.__new__(Device)
    other.library, other.state, other.bus = device.library, device.state, ctypes.create_string_buffer(1024)
    device.library.ss_bus_open(other.bus, other.state)
    device.write(0x00)
    device.start_read()
    start = device.take(2)
    assert decode_result(other.read(None, 16)).sequence == 0
    assert start + device.take(2) == b"MLS1"


def test_new_is_true_once_for_each_result_whose_status_is_read(device: Device) -> None:
    device.publish(0)
    device.read(0x11, 8)
    assert Status.NEW in decode_result(device.read(None, 16)).status
    assert Status.NEW not in decode_result(device.read(None, 16)).status
    device.publish(0)
    assert Status.NEW in decode_result(device.read(None, 16)).status


# ------------------------------------------------------------------------------------------------------------- results


def test_no_class_is_an_abstention(device: Device) -> None:
    device.publish(NONE)
    result = decode_result(device.read(None, 16))
    assert result.status == Status.ABSTAIN | Status.NEW and result.class_index is None and result.events == 0


def test_conditions_come_with_their_result_only(device: Device) -> None:
    device.publish(1, status=Status.OUT_OF_RANGE | Status.OVERRUN)
    expected = Status.VALID | Status.NEW | Status.OUT_OF_RANGE | Status.OVERRUN
    assert decode_result(device.read(None, 16)).status == expected
    device.publish(1)
    assert decode_result(device.read(None, 16)).status == Status.VALID | Status.NEW


def test_a_fault_takes_the_class_away(device: Device) -> None:
    device.publish(1, 0x80)
    device.call("ss_withdraw", Status.SENSOR_FAULT)
    result = decode_result(device.read(None, 16))
    assert (result.class_index, result.confidence) == (None, 0.0)
    assert Status.SENSOR_FAULT in result.status and Status.VALID not in result.status


@pytest.mark.parametrize(
    ("classes", "expected"), [((0,), 1), ((3, 3), 8), ((0, 14), 0x4001), ((15,), 0x8000), ((16, 254), 0x8000)]
)
def test_events_stay_until_they_are_cleared(device: Device, classes: tuple[int, ...], expected: int) -> None:
    for class_index in classes:
        device.publish(class_index)
    device.read(None, 16)
    assert decode_result(device.read(None, 16)).events == expected
    device.call("ss_clear")
    assert decode_result(device.read(None, 16)).events == 0


@given(classes=st.lists(st.sampled_from([0, 1, 29, 30, 31, 254, NONE]), max_size=60))
def test_tallies_count_beginnings(lib: ctypes.CDLL, classes: list[int]) -> None:
    device, expected, before = Device(lib), [0] * 31, NONE
    for now in classes:
        device.publish(now)
        if now not in (before, NONE):
            expected[min(now, 30)] += 1
        before = now
    assert list(device.read(0xA0, 31)) == expected


def test_tallies_stay_at_255(device: Device) -> None:
    for _ in range(300):
        device.publish(2)
        device.publish(3)
    assert device.read(0xA0, 5) == b"\0\0\xff\xff\0"


# ------------------------------------------------------------------------------------------------------------ settings


def test_settings_wait_for_commit(device: Device) -> None:
    device.set("DEBOUNCE", 3)
    device.set("SLEEP_S", 0x0102)
    assert (device.value("DEBOUNCE"), device.value("SLEEP_S"), device.value("COMMIT")) == (3, 0x0102, 1)
    assert (device.call("ss_setting", 0x24), device.call("ss_setting_u16", 0x29)) == (1, 0)
    device.set("COMMIT", KEY)
    assert (device.call("ss_setting", 0x24), device.call("ss_setting_u16", 0x29)) == (3, 0x0102)
    assert (device.value("COMMIT"), device.value("CFG_VER"), device.value("ERR_COUNT")) == (0, 1, 0)


def _values(r: Register) -> tuple[list[int], list[int]]:
    """Values at and beyond the limits."""
    assert r.limits is not None
    low, high = r.limits
    return [low, high], [v for v in (low - 1, high + 1) if 0 <= v < 256**r.size]


@pytest.mark.parametrize("r", SETTINGS, ids=lambda r: r.name)
def test_the_limits_of_a_setting(device: Device, r: Register) -> None:
    good, bad = _values(r)
    for value in good:
        device.set(r.name, value)
        device.set("COMMIT", KEY)
        assert Status.CONFIG_ERROR not in decode_result(device.read(None, 16)).status
        assert device.value(r.name) == value
    for errors, value in enumerate(bad, 1):
        device.set("LED", 0)
        device.set(r.name, value)
        device.set("COMMIT", KEY)
        assert Status.CONFIG_ERROR in decode_result(device.read(None, 16)).status
        assert device.value(r.name) == good[-1], "the settings before are in force"
        assert device.value("LED") == (good[-1] if r.name == "LED" else 1)
        assert (device.value("LAST_ERR"), device.value("ERR_COUNT")) == (Error.BAD_SETTING, errors)
    assert device.value("CFG_VER") == 2
    device.set("COMMIT", KEY)
    assert Status.CONFIG_ERROR not in decode_result(device.read(None, 16)).status


def test_results_do_not_hide_a_refused_setting(device: Device) -> None:
    device.set("MODE", 9)
    device.set("COMMIT", KEY)
    device.publish(1)
    assert Status.CONFIG_ERROR in decode_result(device.read(None, 16)).status


@pytest.mark.parametrize("name", ["COMMIT", "LOCK"])
@pytest.mark.parametrize("value", [0, 1, 0xA4, 0x5A, 0xFF])
def test_noise_neither_commits_nor_locks(device: Device, name: str, value: int) -> None:
    device.set("DEBOUNCE", 3)
    device.set(name, value)
    assert (device.call("ss_setting", 0x24), device.value("LOCK")) == (1, 0)
    assert device.value("LAST_ERR") == Error.BAD_VALUE


def test_a_locked_sensor_keeps_its_settings(device: Device) -> None:
    device.set("LOCK", KEY)
    before = device.read(0x20, 15)
    for address in range(0x20, 0x2E):
        device.write(address, KEY)
        device.stop()
    assert device.read(0x20, 15) == before and device.value("LOCK") == 1
    assert (device.value("LAST_ERR"), device.value("ERR_COUNT")) == (Error.LOCKED, 14)


def test_settings_are_written_in_one_go(device: Device) -> None:
    settings = bytes([0, 5, 0, 0x80, 2, 1, 7, 1, 0, 60, 0, 0x33])
    device.write(0x20, *settings, KEY)
    device.stop()
    assert bytes(device.call("ss_setting", 0x20 + i) for i in range(12)) == settings


# ------------------------------------------------------------------------------------------------------------ commands


def test_a_command_waits_for_the_sensor(device: Device) -> None:
    assert device.value("CMD_STATE") == CommandState.IDLE
    device.set("CMD", Command.SELF_TEST)
    assert (device.value("CMD"), device.value("CMD_STATE")) == (0, CommandState.BUSY)
    assert device.call("ss_take_command") == Command.SELF_TEST
    device.set("CMD", Command.CLEAR)
    assert (device.value("LAST_ERR"), device.value("CMD_STATE")) == (Error.BUSY, CommandState.BUSY)
    assert device.call("ss_take_command") == Command.SELF_TEST
    device.call("ss_end_command", CommandState.DONE)
    assert (device.value("CMD_STATE"), device.call("ss_take_command")) == (CommandState.DONE, 0)


@pytest.mark.parametrize("command", [0, 5, 0xFF])
def test_an_unknown_command(device: Device, command: int) -> None:
    device.set("CMD", command)
    assert (device.value("CMD_STATE"), device.value("LAST_ERR")) == (CommandState.REFUSED, Error.BAD_COMMAND)
    assert device.call("ss_take_command") == 0


def test_reset_does_not_open_the_lock(device: Device) -> None:
    device.set("LOCK", KEY)
    device.set("CMD", Command.RESET)
    assert (device.value("CMD_STATE"), device.value("LAST_ERR")) == (CommandState.REFUSED, Error.LOCKED)
    device.set("CMD", Command.CLEAR)
    assert device.call("ss_take_command") == Command.CLEAR


def test_the_self_test_is_shown(device: Device) -> None:
    assert device.value("SELFTEST") == 0
    device.call("ss_self_tested", SelfTest.MEMORY)
    assert device.value("SELFTEST") == SelfTest.RUN | SelfTest.MEMORY


def test_the_cause_of_a_reset(lib: ctypes.CDLL) -> None:
    assert Device(lib, ResetCause.WATCHDOG).value("RESET_CAUSE") == ResetCause.WATCHDOG


def test_errors_stay_at_65535(device: Device) -> None:
    for _ in range(65540):
        device.call("ss_report", Error.OVERRUN)
    assert device.value("ERR_COUNT") == 65535


# ----------------------------------------------------------------------------------------------------- texts, the rest


@pytest.mark.parametrize(("selector", "text"), [*enumerate(LABELS), (7, ""), (Text.PRODUCT, "tiny"), (Text.UNITS, "")])
def test_texts(device: Device, selector: int, text: str) -> None:
    device.set("TEXT_SEL", selector)
    data = device.block("TEXT")
    assert data[:2] == bytes([selector, len(text.encode())]) and crc8(data) == 0
    assert data[2:31] == text.encode().ljust(29, b"\0")


def test_what_cannot_be_written(device: Device) -> None:
    """Every address that is no setting, command or selector: refused, counted, and nothing else changes."""
    writable = {r.address + i for r in REGISTERS if r.access != "ro" for i in range(r.size)}
    device.publish(1, 0x80, 160)
    device.read(None, 1)
    before = device.read(0x00, 256)
    others = [address for address in range(256) if address not in writable]
    for address in others:
        device.write(address, KEY)
        device.stop()
    assert (device.value("LAST_ERR"), device.value("ERR_COUNT")) == (Error.READ_ONLY, len(others))
    after = device.read(0x00, 256)
    assert after[:0x33] + after[0x38:] == before[:0x33] + before[0x38:]


@pytest.mark.parametrize("mask", range(8))
def test_the_event_line(lib: ctypes.CDLL, mask: int) -> None:
    device = Device(lib)

    def raised(act: str, *arguments: int) -> bool:
        before = device.call("attention")
        getattr(device, act)(*arguments) if act == "publish" else device.call(act, *arguments)
        after = device.call("attention")
        device.read(None, 1)
        assert before == device.call("attention") == 0, "reading STATUS lowers it"
        return bool(after)

    device.set("INT_MASK", mask)
    device.set("COMMIT", KEY)
    assert raised("publish", 1) == bool(mask & (Event.RESULT | Event.CHANGE))
    assert raised("publish", 1) == bool(mask & Event.RESULT)
    assert raised("ss_withdraw", Status.SENSOR_FAULT) == bool(mask & Event.FAULT)
    assert not raised("ss_withdraw", Status.WARMING_UP)


@given(
    transfers=st.lists(
        st.tuples(st.integers(0, 255), st.binary(max_size=40), st.integers(0, 40), st.booleans()), max_size=30
    )
)
def test_no_traffic_breaks_the_map(lib: ctypes.CDLL, transfers: list[tuple[int, bytes, int, bool]]) -> None:
    """Whatever a host writes, aborts and repeats: constants stay, settings in force are within their limits."""
    device = Device(lib)
    for pointer, data, length, stops in transfers:
        device.write(pointer, *data)
        device.start_read()
        device.take(length)
        if stops:
            device.stop()
    device.stop()
    for name in ("IDENTITY", "MODEL_ID", "BUILD", "CHECK"):
        assert device.block(name) == Device(lib).block(name)
    for b in (b for b in BLOCKS if b.crc):
        assert crc8(device.block(b.name)) == 0
    for r in SETTINGS:
        assert r.limits is not None
        value = device.call("ss_setting_u16" if r.size == 2 else "ss_setting", r.address)
        assert r.limits[0] <= value <= r.limits[1]
    assert register("STATUS").address == 0x10
