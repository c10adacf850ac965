"""MLS1, the register map of every sensor, as one table.

The C header, the documentation, the decoders and the information budget are all made from it. An address is one
byte; the pointer advances by itself; numbers are little-endian; no block is longer than 32 bytes, because that is
what the smallest hosts can hold; every address outside the blocks reads 0xFF.
"""

from __future__ import annotations

from dataclasses import dataclass
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


Type = Literal["ascii", "u8", "u16", "u32", "bytes"]
Access = Literal["ro", "rw", "wo"]
Privacy = Literal["stores", "biometric", "raw"]
Carries = Literal["constant", "clock", "history", "class", "confidence"]
"""What a host learns from a register: nothing that changes; functions of the clock and of the host's own reading;
what earlier reads of other registers told already; the class; the confidence."""


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
    privacy: frozenset[Privacy] = frozenset()


@dataclass(frozen=True)
class Block:
    """Registers that are read in one go. With `crc`, the last byte is the CRC-8 of all bytes before it."""

    name: str
    registers: tuple[Register, ...]
    crc: bool

    @property
    def start(self) -> int:
        return self.registers[0].address

    @property
    def size(self) -> int:
        return sum(register.size for register in self.registers)


_STATUS_BITS = (
    Bit(Status.VALID, "VALID", "CLASS and CONF are a result"),
    Bit(Status.NEW, "NEW", "STATUS of this result is read for the first time"),
    Bit(Status.WARMING_UP, "WARMING_UP", "the first window is not complete"),
    Bit(Status.SENSOR_FAULT, "SENSOR_FAULT", "the transducer does not answer"),
    Bit(Status.OUT_OF_RANGE, "OUT_OF_RANGE", "the signal left the range of the transducer"),
    Bit(Status.ABSTAIN, "ABSTAIN", "too uncertain to name a class"),
    Bit(Status.OVERRUN, "OVERRUN", "samples were lost"),
    Bit(Status.CONFIG_ERROR, "CONFIG_ERROR", "a setting was refused"),
)
_CAPABILITY_BITS = (
    Bit(Capability.INTERRUPT, "INTERRUPT", "has an event line"),
    Bit(Capability.DUTY_CYCLE, "DUTY_CYCLE", "can sleep between windows"),
    Bit(Capability.SELF_TEST, "SELF_TEST", "can test itself"),
    Bit(Capability.COUNTERS, "COUNTERS", "counts events by class"),
    Bit(Capability.SIGNED_UPDATE, "SIGNED_UPDATE", "accepts signed firmware; otherwise none"),
)

BLOCKS: tuple[Block, ...] = (
    Block(
        "IDENTITY",
        (
            Register(0x00, "MAGIC", 4, "ascii", "`MLS1`: this is an ML sensor", int.from_bytes(MAGIC, "little")),
            Register(0x04, "IF_VER", 2, "u16", "version of this map: major, minor", VERSION[0] | VERSION[1] << 8),
            Register(0x06, "VENDOR", 2, "u16", "maker; 0xFFFF for hobbyists and learners"),
            Register(0x08, "PRODUCT", 2, "u16", "product of that maker"),
            Register(0x0A, "MODALITY", 1, "u8", "what is sensed: 1 audio, 2 image, 3 motion, 4 environment"),
            Register(0x0B, "TASK", 1, "u8", "what is reported: 1 class, 2 count, 3 quantity, 4 anomaly, 5 event"),
            Register(0x0C, "N_CLASS", 1, "u8", "number of classes"),
            Register(0x0D, "CONF_BITS", 1, "u8", "significant bits of CONF"),
            Register(0x0E, "CAPS", 1, "u8", "capabilities", 0, bits=_CAPABILITY_BITS),
            Register(0x0F, "IDENTITY_CRC", 1, "u8", "CRC-8 of 0x00 to 0x0E"),
        ),
        crc=True,
    ),
    Block(
        "RESULT",
        (
            Register(0x10, "STATUS", 1, "u8", "state of the result", Status.WARMING_UP, "clock", bits=_STATUS_BITS),
            Register(0x11, "CLASS", 1, "u8", "class; 255 when there is none", NONE, "class"),
            Register(0x12, "CONF", 1, "u8", "confidence in 1/256; bits below CONF_BITS are 0", 0, "confidence"),
            Register(0x13, "COUNT", 1, "u8", "number of things counted; 255 when none are", NONE),
            Register(0x14, "SEQ", 4, "u32", "number of the window; 0 before the first", 0, "clock"),
            Register(
                0x18, "TIME_MS", 4, "u32", "end of the window since power on, in ms of the sampling clock", 0, "clock"
            ),
            Register(
                0x1C,
                "EVENTS",
                2,
                "u16",
                "classes seen since power on: one bit each; bit 15 is class 15 and all above",
                0,
                "history",
                privacy=frozenset({"stores"}),
            ),
            Register(0x1E, "PERIOD_DS", 1, "u8", "time between windows in 0.1 s, at least 1; 255 is 25.5 s and longer"),
            Register(0x1F, "RESULT_CRC", 1, "u8", "CRC-8 of 0x10 to 0x1E", None, "history"),
        ),
        crc=True,
    ),
    Block("MODEL_ID", (Register(0x40, "MODEL_ID", 32, "bytes", "SHA-256 of the compiled model"),), crc=False),
    Block(
        "BUILD",
        (
            Register(0x60, "DOC_ID", 16, "bytes", "first half of the SHA-256 of the datasheet; 0 before there is one"),
            Register(
                0x70, "FW_ID", 16, "bytes", "first half of the SHA-256 of the firmware with DOC_ID and FW_ID as 0"
            ),
        ),
        crc=False,
    ),
)

REGISTERS: tuple[Register, ...] = tuple(register for block in BLOCKS for register in block.registers)
"""Every register, by address."""


def block(name: str) -> Block:
    """The block of this name."""
    return next(b for b in BLOCKS if b.name == name)


def register(name: str) -> Register:
    """The register of this name."""
    return next(r for r in REGISTERS if r.name == name)
