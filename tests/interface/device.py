"""The register file in C, compiled for this machine, and a host that reaches it as a bus would."""

from __future__ import annotations

import ctypes
from importlib.resources import files
from pathlib import Path

from sensorsmith.base.hostcc import build_shared, load
from sensorsmith.interface import NONE, block, emit_c, register
from sensorsmith.spec.types import Sensor

MODEL_ID = bytes(range(32))
BUILD_ID = bytes(range(100, 132))
LABELS = ("rest", "walk", "run", "jump", "größer", "sit", "lie")
FRAME = 36
_STATE = 1024  # more than any of the structures, as the shims below check

_SHIMS = f"""
#include "ss_uart.h"
_Static_assert(sizeof(struct ss_registers) <= {_STATE} && sizeof(struct ss_uart) <= {_STATE}, "");
void publish(struct ss_registers *r, uint8_t status, uint8_t class_index, uint8_t confidence, uint32_t time_ms);
void publish(struct ss_registers *r, uint8_t status, uint8_t class_index, uint8_t confidence, uint32_t time_ms)
{{
    struct ss_result result = {{status, class_index, confidence, time_ms}};
    ss_publish(r, &result);
}}
uint8_t attention(const struct ss_registers *r);
uint8_t attention(const struct ss_registers *r) {{ return r->attention; }}
"""


def library(sensor: Sensor, folder: Path) -> ctypes.CDLL:
    """ss_registers.c and ss_uart.c for this sensor with `LABELS` and `MODEL_ID`."""
    room = files("sensorsmith") / "runtime" / "interface"
    names = ("ss_hold.h", "ss_registers.c", "ss_registers.h", "ss_uart.c", "ss_uart.h")
    sources = {name: (room / name).read_text() for name in names}
    found = load(build_shared(sources | emit_c(sensor, LABELS, MODEL_ID) | {"shims.c": _SHIMS}, folder))
    for name in ("ss_bus_read", "ss_crc8", "ss_setting", "ss_take_command", "ss_uart_receive", "attention"):
        getattr(found, name).restype = ctypes.c_uint8
    found.ss_setting_u16.restype = ctypes.c_uint16
    return found


class Device:
    """A register file that has just been powered on."""

    def __init__(self, library: ctypes.CDLL, cause: int = 0) -> None:
        self.library = library
        self.state = ctypes.create_string_buffer(_STATE)
        self.bus = ctypes.create_string_buffer(_STATE)
        library.ss_registers_start(self.state, ctypes.create_string_buffer(BUILD_ID, 32), cause)
        library.ss_bus_open(self.bus, self.state)

    def write(self, register: int, *data: int) -> None:
        self.library.ss_bus_start_write(self.bus)
        for byte in (register, *data):
            self.library.ss_bus_write(self.bus, byte)

    def start_read(self) -> None:
        self.library.ss_bus_start_read(self.bus)

    def take(self, length: int) -> bytes:
        return bytes(self.library.ss_bus_read(self.bus) for _ in range(length))

    def stop(self) -> None:
        self.library.ss_bus_end(self.bus)

    def read(self, register: int | None, length: int) -> bytes:
        if register is not None:
            self.write(register)
        self.start_read()
        data = self.take(length)
        self.stop()
        return data

    def block(self, name: str) -> bytes:
        return self.read(block(name).start, block(name).size)

    def value(self, name: str) -> int:
        return int.from_bytes(self.read(register(name).address, register(name).size), "little")

    def set(self, name: str, value: int) -> None:
        self.write(register(name).address, *value.to_bytes(register(name).size, "little"))
        self.stop()

    def publish(self, class_index: int = NONE, confidence: int = 0, time_ms: int = 0, status: int = 0) -> None:
        self.library.publish(self.state, status, class_index, confidence, time_ms)

    def call(self, name: str, *arguments: int) -> int:
        return int(getattr(self.library, name)(self.state, *arguments))
