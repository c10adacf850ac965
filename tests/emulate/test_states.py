"""When the sensor senses, rests, stands by, tests itself or is out of order: main.c on an emulated Cortex-M4."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from tests import tiny

from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM, open_board
from sensorsmith.firmware import build, port, read_elf
from sensorsmith.interface import (
    KEY,
    Command,
    CommandState,
    Error,
    Event,
    Mode,
    Post,
    ResetCause,
    Result,
    SelfTest,
    Status,
    crc8,
    decode_result,
    register,
)

pytest.importorskip("unicorn")

BOARD = load_board("nucleo-l4r5zi")
ALL = SelfTest.RUN | SelfTest.KNOWN_ANSWER | SelfTest.MEMORY | SelfTest.TRANSDUCER


@pytest.fixture
def board(tiny_elf: bytes) -> Iterator[CortexM]:
    with open_board(BOARD, tiny_elf, tiny.SHAPE) as opened:
        yield opened


def samples(count: int, seed: int = 0) -> npt.NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-32000, 32000, (count, 2)).astype(np.int16)


def value(board: CortexM, name: str) -> int:
    return int.from_bytes(board.read(register(name).address, register(name).size), "little")


def put(board: CortexM, **settings: int) -> None:
    """Write settings and put them in force."""
    for name, number in settings.items():
        board.write(register(name).address, number.to_bytes(register(name).size, "little"))
    board.write(register("COMMIT").address, bytes([KEY]))


def command(board: CortexM, code: Command) -> None:
    board.write(register("CMD").address, bytes([code]))


def result(board: CortexM) -> Result:
    return decode_result(board.read(None, 16))


# ----------------------------------------------------------------------------------------- standby, single, duty cycle


def test_standby_stops_the_transducer(board: CortexM) -> None:
    assert board.peek(port.SAMPLING) == 1
    put(board, MODE=Mode.STANDBY)
    assert board.peek(port.SAMPLING) == 0
    board.feed(samples(100))
    assert result(board).sequence == 0
    put(board, MODE=Mode.CONTINUOUS)
    assert board.peek(port.SAMPLING) == 1 and result(board).status == Status.WARMING_UP
    board.feed(samples(8))
    assert result(board).sequence == 1


def test_the_last_result_can_be_read_in_standby(board: CortexM) -> None:
    board.feed(samples(8))
    before = result(board)
    put(board, MODE=Mode.STANDBY)
    assert replace(result(board), status=before.status) == before


def test_a_single_shot_in_standby(board: CortexM) -> None:
    put(board, MODE=Mode.STANDBY)
    command(board, Command.SINGLE)
    assert value(board, "CMD_STATE") == CommandState.BUSY and board.peek(port.SAMPLING) == 1
    board.feed(samples(7))
    assert value(board, "CMD_STATE") == CommandState.BUSY
    board.feed(samples(20))
    assert value(board, "CMD_STATE") == CommandState.DONE and board.peek(port.SAMPLING) == 0
    assert (result(board).sequence, Status.VALID in result(board).status) == (1, True)


def test_a_single_shot_begins_with_the_next_sample(board: CortexM) -> None:
    old, new = samples(6, 1), samples(8, 2)
    board.feed(old)
    command(board, Command.SINGLE)
    board.feed(new)
    expected = tiny.scores(tiny.features(new[None]))[0]
    assert result(board).class_index == int(expected.argmax())
    assert result(board).sequence == 1
    board.feed(samples(4))
    assert result(board).sequence == 2, "it goes on in continuous mode"


def test_a_rate_leaves_windows_out(board: CortexM) -> None:
    put(board, RATE=3)
    board.feed(samples(8 + 4 * 9))
    assert (result(board).sequence, result(board).time) == (3, (8 + 4 * 8) * 0.02)


def test_sleep_after_each_result(board: CortexM) -> None:
    """50 samples a second: one result, 2 s without the transducer, a new window, and so on."""
    put(board, SLEEP_S=2)
    board.feed(samples(8))
    assert result(board).sequence == 1 and board.peek(port.SAMPLING) == 0
    board.feed(samples(99))
    assert board.peek(port.SAMPLING) == 0
    board.feed(samples(1))
    assert board.peek(port.SAMPLING) == 1
    assert Status.VALID in result(board).status, "the result stays until the next"
    stream = samples(8, 5)
    board.feed(stream)
    assert (result(board).sequence, result(board).time) == (2, 2.32)
    assert result(board).class_index == int(tiny.scores(tiny.features(stream[None]))[0].argmax())
    board.feed(samples(100 + 8))
    assert result(board).sequence == 3, "a stream in one piece is cut in the same places"


# ---------------------------------------------------------------------------------------------------- what is reported


def test_threshold_debounce_and_smoothing_are_those_of_the_twin(board: CortexM) -> None:
    stream = samples(8 + 4 * 60, 3)
    windows = np.stack([stream[at : at + 8] for at in range(0, 4 * 61, 4)])
    put(board, THRESH=0x80, DEBOUNCE=2, SMOOTHING=1)
    twin = Post(4, 0x80, 2, 1)
    expected = [twin(row) for row in tiny.scores(tiny.features(windows))]
    told = []
    for at in (8, *([4] * 60)):
        board.feed(stream[:at])
        stream = stream[at:]
        told.append(tuple(board.read(0x11, 2)))
    assert told == expected
    assert {c for c, _ in expected} >= {0, 1, 255}


def test_settings_of_sensor_yaml_are_in_force_at_power_on() -> None:
    outputs = tiny.SENSOR.outputs.model_copy(update={"threshold": 0.5, "debounce": 3, "smoothing": 2})
    sensor = tiny.SENSOR.model_copy(update={"outputs": outputs})
    with open_board(BOARD, build(sensor, BOARD, tiny.SOURCES, tiny.FACTS).elf, tiny.SHAPE) as board:
        assert [value(board, name) for name in ("THRESH", "DEBOUNCE", "SMOOTHING", "ADDR")] == [128, 3, 2, 0x2A]


@pytest.mark.parametrize(("extreme", "expected"), [(32767, True), (-32768, True), (32766, False), (-32767, False)])
def test_a_signal_at_the_end_of_its_range(board: CortexM, extreme: int, expected: bool) -> None:
    stream = samples(8)
    stream[3, 1] = extreme
    board.feed(stream)
    assert (Status.OUT_OF_RANGE in result(board).status) is expected
    board.feed(samples(4))
    assert Status.OUT_OF_RANGE not in result(board).status


# -------------------------------------------------------------------------------------------------------------- faults


def test_lost_samples_start_the_window_again(board: CortexM) -> None:
    board.feed(samples(6))
    board.poke(port.LOST, 10)
    stream = samples(8, 4)
    board.feed(stream[:4])  # the first samples behind the gap tell that there was one
    seen = result(board)
    assert seen.sequence == 0
    board.feed(np.concatenate([stream[4:], stream[:4]]))
    seen = result(board)
    assert seen.sequence == 1 and Status.OVERRUN in seen.status
    assert value(board, "LAST_ERR") == Error.OVERRUN and value(board, "ERR_COUNT") == 1
    board.feed(samples(4))
    assert Status.OVERRUN not in result(board).status


def test_time_goes_on_over_lost_samples(board: CortexM) -> None:
    board.feed(samples(8))
    board.poke(port.LOST, 5000)
    board.feed(samples(1))
    board.feed(samples(8))
    assert result(board).time == pytest.approx((8 + 5000 + 1 + 8) * 0.02)


def test_a_transducer_that_falls_silent_and_comes_back(board: CortexM) -> None:
    board.feed(samples(8))
    board.poke(port.SILENT, 1)
    seen = result(board)
    assert seen.status == Status.SENSOR_FAULT and seen.class_index is None
    assert value(board, "LAST_ERR") == Error.SENSOR_FAULT
    board.feed(samples(40))
    assert result(board).status == Status.SENSOR_FAULT
    board.poke(port.SILENT, 0)
    assert result(board).status == Status.WARMING_UP
    board.feed(samples(8))
    assert Status.VALID in result(board).status


# ------------------------------------------------------------------------------------------------------------ commands


def test_the_self_test_passes(board: CortexM) -> None:
    board.feed(samples(8))
    command(board, Command.SELF_TEST)
    assert (value(board, "CMD_STATE"), value(board, "SELFTEST")) == (CommandState.DONE, ALL)
    board.feed(samples(8))
    assert result(board).sequence == 2


def test_a_self_test_that_fails() -> None:
    wrong = tiny.SOURCES["tiny.c"].replace("sum += weights", "sum -= weights")
    assert wrong != tiny.SOURCES["tiny.c"]
    image = build(tiny.SENSOR, BOARD, tiny.SOURCES | {"tiny.c": wrong}, tiny.FACTS)
    with open_board(BOARD, image.elf, tiny.SHAPE) as board:
        command(board, Command.SELF_TEST)
        assert value(board, "SELFTEST") == ALL & ~SelfTest.KNOWN_ANSWER
        assert result(board).status == Status.SENSOR_FAULT and value(board, "LAST_ERR") == Error.SELF_TEST
        board.feed(samples(40))
        assert result(board).sequence == 0, "nothing is reported that could be wrong"


def test_after_a_failed_self_test_a_single_shot_is_refused_and_another_self_test_is_not(board: CortexM) -> None:
    board.poke(port.SILENT, 1)
    command(board, Command.SELF_TEST)
    command(board, Command.SINGLE)
    assert (value(board, "CMD_STATE"), value(board, "LAST_ERR")) == (CommandState.REFUSED, Error.SELF_TEST)
    board.poke(port.SILENT, 0)
    command(board, Command.SELF_TEST)
    assert (value(board, "CMD_STATE"), value(board, "SELFTEST")) == (CommandState.DONE, ALL)
    command(board, Command.SINGLE)
    board.feed(samples(8))
    assert (value(board, "CMD_STATE"), result(board).sequence) == (CommandState.DONE, 1)


def test_a_self_test_without_transducer(board: CortexM) -> None:
    board.poke(port.SILENT, 1)
    command(board, Command.SELF_TEST)
    assert value(board, "SELFTEST") == ALL & ~SelfTest.TRANSDUCER
    board.poke(port.SILENT, 0)
    command(board, Command.SELF_TEST)
    assert value(board, "SELFTEST") == ALL
    board.feed(samples(8))
    assert result(board).sequence == 1


def test_clear(board: CortexM) -> None:
    board.feed(samples(80))
    assert result(board).events and any(board.read(0xA0, 3))
    command(board, Command.CLEAR)
    assert result(board).events == 0 and not any(board.read(0xA0, 3))
    assert value(board, "CMD_STATE") == CommandState.DONE


def test_reset_by_command(board: CortexM) -> None:
    before = board.read(0x00, 256)
    board.feed(samples(80))
    put(board, DEBOUNCE=4)
    command(board, Command.RESET)
    after = board.read(0x00, 256)
    cause = register("RESET_CAUSE").address
    assert after[cause] == ResetCause.COMMAND
    assert after[:cause] == before[:cause] and after[cause + 2 :] == before[cause + 2 :]
    board.feed(samples(8))
    assert result(board).sequence == 1


# --------------------------------------------------------------------------------------------- light, line and address


def test_the_light_is_on_while_it_senses(board: CortexM) -> None:
    assert board.peek(port.LIGHT) == 1
    put(board, MODE=Mode.STANDBY)
    assert board.peek(port.LIGHT) == 0
    put(board, MODE=Mode.CONTINUOUS, LED=0)
    assert board.peek(port.LIGHT) == 0


@pytest.mark.parametrize("polarity", [0, 1])
def test_the_event_line(board: CortexM, polarity: int) -> None:
    put(board, INT_POL=polarity, INT_MASK=Event.RESULT)
    assert board.peek(port.LINE) == 1 - polarity
    board.feed(samples(8))
    assert board.peek(port.LINE) == polarity
    result(board)
    assert board.peek(port.LINE) == 1 - polarity


def test_the_address_follows_its_setting(board: CortexM) -> None:
    assert board.peek(port.ADDRESS) == 0x2A
    put(board, ADDR=0x33)
    assert board.peek(port.ADDRESS) == 0x33


# --------------------------------------------------------------------------------------------------- what is forgotten


@pytest.mark.parametrize("way", ["standby", "self test", "sleep"])
def test_nothing_of_the_signal_is_left(board: CortexM, tiny_elf: bytes, way: str) -> None:
    """No two bytes of the samples stand anywhere in RAM once the transducer has been stopped."""
    stream = np.arange(0x4141, 0x4141 + 16, dtype=np.int16).reshape(8, 2)
    if way == "sleep":
        put(board, SLEEP_S=60)
    board.feed(stream[:7])
    ram = (BOARD.ram.start, read_elf(tiny_elf).symbol("ss_bss_end").address - BOARD.ram.start)
    (memory,) = board.do([("read", *ram)], "looking")
    assert stream.tobytes()[:8] in memory
    if way == "sleep":
        board.feed(stream[7:])
    elif way == "standby":
        put(board, MODE=Mode.STANDBY)
    else:
        command(board, Command.SELF_TEST)
    (memory,) = board.do([("read", BOARD.ram.start, BOARD.ram.size)], "looking")
    found = [at for at in range(0, len(stream.tobytes()), 2) if stream.tobytes()[at : at + 4] in memory]
    assert found == []


# --------------------------------------------------------------------------------------------------------- serial line


def test_the_serial_line_reads_what_i2c_reads(board: CortexM) -> None:
    board.feed(samples(8))
    board.read(None, 1)
    for at in range(0, 256, 32):
        request = bytes([ord("R"), at, 32])
        reply = board.uart(request + bytes([crc8(request)]))
        assert crc8(reply) == 0 and reply[:3] == bytes([ord("r"), at, 32])
        assert reply[3:-1] == board.read(at, 32)
