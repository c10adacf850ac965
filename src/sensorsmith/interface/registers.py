"""MLS1, the register map of every sensor, as one table.

The C header, the documentation, the decoders and the information budget are all made from it. An address is one
byte; the pointer advances by itself; numbers are little-endian; no block is longer than 32 bytes, because that is
what the smallest hosts can hold; every address outside the blocks reads 0xFF. A read begins with a copy of the block
that it points into, so that no host sees half of one state and half of another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, IntFlag
from typing import Literal

MAGIC = b"MLS1"
VERSION = (1, 0)
"""Major and minor version of the map. A new minor version only adds to it."""
NONE = 0xFF
"""Read from CLASS and COUNT when there is none, and from every address outside the blocks."""


class Modality(IntEnum):
    AUDIO = 1
    IMAGE = 2
    MOTION = 3
    ENVIRONMENT = 4


class Task(IntEnum):
    CLASSIFY = 1
    COUNT = 2
    REGRESS = 3
    ANOMALY = 4
    EVENT = 5


class Mode(IntEnum):
    """What the sensor does between commands."""

    STANDBY = 0
    CONTINUOUS = 1


class Command(IntEnum):
    SINGLE = 1
    SELF_TEST = 2
    CLEAR = 3
    RESET = 4


class CommandState(IntEnum):
    IDLE = 0
    BUSY = 1
    DONE = 2
    REFUSED = 3


class Error(IntEnum):
    """What went wrong last, as LAST_ERR has it."""

    NONE = 0
    READ_ONLY = 1
    BAD_VALUE = 2
    BAD_SETTING = 3
    LOCKED = 4
    BAD_COMMAND = 5
    BUSY = 6
    SENSOR_FAULT = 7
    OVERRUN = 8
    SELF_TEST = 9


class ResetCause(IntEnum):
    POWER_ON = 0
    WATCHDOG = 1
    COMMAND = 2


class SelfTest(IntFlag):
    """What has passed. A self test that has run and has not passed everything says so by the missing bits."""

    RUN = 0x01
    KNOWN_ANSWER = 0x02
    MEMORY = 0x04
    TRANSDUCER = 0x08


class Event(IntFlag):
    """What raises the event line."""

    RESULT = 0x01
    CHANGE = 0x02
    FAULT = 0x04


class Text(IntEnum):
    """What TEXT_SEL selects beside the label of a class."""

    PRODUCT = 0xF0
    DATASHEET = 0xF1
    UNITS = 0xF2


KEY = 0xA5
"""Written to COMMIT and to LOCK; any other value is refused, so that noise on the bus does neither."""

RECORDER = 0xFFFE
"""PRODUCT of firmware that gives its signal to the host, to record it: whatever its maker, no ML sensor."""


class Status(IntFlag):
    VALID = 0x01
    NEW = 0x02
    WARMING_UP = 0x04
    SENSOR_FAULT = 0x08
    OUT_OF_RANGE = 0x10
    ABSTAIN = 0x20
    OVERRUN = 0x40
    CONFIG_ERROR = 0x80


class Capability(IntFlag):
    INTERRUPT = 0x01
    DUTY_CYCLE = 0x02
    SELF_TEST = 0x04
    COUNTERS = 0x08
    SIGNED_UPDATE = 0x10


Type = Literal["ascii", "u8", "u16", "u32", "bytes", "utf8"]
Access = Literal["ro", "rw", "wo"]
Privacy = Literal["stores", "biometric", "raw"]
Codes = type[IntEnum]
Carries = Literal["constant", "host", "clock", "history", "class", "confidence", "range"]
"""What a host learns from a register: nothing that changes; what a host itself wrote or caused; functions of the clock
and of the host's own reading; what earlier reads of other registers told already; the class; the confidence; whether
the signal left the range."""


@dataclass(frozen=True)
class Bit:
    """A named bit, or field of bits, of a register."""

    mask: int
    name: str
    meaning: str


@dataclass(frozen=True)
class Register:
    """One register.

    Attributes:
        size: in bytes.
        reset: value at power on; None when it depends on the sensor.
        carries: what a host can learn from it; the information budget is the sum over the table.
        limits: smallest and largest value that COMMIT accepts, for a setting.
        codes: the values that have names, for a register that is not a number.
        privacy: `stores` keeps something about the past, `biometric` tells who a person is, `raw` is a signal.
    """

    address: int
    name: str
    size: int
    type: Type
    meaning: str
    reset: int | None = None
    carries: Carries = "constant"
    access: Access = "ro"
    bits: tuple[Bit, ...] = ()
    limits: tuple[int, int] | None = None
    codes: Codes | None = None
    privacy: frozenset[Privacy] = frozenset()

    @property
    def named(self) -> tuple[IntEnum, ...]:
        """The values that have names."""
        return tuple(self.codes) if self.codes else ()


@dataclass(frozen=True)
class Block:
    """Registers that are read in one go. With `crc`, the last byte is the CRC-8 of all bytes before it."""

    name: str
    meaning: str
    registers: tuple[Register, ...]
    crc: bool

    @property
    def start(self) -> int:
        return self.registers[0].address

    @property
    def size(self) -> int:
        return sum(register.size for register in self.registers)

    @property
    def addresses(self) -> str:
        """The first and the last address."""
        return f"0x{self.start:02X} to 0x{self.start + self.size - 1:02X}"

    @property
    def access(self) -> Access:
        """`rw` when a host may write any of it."""
        return "ro" if all(register.access == "ro" for register in self.registers) else "rw"

    @property
    def privacy(self) -> frozenset[Privacy]:
        """The tags of all its registers."""
        return frozenset().union(*(register.privacy for register in self.registers))


def _written(*registers: Register) -> tuple[Register, ...]:
    """Registers of which a host learns only what it wrote."""
    return tuple(replace(r, access="rw", carries="host") for r in registers)


_STATUS_BITS = (
    Bit(Status.VALID, "VALID", "CLASS and CONF are a result"),
    Bit(Status.NEW, "NEW", "STATUS of this result is read for the first time"),
    Bit(Status.WARMING_UP, "WARMING_UP", "the first window is not complete"),
    Bit(Status.SENSOR_FAULT, "SENSOR_FAULT", "the transducer does not answer, or a self test failed"),
    Bit(Status.OUT_OF_RANGE, "OUT_OF_RANGE", "since the last result the signal reached an end of the range"),
    Bit(Status.ABSTAIN, "ABSTAIN", "too uncertain to name a class"),
    Bit(Status.OVERRUN, "OVERRUN", "samples were lost before this result"),
    Bit(Status.CONFIG_ERROR, "CONFIG_ERROR", "the last COMMIT was refused; the settings before it are in force"),
)
_CAPABILITY_BITS = (
    Bit(Capability.INTERRUPT, "INTERRUPT", "has an event line"),
    Bit(Capability.DUTY_CYCLE, "DUTY_CYCLE", "can sleep between windows"),
    Bit(Capability.SELF_TEST, "SELF_TEST", "can test itself"),
    Bit(Capability.COUNTERS, "COUNTERS", "counts events by class"),
    Bit(Capability.SIGNED_UPDATE, "SIGNED_UPDATE", "accepts signed firmware; otherwise none"),
)
_EVENT_BITS = (
    Bit(Event.RESULT, "RESULT", "a new result"),
    Bit(Event.CHANGE, "CHANGE", "a result whose CLASS is not that of the result before"),
    Bit(Event.FAULT, "FAULT", "a fault"),
)
_SELF_TEST_BITS = (
    Bit(SelfTest.RUN, "RUN", "a self test has run"),
    Bit(SelfTest.KNOWN_ANSWER, "KNOWN_ANSWER", "the model gave the known answer to the known input"),
    Bit(SelfTest.MEMORY, "MEMORY", "the memory of the samples passed a march test"),
    Bit(SelfTest.TRANSDUCER, "TRANSDUCER", "the transducer answered"),
)
_STORES: frozenset[Privacy] = frozenset({"stores"})
_CAPABILITIES = Capability.INTERRUPT | Capability.DUTY_CYCLE | Capability.SELF_TEST | Capability.COUNTERS
TALLIES = 31
"""Classes that are counted one by one; the last counter has its class and all above."""
TEXT_BYTES = 29
"""Longest text, in bytes of UTF-8."""

BLOCKS: tuple[Block, ...] = (
    Block(
        "IDENTITY",
        "what the sensor is",
        (
            Register(0x00, "MAGIC", 4, "ascii", "`MLS1`: this is an ML sensor", int.from_bytes(MAGIC, "little")),
            Register(0x04, "IF_VER", 2, "u16", "version of this map: major, minor", VERSION[0] | VERSION[1] << 8),
            Register(0x06, "VENDOR", 2, "u16", "maker; 0xFFFF for hobbyists and learners"),
            Register(0x08, "PRODUCT", 2, "u16", "product of that maker; 0xFFFE is no sensor, but a recorder"),
            Register(0x0A, "MODALITY", 1, "u8", "what is sensed", codes=Modality),
            Register(0x0B, "TASK", 1, "u8", "what is reported", codes=Task),
            Register(0x0C, "N_CLASS", 1, "u8", "number of classes"),
            Register(0x0D, "CONF_BITS", 1, "u8", "significant bits of CONF"),
            Register(0x0E, "CAPS", 1, "u8", "capabilities", int(_CAPABILITIES), bits=_CAPABILITY_BITS),
            Register(0x0F, "IDENTITY_CRC", 1, "u8", "CRC-8 of 0x00 to 0x0E"),
        ),
        crc=True,
    ),
    Block(
        "RESULT",
        "the latest result",
        (
            Register(0x10, "STATUS", 1, "u8", "state of the result", Status.WARMING_UP, "range", bits=_STATUS_BITS),
            Register(0x11, "CLASS", 1, "u8", "class; 255 when there is none", NONE, "class"),
            Register(0x12, "CONF", 1, "u8", "confidence in 1/256; bits below CONF_BITS are 0", 0, "confidence"),
            Register(0x13, "COUNT", 1, "u8", "number of things counted; 255 when none are", NONE),
            Register(0x14, "SEQ", 4, "u32", "number of the result; 0 before the first", 0, "clock"),
            Register(
                0x18, "TIME_MS", 4, "u32", "end of the window since power on, in ms of the sampling clock", 0, "clock"
            ),
            Register(
                0x1C,
                "EVENTS",
                2,
                "u16",
                "classes reported since power on or CLEAR: one bit each; bit 15 is class 15 and all above",
                0,
                "history",
                privacy=_STORES,
            ),
            Register(0x1E, "PERIOD_DS", 1, "u8", "time between windows in 0.1 s, at least 1; 255 is 25.5 s and longer"),
            Register(0x1F, "RESULT_CRC", 1, "u8", "CRC-8 of 0x10 to 0x1E", None, "history"),
        ),
        crc=True,
    ),
    Block(
        "CONFIG",
        "the settings",
        (
            *_written(
                Register(
                    0x20, "MODE", 1, "u8", "what it does without a command", Mode.CONTINUOUS, limits=(0, 1), codes=Mode
                ),
                Register(0x21, "RATE", 2, "u16", "one result for so many windows", 1, limits=(1, 0xFFFF)),
                Register(
                    0x23, "THRESH", 1, "u8", "smallest CONF, in 1/256, with which a class is named", limits=(0, 255)
                ),
                Register(
                    0x24,
                    "DEBOUNCE",
                    1,
                    "u8",
                    "a class is reported when it was found so many times in a row",
                    limits=(1, 32),
                ),
                Register(
                    0x25,
                    "SMOOTHING",
                    1,
                    "u8",
                    "scores are averaged: a new one counts for 1 / 2^SMOOTHING",
                    limits=(0, 6),
                ),
                Register(0x26, "INT_MASK", 1, "u8", "what raises the event line", 0, bits=_EVENT_BITS, limits=(0, 7)),
                Register(0x27, "INT_POL", 1, "u8", "level of a raised event line: 0 low, 1 high", 0, limits=(0, 1)),
                Register(0x28, "LED", 1, "u8", "1: the light is on while the sensor senses", 1, limits=(0, 1)),
                Register(0x29, "SLEEP_S", 2, "u16", "seconds of sleep after each result", 0, limits=(0, 0xFFFF)),
                Register(0x2B, "ADDR", 1, "u8", "address on the bus", limits=(0x08, 0x77)),
                Register(0x2C, "COMMIT", 1, "u8", "0xA5 puts the settings in force; reads 1 while they are not", 0),
                Register(0x2D, "LOCK", 1, "u8", "0xA5 refuses every change until power is off; reads 1 when locked", 0),
            ),
            Register(0x2E, "CFG_VER", 1, "u8", "counts what COMMIT has put in force", 0, "host"),
            Register(0x2F, "CONFIG_CRC", 1, "u8", "CRC-8 of 0x20 to 0x2E", None, "host"),
        ),
        crc=True,
    ),
    Block(
        "CONTROL",
        "commands, and how the sensor is",
        (
            Register(0x30, "CMD", 1, "u8", "a command; reads 0", 0, "host", "wo", codes=Command),
            Register(0x31, "CMD_STATE", 1, "u8", "what became of it", 0, "host", codes=CommandState),
            Register(0x32, "SELFTEST", 1, "u8", "what the last self test found", 0, "clock", bits=_SELF_TEST_BITS),
            Register(0x33, "LAST_ERR", 1, "u8", "what went wrong last", 0, "clock", codes=Error),
            Register(0x34, "ERR_COUNT", 2, "u16", "errors since power on; stays at 65535", 0, "clock"),
            Register(0x36, "RESET_CAUSE", 1, "u8", "why it started", 0, "clock", codes=ResetCause),
            Register(0x37, "CONTROL_CRC", 1, "u8", "CRC-8 of 0x30 to 0x36", None, "clock"),
        ),
        crc=True,
    ),
    Block(
        "MODEL_ID",
        "which model it runs",
        (Register(0x40, "MODEL_ID", 32, "bytes", "SHA-256 of the compiled model"),),
        crc=False,
    ),
    Block(
        "BUILD",
        "which datasheet and firmware it has",
        (
            Register(0x60, "DOC_ID", 16, "bytes", "first half of the SHA-256 of the datasheet; 0 before there is one"),
            Register(
                0x70, "FW_ID", 16, "bytes", "first half of the SHA-256 of the firmware with DOC_ID and FW_ID as 0"
            ),
        ),
        crc=False,
    ),
    Block(
        "TEXT",
        "labels of the classes and other texts",
        (
            Register(0x80, "TEXT_SEL", 1, "u8", "a class, for its label, or another text", 0, "host", "rw", codes=Text),
            Register(0x81, "TEXT_LENGTH", 1, "u8", "bytes of the text; 0 when there is none"),
            Register(0x82, "TEXT_UTF8", TEXT_BYTES, "utf8", "the text, then zeros"),
            Register(0x9F, "TEXT_CRC", 1, "u8", "CRC-8 of 0x80 to 0x9E"),
        ),
        crc=True,
    ),
    Block(
        "TALLY",
        "how often each class began",
        (
            Register(
                0xA0,
                "TALLIES",
                TALLIES,
                "bytes",
                "how often each class began to be reported, since power on or CLEAR; stays at 255",
                0,
                "history",
                privacy=_STORES,
            ),
            Register(0xBF, "TALLY_CRC", 1, "u8", "CRC-8 of 0xA0 to 0xBE", None, "history"),
        ),
        crc=True,
    ),
    Block(
        "CHECK",
        "check sums of MODEL_ID and BUILD",
        (
            Register(0xC0, "MODEL_ID_CRC", 1, "u8", "CRC-8 of MODEL_ID"),
            Register(0xC1, "BUILD_CRC", 1, "u8", "CRC-8 of DOC_ID and FW_ID"),
            Register(0xC2, "CHECK_CRC", 1, "u8", "CRC-8 of 0xC0 to 0xC1"),
        ),
        crc=True,
    ),
)

REGISTERS: tuple[Register, ...] = tuple(register for block in BLOCKS for register in block.registers)
"""Every register, by address."""
SETTINGS: tuple[Register, ...] = tuple(register for register in REGISTERS if register.limits is not None)
"""What COMMIT puts in force, by address, without a gap."""


def block(name: str) -> Block:
    """The block of this name."""
    return next(b for b in BLOCKS if b.name == name)


def register(name: str) -> Register:
    """The register of this name."""
    return next(r for r in REGISTERS if r.name == name)
