"""The suite passes on the sensor, and each of its checks fails on firmware that breaks its promise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from tests import tiny
from tests.proofs.altered import BOARD, altered

from sensorsmith.boards import load_board
from sensorsmith.emulate import CortexM, open_board
from sensorsmith.proofs import CHECKS, Stream, conformance
from sensorsmith.proofs.conformance import run_checks
from sensorsmith.proofs.conformance.host import Host
from sensorsmith.proofs.conformance.results import _series

pytest.importorskip("unicorn")

STREAM = Stream(8, 4, 2)
REGISTERS, UART, DEVICE, SENSOR, POST = "ss_registers.c", "ss_uart.c", "device.c", "sensor.c", "ss_post.h"

# What is broken: file, old text, new text; and which checks see it, and say what.
FAULTS = {
    "no magic": (
        (
            REGISTERS,
            "    r->command = 0;\n    r->attention",
            "    r->map[0] = 0;\n    r->command = 0;\n    r->attention",
        ),
        {
            "identity": r"register 0x00: b'\x00LS1' is not an ML sensor's b'MLS1'; check the bus address",
            "power-on": "MAGIC is 827542528, not 827542605, at power on",
        },
    ),
    "another polynomial": (
        (REGISTERS, "0x31u", "0x07u"),
        {
            "check-sums": "the CRC of IDENTITY is 0x9D, not 0x34",
            "identifiers": "MODEL_ID_CRC is 84, not 217, but the CRC of the 32 bytes of MODEL_ID is",
            "across-blocks": "the CRC of IDENTITY is wrong in a read over all blocks",
            "serial-read": "register 0x1F: the CRC of RESULT is 0xFE",
            "serial-write": "a write to 0x21 is not confirmed",
        },
    ),
    "something in an unused place": (
        (REGISTERS, "    r->seen = 0;\n}", "    r->seen = 0;\n    r->map[0xFE] = 0;\n}"),
        {"unused-addresses": "0xFE reads 0x00, not 0xFF"},
    ),
    "a block is latched from its start only": (
        (REGISTERS, "(uint8_t)(address - blocks[i].start) < blocks[i].size", "address == blocks[i].start"),
        {"short-blocks": "IDENTITY reads otherwise from 0x08 on"},
    ),
    "nothing is latched": (
        (REGISTERS, "if ((uint8_t)(address - bus->latched_from) >= bus->latched_size)", ""),
        {"latch": "register 0x1F: the CRC of RESULT is 0x4E"},
    ),
    "remains of texts": (
        (REGISTERS, "i < size ? content[i] : 0", "i < size ? content[i] : 'x'"),
        {"texts": "behind text 0 there is more than zeros"},
    ),
    "a window is a sample short": (
        (SENSOR, "    filled = 0;\n    unwanted", "    filled = 1;\n    unwanted"),
        {"warming-up": "there is a result before the first window is complete"},
    ),
    "SEQ leaves numbers out": (
        (REGISTERS, "get_u32(map + SS_SEQ) + 1u", "get_u32(map + SS_SEQ) + 2u"),
        {"sequence": "SEQ goes 2, 4, 6, 8 ..."},
    ),
    "CONF is not cut": (
        (POST, "((uint32_t)mean >> 6) & ~(0xFFu >> SS_CONF_BITS_VALUE) & 0xFFu", "((uint32_t)mean >> 6) & 0xFFu"),
        {"class-and-confidence": "CONF is 0x8A, which has more than 4 bits"},
    ),
    "NEW stays": (
        (REGISTERS, "bus->registers->seen = get_u32(bus->latched + (SS_SEQ - SS_RESULT));", ""),
        {"new": "NEW is set when the same result is read again"},
    ),
    "EVENTS forgets": (
        (REGISTERS, "(get_u16(map + SS_EVENTS) | event)", "event"),
        {"sticky-events": "EVENTS is 0x0001, not 0x0003"},
    ),
    "TALLIES counts windows": ((REGISTERS, "named & changed);", "named);"), {"tallies": "TALLIES is [6, 9, 9, 0"}),
    "no threshold": (
        (POST, "ss_choose(sure, best, SS_NONE)", "best + (sure & 0u)"),
        {"threshold": "CLASS is 1 below THRESH"},
    ),
    "no debouncing": (
        (POST, "uint32_t held = (run - set.debounce) >> 31;", "uint32_t held = 0;"),
        {"debounce": "CLASS is 1 after 2 windows of 3"},
    ),
    "RATE is ignored": (
        (SENSOR, "++skipped < every", "++skipped < 1u + 0u * every"),
        {
            "rate": "there is a result before the third window",
            "commit": "RATE 2 is not in force after COMMIT",
            "all-or-nothing": "a setting took effect although COMMIT was refused",
        },
    ),
    "a read begins elsewhere": (
        (REGISTERS, "bus->pointer = SS_RESULT;", "bus->pointer = SS_CONTROL;"),
        {"plain-read": "a plain read gives something else"},
    ),
    "everything can be written": (
        (REGISTERS, "note(r, SS_LAST_ERR_READ_ONLY)", "r->map[address] = byte"),
        {"read-only": "LAST_ERR is 255, not 1, after a write to a read-only register"},
    ),
    "COMMIT is not awaited": (
        (REGISTERS, "r->map[SS_COMMIT] = 1;", "r->settings[address - SS_SETTINGS] = byte; r->map[SS_COMMIT] = 1;"),
        {"staged": "a setting took effect before COMMIT", "cut-write": "half of a setting took effect"},
    ),
    "no upper limits": ((REGISTERS, " || value > limits[i].most", ""), {"limits": "MODE = 2 was accepted"}),
    "any key": (
        (REGISTERS, "else if (byte != SS_KEY)", "else if (byte == 0)"),
        {"wrong-key": "COMMIT is 0, not 1, after 1 was written to it"},
    ),
    "no lock": (
        (REGISTERS, "    if (r->map[SS_LOCK])\n", "    if (0)\n"),
        {"lock": "LAST_ERR is 2, not 4, after a write to what is locked"},
    ),
    "no standby": (
        (DEVICE, "(single || ss_setting(&registers, SS_MODE) == SS_MODE_CONTINUOUS)", "1"),
        {"standby": "there is a result in standby"},
    ),
    "any command": (
        (REGISTERS, "command > SS_CMD_RESET", "command > 250u"),
        {"unknown-command": "CMD_STATE is 1, not 3, after command 5"},
    ),
    "SINGLE goes on": ((DEVICE, "        single = 0;\n", ""), {"single": "SEQ is 3 after SINGLE"}),
    "another model": (
        (SENSOR, "hash == SS_KNOWN_ANSWER", "hash != SS_KNOWN_ANSWER"),
        {"self-test": "SELFTEST is 13, not 15, after SELF_TEST"},
    ),
    "RESET without a cause": (
        ("port.c", "= SS_RESET_CAUSE_COMMAND;", "= 0;"),
        {"reset": "RESET_CAUSE is 0, not 2, after RESET"},
    ),
    "the pointer goes round elsewhere": (
        (
            REGISTERS,
            "bus->pointer++;\n",
            "bus->pointer;\n    bus->pointer = (uint8_t)(address == 255u ? 1u : address + 1u);\n",
        ),
        {
            "wrap-around": "a read over 0xFF goes on somewhere else",
            "lengths": "a read of 600 bytes does not go round",
        },
    ),
    "a repeated start is not seen": (
        (REGISTERS, "bus->awaits_pointer = 1;", "bus->awaits_pointer = bus->latched_size == 0;"),
        {
            "repeated-start": "IDENTITY reads otherwise behind a repeated start",
            "aborted": "transfer 2 broken off changed a register",
        },
    ),
    "frames are not checked": (
        (UART, "expected == 0 || ss_crc8(u->frame, (uint8_t)(size - 1)) != u->frame[size - 1]", "expected == 0"),
        {"serial-errors": "the frame 578001f03f is answered"},
    ),
    "noise stays": (
        (UART, "    u->size = 0;\n    if", "    u->size = expected == 0;\n    if"),
        {"serial-noise": "4 bytes from 0x00 are not answered"},
    ),
}
# Faults that do not disturb each other share an image, to save compiling.
IMAGES = (
    ("no magic", "remains of texts", "CONF is not cut", "NEW stays", "any command", "no upper limits"),
    ("EVENTS forgets", "TALLIES counts windows", "any key", "SINGLE goes on", "another model", "no threshold"),
    ("something in an unused place", "RESET without a cause", "frames are not checked", "no lock"),
    ("a block is latched from its start only", "a window is a sample short", "noise stays"),
    ("SEQ leaves numbers out", "everything can be written", "the pointer goes round elsewhere"),
    ("no debouncing", "RATE is ignored", "a repeated start is not seen"),
    ("COMMIT is not awaited", "no standby"),
    ("another polynomial",),
    ("nothing is latched",),
    ("a read begins elsewhere",),
)


@pytest.fixture
def board(tiny_elf: bytes) -> Iterator[CortexM]:
    with open_board(BOARD, tiny_elf, tiny.SHAPE) as opened:
        yield opened


def test_the_sensor_conforms(board: CortexM) -> None:
    findings = conformance(board, STREAM)
    assert [f.name for f in findings if f.verdict != "passed"] == []
    assert len(findings) == len(CHECKS) == len({check.name for check in CHECKS})


def test_so_does_a_pico_over_its_own_i2c(pico_elf: bytes) -> None:
    with open_board(load_board("pico"), pico_elf, tiny.SHAPE) as pico:
        findings = conformance(pico, STREAM)
    assert [f for f in findings if f.verdict != "passed"] == []


@pytest.mark.parametrize("image", IMAGES, ids=lambda names: names[0])
def test_faults_are_found(image: tuple[str, ...]) -> None:
    expected = {check: detail for name in image for check, detail in FAULTS[name][1].items()}
    wanted = [check for check in CHECKS if check.name in expected]
    with open_board(BOARD, altered(*(FAULTS[name][0] for name in image)), tiny.SHAPE) as opened:
        findings = run_checks(opened, STREAM, wanted)
    assert {f.name: (f.verdict, f.detail[: len(expected[f.name])]) for f in findings} == {
        name: ("failed", detail) for name, detail in expected.items()
    }


class _KeepsAll(CortexM):
    """A sensor whose registers outlive the power."""

    def reset(self) -> None:
        pass


def test_what_outlives_the_power_is_found(tiny_elf: bytes) -> None:
    with _KeepsAll(BOARD, tiny_elf, tiny.SHAPE) as opened:
        (finding,) = run_checks(opened, STREAM, [check for check in CHECKS if check.name == "power-cut"])
    assert (finding.verdict, finding.detail) == ("failed", "a register is not as at power on")


def test_every_check_is_shown_to_fail() -> None:
    shown = {check for name in FAULTS for check in FAULTS[name][1]} | {"power-cut"}
    assert {check.name for check in CHECKS} == shown
    assert {name for image in IMAGES for name in image} == set(FAULTS)


class _WholeTransactions:
    """A board that gives no phases."""

    def __init__(self, board: CortexM) -> None:
        self.reset, self.read, self.write, self.uart, self.feed = (
            board.reset,
            board.read,
            board.write,
            board.uart,
            board.feed,
        )


def test_what_a_board_cannot_do_is_not_run(board: CortexM) -> None:
    findings = conformance(_WholeTransactions(board), STREAM)  # type: ignore[arg-type]
    left_out = {f.name: f.detail for f in findings if f.verdict == "not run"}
    assert left_out == dict.fromkeys(
        ("power-cut", "cut-write", "latch", "repeated-start", "aborted"), "this board takes whole transactions only"
    )
    assert not [f for f in findings if f.verdict == "failed"]


def test_firmware_that_crashes_fails_and_the_next_check_runs() -> None:
    crash = altered((SENSOR, "        lose(r);", '        lose(r);\n    if (every == 3) __asm__ volatile("udf #0");'))
    wanted = [check for check in CHECKS if check.name in ("rate", "plain-read")]
    with open_board(BOARD, crash, tiny.SHAPE) as opened:
        rate, plain = run_checks(opened, STREAM, wanted)
    assert rate.verdict == "failed" and "the firmware stopped at 0x" in rate.detail
    assert plain.verdict == "passed"


def test_signals_reach_several_classes(board: CortexM) -> None:
    """Checks of EVENTS and TALLIES are worth little otherwise."""
    assert len({found.class_index for found in _series(Host(board, STREAM))}) >= 2


def test_samples_reach_no_end_of_the_range(board: CortexM) -> None:
    host = Host(board, STREAM)
    seen: npt.NDArray[np.int16] = np.concatenate([host.samples(100) for _ in range(100)])
    assert seen.min() > -32768 and seen.max() < 32767
